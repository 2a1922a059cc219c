import EngineCore
import EngineGraph
import EngineOps

@testable import EngineEstimator

/// Summary ops for engines that do not have them yet; real ones take precedence.
enum SummaryStubs {
  static func install() { installed }

  private static let installed: Void = {
    OpCatalog.install()
    OpRegistry.install([
      OpDefinition(
        "ScalarSummary", inputs: [.tensor("tags", .string), .tensor("values", "T")],
        outputs: [.tensor("summary", .string)], attributes: [.type("T")], shape: ShapeContext.scalar, gradient: .none
      ) { context in
        var summary = SummaryBuilder()
        let tag = String(decoding: context.inputs[0].strings[0], as: UTF8.self)
        try summary.addScalar(tag, Float(try context.inputs[1].floatScalar()))
        context.setOutput(0, try Tensor(strings: [summary.serialized()], shape: []))
      },
      OpDefinition(
        "MergeSummary", inputs: [.repeated("inputs", count: "N", .string)], outputs: [.tensor("summary", .string)],
        attributes: [.init("N", .int)], shape: ShapeContext.scalar, gradient: .none
      ) { context in
        context.setOutput(0, try Tensor(strings: [context.inputs.flatMap { $0.strings.flatMap { $0 } }], shape: []))
      },
    ])
  }()
}
