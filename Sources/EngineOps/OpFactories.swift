import EngineCore
import EngineGraph
import EngineKernels

/// What ops of one form have in common: signature, shape function, binding of the kernel.
extension OpDefinition {
  /// The gradient of x from (graph, x, y, dy).
  typealias UnaryGradient = @Sendable (Graph, _ x: Output, _ y: Output, _ dy: Output) throws -> Output
  /// The gradients of x and y from (graph, x, y, z, dz), not yet summed down to the inputs' shapes.
  typealias BinaryGradient =
    @Sendable (Graph, _ x: Output, _ y: Output, _ z: Output, _ dz: Output) throws -> (Output?, Output?)

  /// `y = f(x)`, elementwise, of one type, working in place when nobody else needs x.
  ///
  /// - Parameters:
  ///   - hasGradient: without a `gradient`, whether none flows (true) or asking for it is an error (false).
  ///   - conjugates: whether the gradient gets the conjugates of complex x and y.
  ///   - gradient: see ``UnaryGradient``.
  static func unary(
    _ name: String, _ operation: UnaryOperation, types: Set<DType>, sample: OpSample? = nil, hasGradient: Bool = true,
    conjugates: Bool = true, gradient: UnaryGradient? = nil
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T")], outputs: [.tensor("y", "T")], attributes: [.type("T", types)],
      shape: ShapeContext.sameAsFirst,
      gradient: gradient.map { rule in
        .rule { context in
          let (graph, x, y) = (context.graph, context.input(0), context.output())
          let dy = try context.gradient()
          if conjugates, x.dtype.isComplex {
            return [.dense(try rule(graph, try graph.conjugate(x), try graph.conjugate(y), dy))]
          }
          return [.dense(try rule(graph, x, y, dy))]
        }
      } ?? (hasGradient ? .none : .undefined),
      sample: sample
    ) { try runUnary(operation, $0) }
  }

  /// `z = f(x, y)`, elementwise with broadcasting, of one type.
  ///
  /// - Parameters:
  ///   - hasGradient: without a `gradient`, whether none flows (true) or asking for it is an error (false).
  ///   - gradient: see ``BinaryGradient``; the reverse walk sums down to the inputs' shapes.
  static func binary(
    _ name: String, _ operation: BinaryOperation, types: Set<DType>, inputNames: (String, String) = ("x", "y"),
    isCommutative: Bool = false, sample: OpSample? = nil, hasGradient: Bool = true, gradient: BinaryGradient? = nil
  ) -> OpDefinition {
    binary(
      name, { _ in operation }, types: types, inputNames: inputNames, isCommutative: isCommutative, sample: sample,
      hasGradient: hasGradient, gradient: gradient)
  }

  /// As above, for ops that mean different things for different types.
  static func binary(
    _ name: String, _ operation: @escaping @Sendable (DType) -> BinaryOperation, types: Set<DType>,
    inputNames: (String, String) = ("x", "y"), isCommutative: Bool = false, sample: OpSample? = nil,
    hasGradient: Bool = true, gradient: BinaryGradient? = nil
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor(inputNames.0, "T"), .tensor(inputNames.1, "T")], outputs: [.tensor("z", "T")],
      attributes: [.type("T", types)], isCommutative: isCommutative, broadcasts: true, shape: ShapeContext.broadcast,
      gradient: gradient.map(binaryRule) ?? (hasGradient ? .none : .undefined), sample: sample
    ) { try runBinary(operation($0.inputs[0].dtype), $0) }
  }

  /// `z = f(y, dy)`, where y is the output of the op whose gradient this is: like ``binary``, without broadcasting.
  static func gradientOp(
    _ name: String, _ operation: BinaryOperation, inputNames: (String, String) = ("y", "dy"), outputName: String = "z",
    types: Set<DType> = .inexact, gradient: BinaryGradient? = nil
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor(inputNames.0, "T"), .tensor(inputNames.1, "T")], outputs: [.tensor(outputName, "T")],
      attributes: [.type("T", types)],
      shape: { [try $0.input(0).merged(with: $0.input(1))] },
      gradient: gradient.map { rule in
        .rule { context in
          guard !context.input(0).dtype.isComplex else {
            throw EngineError(
              kind: .notImplemented, code: .unimplemented,
              "the gradient of \(name) of \(context.input(0).dtype) is not implemented")
          }
          let (dx, dy) = try rule(
            context.graph, context.input(0), context.input(1), context.output(), try context.gradient())
          return [dx.map { .dense($0) }, dy.map { .dense($0) }]
        }
      } ?? .undefined,
      sample: OpSample([.init([2, 3], .uniform(0.5, 2)), .init([2, 3], .uniform(-2, 2))])
    ) { context in
      guard context.inputs[0].shape == context.inputs[1].shape else {
        throw incompatible(context.inputs[0], context.inputs[1])
      }
      try runBinary(operation, context)
    }
  }

  private static func binaryRule(_ rule: @escaping BinaryGradient) -> GradientRule {
    .rule { context in
      let (graph, z, dz) = (context.graph, context.output(), try context.gradient())
      // With `y = f(x)` of complex numbers, dx = dy·conj f'(x).
      let (dx, dy) = try rule(
        graph, try graph.conjugate(context.input(0)), try graph.conjugate(context.input(1)), try graph.conjugate(z), dz)
      return [dx.map { .dense($0) }, dy.map { .dense($0) }]
    }
  }

  /// `z: bool = (x ⋚ y)`, broadcast.
  static func comparison(_ name: String, _ operation: ComparisonOperation) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T"), .tensor("y", "T")], outputs: [.tensor("z", .bool)],
      attributes: [.type("T", .real)], shape: ShapeContext.broadcast, gradient: .none,
      sample: OpSample([.init([2, 3], .integers(0..<3)), .init([3], .integers(0..<3))])
    ) { try runComparison(operation, $0) }
  }

  /// `Equal` and `NotEqual`, which may be asked to take shapes that do not fit as unequal.
  static func equality(_ name: String, _ operation: ComparisonOperation) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T"), .tensor("y", "T")], outputs: [.tensor("z", .bool)],
      attributes: [.bool("incompatible_shape_error", true), .type("T", nil)], isCommutative: true,
      shape: { context in
        if context.node.bool("incompatible_shape_error") { return try ShapeContext.broadcast(context) }
        let (a, b) = (context.input(0), context.input(1))
        return a.isFullyDefined && a == b ? [a] : [.unknown]
      },
      gradient: .none, sample: OpSample([.init([2, 3], .integers(0..<3)), .init([3], .integers(0..<3))])
    ) { context in
      let (a, b) = (context.inputs[0], context.inputs[1])
      if !context.node.bool("incompatible_shape_error"), Shape.broadcast(a.shape, b.shape) == nil {
        context.setOutput(0, Tensor(scalar: operation == .notEqual))
      } else {
        try runComparison(operation, context)
      }
    }
  }

  /// A test of floating point numbers.
  static func floatTest(_ name: String, _ test: FloatTest) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T")], outputs: [.tensor("y", .bool)], attributes: [.type("T", .floating)],
      shape: ShapeContext.sameAsFirst, gradient: .none, sample: OpSample([.init([2, 3], .uniform(-2, 2))])
    ) { context in
      let x = context.inputs[0]
      let y = try context.newOutput(0, shape: x.shape)
      try Kernels.test(test, x, into: y)
      context.setOutput(0, y)
    }
  }

  // MARK: Kernels' bindings

  static func runUnary(_ operation: UnaryOperation, _ context: KernelContext) throws {
    let y = try context.destination(0, shape: context.inputs[0].shape, reusing: 0)
    try Kernels.unary(operation, context.inputs[0], into: y)
    context.setOutput(0, y)
  }

  static func runBinary(_ operation: BinaryOperation, _ context: KernelContext) throws {
    let (a, b) = (context.inputs[0].shape, context.inputs[1].shape)
    let shape = try broadcastShape(context.inputs[0], context.inputs[1])
    let z: Tensor
    if a == shape || b == shape {
      z = try context.destination(0, shape: shape, reusing: a == shape ? 0 : 1)
    } else {
      z = try context.newOutput(0, shape: shape)
    }
    try Kernels.binary(operation, context.inputs[0], context.inputs[1], into: z)
    context.setOutput(0, z)
  }

  static func runComparison(_ operation: ComparisonOperation, _ context: KernelContext) throws {
    let (a, b) = (context.inputs[0], context.inputs[1])
    let z = try context.newOutput(0, shape: try broadcastShape(a, b))
    try Kernels.compare(operation, a, b, into: z)
    context.setOutput(0, z)
  }

  /// The run-time broadcast of two inputs.
  /// **Errors**: `InvalidArgument` with both shapes.
  static func broadcastShape(_ a: Tensor, _ b: Tensor) throws -> [Int] {
    if a.shape == b.shape { return a.shape }
    guard let shape = Shape.broadcast(a.shape, b.shape) else { throw incompatible(a, b) }
    return shape
  }

  static func incompatible(_ a: Tensor, _ b: Tensor) -> EngineError {
    .invalidArgument("Incompatible shapes: \(a.bracketedShape) vs. \(b.bracketedShape)")
  }
}

