import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The input, unless it has infinities or NaNs: then an error with `message`.
  static let checkNumerics = OpDefinition(
    "CheckNumerics", inputs: [.tensor("tensor", "T")], outputs: [.tensor("output", "T")],
    attributes: [.type("T", .floating), .string("message")], isStateful: true, shape: ShapeContext.sameAsFirst,
    gradient: .rule { context in
      let message =
        "Not a number (NaN) or infinity (Inf) values detected in gradient. \(context.node.string("message"))"
      return [
        .dense(try context.graph.op("CheckNumerics", try context.gradient(), attributes: ["message": .string(message)]))
      ]
    }, sample: OpSample([.init([2, 3], .uniform(-2, 2))], attributes: ["message": .string("x")])
  ) { context in
    let x = context.inputs[0]
    let flags = try Tensor(uninitialized: .bool, shape: x.shape)
    func has(_ test: FloatTest) throws -> Bool {
      try Kernels.test(test, x, into: flags)
      return UnsafeBufferPointer(start: flags.elements(Bool.self), count: x.elementCount).contains(true)
    }
    try Kernels.test(.isFinite, x, into: flags)
    if UnsafeBufferPointer(start: flags.elements(Bool.self), count: x.elementCount).contains(false) {
      let (isNan, isInfinite) = (try has(.isNan), try has(.isInfinite))
      let kind = isNan && isInfinite ? "Inf and NaN" : isNan ? "NaN" : "Inf"
      throw EngineError.invalidArgument("\(context.node.string("message")) : Tensor had \(kind) values")
    }
    context.setOutput(0, context.takeInput(0))
  }
}
