import EngineCore
import EngineGraph
import EngineOps

/// Signatures of ops for graphs that are only looked at, should the engine not have them.
enum StubOps {
  static func install() { installed }

  private static let installed: Void = {
    OpCatalog.install()
    OpRegistry.install(all)
  }()

  private static func summary(_ name: String, _ inputs: [ArgumentDefinition], _ attributes: [AttributeDefinition])
    -> OpDefinition
  {
    OpDefinition(
      name, inputs: inputs, outputs: [.tensor("summary", .string)], attributes: attributes,
      shape: ShapeContext.scalar, gradient: .none, kernel: nil)
  }

  private static var all: [OpDefinition] {
    var ops: [OpDefinition] = []
    ops.append(summary("ScalarSummary", [.tensor("tags", .string), .tensor("values", "T")], [.type("T")]))
    ops.append(summary("HistogramSummary", [.tensor("tag", .string), .tensor("values", "T")], [.type("T")]))
    ops.append(
      summary(
        "ImageSummary", [.tensor("tag", .string), .tensor("tensor", "T")], [.type("T"), .int("max_images", 3)]))
    ops.append(
      summary(
        "TensorSummaryV2",
        [.tensor("tag", .string), .tensor("tensor", "T"), .tensor("serialized_summary_metadata", .string)],
        [.type("T")]))
    ops.append(summary("MergeSummary", [.repeated("inputs", count: "N", .string)], [.int("N")]))
    ops.append(
      OpDefinition(
        "Assert", inputs: [.tensor("condition", .bool), .list("data", types: "T")],
        attributes: [.init("T", .types), .int("summarize", 3)], shape: ShapeContext.none, gradient: .none,
        kernel: nil))
    ops.append(
      OpDefinition(
        "ParallelDynamicStitch",
        inputs: [.repeated("indices", count: "N", .int32), .repeated("data", count: "N", "T")],
        outputs: [.tensor("merged", "T")], attributes: [.int("N"), .type("T")], shape: ShapeContext.unknown,
        gradient: .none, kernel: nil))
    return ops
  }
}
