import EngineCore
import EngineGraph

extension OpDefinition {
  /// The last state after `f` of the state and each element in turn.
  static let reduceDataset = OpDefinition(
    "ReduceDataset",
    inputs: [
      inputDataset, .list("initial_state", types: "Tstate"), .list("other_arguments", types: "Targuments"),
    ],
    outputs: [.list("components", types: "output_types")],
    attributes: [
      .function("f"), .types("Tstate"), .types("Targuments"), .types("output_types"), .shapes("output_shapes"),
      .bool("use_inter_op_parallelism", true), .string("metadata", ""),
    ], isStateful: true, shape: { $0.node.shapes("output_shapes") }, gradient: .none
  ) { context in
    let count = context.node.types("Tstate").count
    let function = try CapturedFunction(context, from: 1 + count)
    let iteration = IterationContext(context.environment)
    let iterator = try context.dataset(0).makeIterator(iteration)
    var state = Array(context.inputs[1..<(1 + count)])
    while let element = try iterator.next() {
      state = try function(state + (try element.tensors()), iteration)
      try iteration.checkCancellation()
    }
    guard state.map(\.dtype) == context.node.outputTypes else {
      throw EngineError.invalidArgument("the state of Dataset.reduce has changed its types")
    }
    for (index, tensor) in state.enumerated() { context.setOutput(index, tensor) }
  }
}
