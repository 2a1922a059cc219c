import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// A `Summary` of up to `max_outputs` recordings as WAV files. `tensor: [n, frames]` or `[n, frames, channels]`, from
  /// -1 to 1.
  static let audioSummary = summary(
    "AudioSummary", [.tensor("tag", .string), .tensor("tensor", .float32)],
    attributes: [.float("sample_rate"), .int("max_outputs", 3)]
  ) { try recordings($0, rate: $0.node.float("sample_rate")) }

  static func recordings(_ context: KernelContext, rate: Float) throws -> ByteString {
    let tensor = context.inputs[1]
    let tag = try context.text(0)
    guard tensor.rank == 2 || tensor.rank == 3 else {
      throw EngineError.invalidArgument("Tensor must be 3-D or 2-D, got: \(tensor.shapeText)")
    }
    guard rate > 0, rate < Float(Int32.max) else {
      throw EngineError.invalidArgument("sample_rate must be > 0, got \(rate)")
    }
    let (frames, channels) = (tensor.shape[1], tensor.rank == 3 ? tensor.shape[2] : 1)
    let limit = context.node.int("max_outputs")
    let samples = try tensor.scalars(Float.self)
    let size = frames * channels
    let values: [Summary.Value] = (0..<min(limit, tensor.shape[0])).map { index in
      .audio(
        Summary.elementTag(tag, kind: "audio", index: index, of: limit), sampleRate: rate, channels: channels,
        frames: frames,
        encoded: MediaEncoding.wav(
          Array(samples[(index * size)..<((index + 1) * size)]), channels: channels, rate: Int(rate)))
    }
    return try Summary.message(values).serialized()
  }
}
