import EngineCore
import EngineGraph

extension OpDefinition {
  /// Calls the host's function registered as `token`.
  /// **Errors**: those of the function, unchanged; `InvalidArgument` for results of another number or type.
  static let pyFunc = hostCall("PyFunc", isStateful: true)

  static func hostCall(
    _ name: String, isStateful: Bool, attributes: [AttributeDefinition] = []
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.list("input", types: "Tin")], outputs: [.list("output", types: "Tout")],
      attributes: [.string("token"), .types("Tin"), .types("Tout")] + attributes, isStateful: isStateful,
      shape: ShapeContext.unknown, gradient: .none
    ) { context in
      let token = context.node.string("token")
      guard let function = HostFunctionRegistry.function(token) else {
        throw EngineError.notFound("callback \(token) is not found: the program that made it may have ended")
      }
      let results = try function(Array(context.inputs))
      let types = context.node.outputTypes
      guard results.count == types.count else {
        throw EngineError.invalidArgument(
          "\(token) returns \(results.count) values, but expects to see \(types.count) values.")
      }
      for (index, (result, dtype)) in zip(results, types).enumerated() {
        guard result.dtype == dtype else {
          throw EngineError.invalidArgument(
            "\(index)-th value returned by \(token) is \(result.dtype), but expects \(dtype)")
        }
        context.setOutput(index, result)
      }
    }
  }
}
