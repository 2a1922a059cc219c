import EngineCore

/// Builds the messages that go into event files; the wall time is now unless given.
public enum Event {
  /// What happened to a session.
  public enum SessionStatus: Int64, Sendable {
    case unspecified = 0
    case start = 1
    case stop = 2
    case checkpoint = 3
  }

  /// The first record of each file.
  static func version(wallSeconds: Double) throws -> ProtoMessage {
    var source = try ProtoMessage("SourceMetadata")
    source["writer"] = "tensorflow.core.util.events_writer"
    var event = try ProtoMessage("Event")
    event["wall_time"] = .double(wallSeconds)
    event["file_version"] = "brain.Event:2"
    event["source_metadata"] = .message(source)
    return event
  }

  private static func event(_ field: String, _ value: ProtoValue, step: Int?, wallSeconds: Double?) throws
    -> ProtoMessage
  {
    var event = try ProtoMessage("Event")
    event["wall_time"] = .double(wallSeconds ?? FileSystem.wallSeconds)
    if let step { event["step"] = .int(Int64(step)) }
    event[field] = value
    return event
  }

  /// An event with a `Summary`.
  public static func summary(_ summary: ProtoMessage, step: Int?, wallSeconds: Double? = nil) throws -> ProtoMessage {
    try event("summary", .message(summary), step: step, wallSeconds: wallSeconds)
  }

  /// An event with a serialized `Summary`, such as summary ops give.
  /// **Errors**: `DataLoss` when the bytes are no summary.
  public static func summary(serialized: ByteString, step: Int?, wallSeconds: Double? = nil) throws -> ProtoMessage {
    try summary(ProtoMessage("Summary", parsing: serialized), step: step, wallSeconds: wallSeconds)
  }

  /// An event that tells of the start, stop or checkpoint of a session.
  public static func sessionLog(
    _ status: SessionStatus, checkpointPath: String = "", message: String = "", step: Int?, wallSeconds: Double? = nil
  ) throws -> ProtoMessage {
    var log = try ProtoMessage("SessionLog")
    log["status"] = .int(status.rawValue)
    log["checkpoint_path"] = .string(checkpointPath)
    log["msg"] = .string(message)
    return try event("session_log", .message(log), step: step, wallSeconds: wallSeconds)
  }

  /// An event with a serialized `GraphDef`.
  public static func graph(_ definition: ByteString, step: Int? = nil, wallSeconds: Double? = nil) throws
    -> ProtoMessage
  {
    try event("graph_def", .bytes(definition), step: step, wallSeconds: wallSeconds)
  }

  /// An event with a serialized `MetaGraphDef`.
  public static func metaGraph(_ definition: ByteString, step: Int? = nil, wallSeconds: Double? = nil) throws
    -> ProtoMessage
  {
    try event("meta_graph_def", .bytes(definition), step: step, wallSeconds: wallSeconds)
  }

  /// An event with a serialized `RunMetadata` of one run.
  public static func runMetadata(tag: String, _ metadata: ByteString, step: Int?, wallSeconds: Double? = nil) throws
    -> ProtoMessage
  {
    var tagged = try ProtoMessage("TaggedRunMetadata")
    tagged["tag"] = .string(tag)
    tagged["run_metadata"] = .bytes(metadata)
    return try event("tagged_run_metadata", .message(tagged), step: step, wallSeconds: wallSeconds)
  }
}

/// Builds summaries.
///
///   let summary = try Summary.message([.scalar("loss", 0.5), .histogram("w", tensor)])
public enum Summary {
  /// One value of a summary; the text is its tag.
  public enum Value: Sendable {
    case scalar(_ tag: String, Float)
    case histogram(_ tag: String, Tensor)
    case tensor(_ tag: String, Tensor, pluginName: String = "", pluginContent: ByteString = [])
    /// `encoded` is a PNG file; `colorspace` the number of channels.
    case image(_ tag: String, height: Int, width: Int, colorspace: Int, encoded: ByteString)
    /// `encoded` is a WAV file.
    case audio(_ tag: String, sampleRate: Float, channels: Int, frames: Int, encoded: ByteString)
  }

  /// **Errors**: `InvalidArgument` for histograms of NaN, infinity or text; `Unimplemented` for tensors that have no
  /// message form.
  public static func message(_ values: [Value]) throws -> ProtoMessage {
    var summary = try ProtoMessage("Summary")
    for value in values { summary.append("value", .message(try message(value))) }
    return summary
  }

  /// The tag of the `index`-th of `count` images or recordings that one op makes.
  public static func elementTag(_ tag: String, kind: String, index: Int, of count: Int) -> String {
    count > 1 ? "\(tag)/\(kind)/\(index)" : "\(tag)/\(kind)"
  }

  private static func message(_ value: Value) throws -> ProtoMessage {
    var result = try ProtoMessage("Summary.Value")
    switch value {
    case .scalar(let tag, let number):
      result["tag"] = .string(tag)
      result["simple_value"] = .float(number)
    case .histogram(let tag, let tensor):
      result["tag"] = .string(tag)
      result["histo"] = .message(try Histogram(tensor, name: tag).message())
    case .tensor(let tag, let tensor, let pluginName, let pluginContent):
      result["tag"] = .string(tag)
      result["tensor"] = .message(try ProtoMessage.tensor(tensor, asContent: tensor.dtype != .string))
      if !pluginName.isEmpty {
        var plugin = try ProtoMessage("SummaryMetadata.PluginData")
        plugin["plugin_name"] = .string(pluginName)
        plugin["content"] = .bytes(pluginContent)
        var metadata = try ProtoMessage("SummaryMetadata")
        metadata["plugin_data"] = .message(plugin)
        result["metadata"] = .message(metadata)
      }
    case .image(let tag, let height, let width, let colorspace, let encoded):
      var image = try ProtoMessage("Summary.Image")
      image["height"] = .int(Int64(height))
      image["width"] = .int(Int64(width))
      image["colorspace"] = .int(Int64(colorspace))
      image["encoded_image_string"] = .bytes(encoded)
      result["tag"] = .string(tag)
      result["image"] = .message(image)
    case .audio(let tag, let sampleRate, let channels, let frames, let encoded):
      var audio = try ProtoMessage("Summary.Audio")
      audio["sample_rate"] = .float(sampleRate)
      audio["num_channels"] = .int(Int64(channels))
      audio["length_frames"] = .int(Int64(frames))
      audio["encoded_audio_string"] = .bytes(encoded)
      audio["content_type"] = "audio/wav"
      result["tag"] = .string(tag)
      result["audio"] = .message(audio)
    }
    return result
  }
}
