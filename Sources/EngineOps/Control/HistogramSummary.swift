import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// A `Summary` with a histogram of the values. **Errors**: `InvalidArgument` for NaN and infinity.
  static let histogramSummary = summary(
    "HistogramSummary", [.tensor("tag", .string), .tensor("values", "T")],
    attributes: [.type("T", .real.union([.bool]), default: .float32)]
  ) { context in
    let tag = try context.text(0)
    var value = try ProtoMessage("Summary.Value")
    value["tag"] = .string(tag)
    value["histo"] = .message(try Histogram(context.inputs[1], name: context.node.name).message())
    var summary = try ProtoMessage("Summary")
    summary.append("value", .message(value))
    return summary.serialized()
  }
}
