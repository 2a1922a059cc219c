import EngineBuilders
import EngineCore
import EngineGraph

// summary.scalar, summary.histogram, summary.text   name, Tensor, opts: collections family -> Tensor
// summary.image        name, Tensor, opts: also max_outputs -> Tensor
// summary.audio        name, Tensor, opts: also sample_rate max_outputs -> Tensor
// summary.tensor       name, Tensor, opts: also metadata (bytes: a serialized SummaryMetadata) -> Tensor
// summary.merge        G, list of Tensors, collections or None, name -> Tensor
// summary.merge_all    G, collection, scope, name -> Tensor or None
// summary.clean_tag    text -> text
let builderSummaryFunctions: [HostFunction] = [
  summary("scalar") { name, value, _, options in try Summaries.scalar(name, value, options) },
  summary("histogram") { name, value, _, options in try Summaries.histogram(name, value, options) },
  summary("text") { name, value, _, options in try Summaries.text(name, value, options) },
  summary("image") { name, value, reader, options in
    try Summaries.image(name, value, maximumCount: try reader.int("max_outputs") ?? 3, options)
  },
  summary("audio") { name, value, reader, options in
    try Summaries.audio(
      name, value, sampleRate: try reader.operand("sample_rate") ?? 0,
      maximumCount: try reader.int("max_outputs") ?? 3, options)
  },
  summary("tensor") { name, value, reader, options in
    var metadata: ByteString = []
    if case .bytes(let bytes) = reader["metadata"] { metadata = bytes }
    return try Summaries.tensor(name, value, metadata: metadata, options)
  },
  HostFunction("summary.merge") { arguments in
    let collections =
      try arguments.isNone(2)
      ? []
      : arguments.list(2).compactMap { item -> String? in
        if case .text(let text) = item { return text }
        return nil
      }
    return .output(
      try Summaries.merge(
        try arguments.graph(0), try arguments.outputs(1), collections: collections,
        name: try arguments.optionalString(3)))
  },
  HostFunction("summary.merge_all") { arguments in
    let merged = try Summaries.mergeAll(
      try arguments.graph(0), collection: try arguments.optionalString(1) ?? "summaries",
      scope: try arguments.optionalString(2), name: try arguments.optionalString(3))
    return merged.map { .output($0) } ?? .none
  },
  HostFunction("summary.clean_tag") { .text(Summaries.cleaned(try $0.string(0))) },
]

private func summary(
  _ kind: String, _ body: @escaping @Sendable (String, Output, OptionReader, Summaries.Options) throws -> Output
) -> HostFunction {
  HostFunction("summary.\(kind)") { arguments in
    let reader = try arguments.options(2)
    let operand = try arguments.operand(1)
    guard let graph = outputGraph(operand) else {
      throw EngineError.type("\(arguments.function): needs a Tensor")
    }
    let options = Summaries.Options(
      collections: try reader.strings("collections"), family: try reader.string("family"))
    return .output(try body(try arguments.string(0), try graph.tensor(operand), reader, options))
  }
}
