import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// `activations = f(features)`, elementwise; `gradientOp` takes (dy, x), or (dy, y) when `fromOutput` says so.
  static func activation(
    _ name: String, _ operation: UnaryOperation, types: Set<DType>, gradientOp: String, fromOutput: Bool = false
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("features", "T")], outputs: [.tensor("activations", "T")],
      attributes: [.type("T", types)], shape: ShapeContext.sameAsFirst,
      gradient: .rule { context in
        let source = fromOutput ? context.output() : context.input(0)
        return [.dense(try context.graph.op(gradientOp, try context.gradient(), source))]
      },
      sample: OpSample([.init([2, 5], .uniform(-3, 3))])
    ) { context in
      let y = try context.destination(0, shape: context.inputs[0].shape, reusing: 0)
      try Kernels.unary(operation, context.inputs[0], into: y)
      context.setOutput(0, y)
    }
  }

  /// `backprops = gradients·f′`, where the second argument is the activation's input or output.
  ///
  /// - Parameter second: the gradient of the second argument from (graph, op inputs, incoming gradient); `nil` if zero.
  static func activationGrad(
    _ name: String, _ operation: BinaryOperation, types: Set<DType>, secondArgument: String = "features",
    second: (@Sendable (GradientContext, _ ddy: Output) throws -> Output)? = nil
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("gradients", "T"), .tensor(secondArgument, "T")], outputs: [.tensor("backprops", "T")],
      attributes: [.type("T", types)], shape: mergedShape,
      gradient: .rule { context in
        let ddy = try context.gradient()
        return [
          .dense(try context.graph.op(name, ddy, context.input(1))),
          try second.map { .dense(try $0(context, ddy)) },
        ]
      },
      sample: OpSample([.init([2, 5], .uniform(-3, 3)), .init([2, 5], .uniform(-0.9, 0.9))])
    ) { context in
      try requireSameShape(context, name)
      let dx = try context.destination(0, shape: context.inputs[0].shape, reusing: 0)
      try Kernels.binary(operation, context.inputs[0], context.inputs[1], into: dx)
      context.setOutput(0, dx)
    }
  }

  static let mergedShape: ShapeFunction = { [try $0.merge($0.input(0), $0.input(1))] }

  static func requireSameShape(_ context: KernelContext, _ name: String) throws {
    guard context.inputs[0].shape == context.inputs[1].shape else {
      throw EngineError.invalidArgument(
        "Inputs to \(name) must have the same shape: \(context.inputs[0].shapeText) and \(context.inputs[1].shapeText)")
    }
  }
}

extension GradientContext {
  /// `condition(x < 0) ? value : 0`, for second derivatives of functions that bend below zero only.
  func whereNegative(_ x: Output, _ value: Output) throws -> Output {
    let zeros = try graph.op("ZerosLike", x)
    return try graph.op("SelectV2", try graph.op("Less", x, zeros), value, zeros)
  }
}
