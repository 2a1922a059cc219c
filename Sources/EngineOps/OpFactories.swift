import EngineCore
import EngineGraph
import EngineKernels

/// What ops of one form have in common: signature, shape function, binding of the kernel.
extension OpDefinition {
  /// `y = f(x)`, elementwise, of one type, working in place when nobody else needs x.
  ///
  /// - Parameter gradient: the gradient of x from (graph, x, y, dy).
  static func unary(
    _ name: String, _ operation: UnaryOperation, types: Set<DType>, sample: OpSample? = nil,
    gradient: (@Sendable (Graph, _ x: Output, _ y: Output, _ dy: Output) throws -> Output)? = nil
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T")], outputs: [.tensor("y", "T")], attributes: [.type("T", types)],
      shape: ShapeContext.sameAsFirst,
      gradient: gradient.map { rule in
        .rule { context in
          [.dense(try rule(context.graph, context.input(0), context.output(), try context.gradient()))]
        }
      } ?? .none,
      sample: sample
    ) { context in
      let y = try context.destination(0, shape: context.inputs[0].shape, reusing: 0)
      try Kernels.unary(operation, context.inputs[0], into: y)
      context.setOutput(0, y)
    }
  }

  /// `z = f(x, y)`, elementwise with broadcasting, of one type.
  ///
  /// - Parameter gradient: the gradients of x and y from (graph, x, y, z, dz), not yet summed down to the inputs'
  ///   shapes: the reverse walk does that.
  static func binary(
    _ name: String, _ operation: BinaryOperation, types: Set<DType>, isCommutative: Bool = false,
    sample: OpSample? = nil,
    gradient: (
      @Sendable (Graph, _ x: Output, _ y: Output, _ z: Output, _ dz: Output) throws -> (Output?, Output?)
    )? = nil
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T"), .tensor("y", "T")], outputs: [.tensor("z", "T")],
      attributes: [.type("T", types)], isCommutative: isCommutative, broadcasts: true, shape: ShapeContext.broadcast,
      gradient: gradient.map { rule in
        .rule { context in
          let (dx, dy) = try rule(
            context.graph, context.input(0), context.input(1), context.output(), try context.gradient())
          return [dx.map { .dense($0) }, dy.map { .dense($0) }]
        }
      } ?? .none,
      sample: sample
    ) { context in
      let (a, b) = (context.inputs[0], context.inputs[1])
      let shape = try broadcastShape(a, b)
      let reused = a.shape == shape ? 0 : 1
      let z =
        a.shape == shape || b.shape == shape
        ? try context.destination(0, shape: shape, reusing: reused)
        : try Tensor(uninitialized: context.node.outputTypes[0], shape: shape)
      try Kernels.binary(operation, a, b, into: z)
      context.setOutput(0, z)
    }
  }

  /// The run-time broadcast of two inputs.
  /// **Errors**: `InvalidArgument` with both shapes.
  static func broadcastShape(_ a: Tensor, _ b: Tensor) throws -> [Int] {
    if a.shape == b.shape { return a.shape }
    guard let shape = Shape.broadcast(a.shape, b.shape) else {
      throw EngineError.invalidArgument(
        "Incompatible shapes: \(Shape(known: a.shape).bracketed) vs. \(Shape(known: b.shape).bracketed)")
    }
    return shape
  }
}