extension Tensor {
  /// The shape as run-time messages show it: `[2,3]`.
  var bracketedShape: String { Shape(known: shape).bracketed }
}

/// Named sets of types that several ops share.
extension Set<DType> {
  /// Floating point and complex numbers.
  static let inexact: Set<DType> = floating.union([.complex64, .complex128])
  static let signedReal: Set<DType> = floating.union([.int8, .int16, .int32, .int64])
  static let signedNumeric: Set<DType> = signedReal.union([.complex64, .complex128])
  static let indexOrFloating: Set<DType> = floating.union(index)
  static let indexOrInexact: Set<DType> = inexact.union(index)
}

/// The short forms that gradients are written in.
extension Graph {
  func add(_ a: Output, _ b: Output) throws -> Output { try op("AddV2", a, b) }
  func sub(_ a: Output, _ b: Output) throws -> Output { try op("Sub", a, b) }
  func mul(_ a: Output, _ b: Output) throws -> Output { try op("Mul", a, b) }
  func div(_ a: Output, _ b: Output) throws -> Output { try op("RealDiv", a, b) }
  func neg(_ a: Output) throws -> Output { try op("Neg", a) }
  func reshape(_ a: Output, _ shape: Output) throws -> Output {
    try op("Reshape", a, shape)
  }
  func cast(_ a: Output, _ dtype: DType) throws -> Output {
    a.dtype == dtype ? a : try op("Cast", a, attributes: ["DstT": .type(dtype)])
  }

  /// The shape of `x` as a vector: a constant when it is known.
  func shapeVector(of x: Output, _ dtype: DType = .int32) throws -> Output {
    try op("Shape", x, attributes: ["out_type": .type(dtype)])
  }

  /// 1 where `x` is not 0, in x's type.
  func isNonzero(_ x: Output) throws -> Output { try cast(try op("NotEqual", x, try scalar(0, like: x)), x.dtype) }

  /// The gradients of `x/y`.
  func quotientGradients(_ x: Output, _ y: Output, _ dz: Output) throws -> (Output?, Output?) {
    (try div(dz, y), try mul(dz, try div(try div(try neg(x), y), y)))
  }

  /// `dz` to the first input where the mask holds, to the second elsewhere.
  func splitGradient(_ dz: Output, where mask: Output) throws -> (Output?, Output?) {
    let zeros = try op("ZerosLike", dz)
    return (try op("SelectV2", mask, dz, zeros), try op("SelectV2", mask, zeros, dz))
  }
}
