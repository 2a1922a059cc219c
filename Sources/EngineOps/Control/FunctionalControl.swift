import EngineCore
import EngineGraph

extension Tensor {
  /// Whether a branch condition holds: a true or non-zero scalar, a non-empty text, a tensor with elements.
  func isTruthy() throws -> Bool {
    guard rank == 0 else { return elementCount > 0 }
    switch dtype {
    case .bool: return element(0, as: Bool.self)
    case .string: return !(strings.first ?? []).isEmpty
    case .float32: return element(0, as: Float.self) != 0
    case .float64: return element(0, as: Double.self) != 0
    case .float16: return element(0, as: Half.self).float != 0
    case .bfloat16: return element(0, as: BFloat16.self).float != 0
    default: return try integers()[0] != 0
    }
  }
}

extension KernelContext {
  /// Runs a function on some inputs and passes its results on.
  func finish(_ function: GraphFunction, _ arguments: [Tensor]) throws {
    let results = try environment.call(function, arguments)
    guard results.map(\.dtype) == node.outputTypes else {
      throw EngineError.invalidArgument(
        "function '\(function.name)' gave \(results.map(\.dtype.name)), but '\(node.name)' expects "
          + "\(node.outputTypes.map(\.name))")
    }
    for (index, result) in results.enumerated() { setOutput(index, result) }
  }
}

extension OpDefinition {
  /// The shapes in `output_shapes`, or what all of the functions in `attributes` agree on.
  static func functionShapes(_ attributes: [String]) -> ShapeFunction {
    { context in
      let node = context.node
      let given = node.shapes("output_shapes")
      if given.count == node.outputTypes.count { return given }
      let functions = try attributes.map { try node.graphFunction($0) }
      return node.outputTypes.indices.map { index in
        let shapes = functions.compactMap { index < $0.outputs.count ? $0.outputs[index].shape : nil }
        guard let first = shapes.first?.dimensions, shapes.allSatisfy({ $0.rank == first.count }) else {
          return .unknown
        }
        return Shape(
          first.indices.map { axis in
            let sizes = Set(shapes.map { $0[axis] })
            return sizes.count == 1 ? sizes.first ?? nil : nil
          })
      }
    }
  }

  static func conditional(_ name: String, isStateful: Bool) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("cond", "Tcond"), .list("input", types: "Tin")],
      outputs: [.list("output", types: "Tout")],
      attributes: [
        .type("Tcond"), .types("Tin"), .types("Tout"), .function("then_branch"), .function("else_branch"),
        .shapes("output_shapes", []),
      ], isStateful: isStateful, shape: functionShapes(["then_branch", "else_branch"]),
      gradient: .rule { context in
        let branches = [
          try context.node.graphFunction("then_branch"), try context.node.graphFunction("else_branch"),
        ]
        return [nil]
          + (try branchGradients(context, branches, name, inputsFrom: 1) { names in
            ["then_branch": .function(names[0]), "else_branch": .function(names[1])]
          })
      }
    ) { context in
      let isTrue = try context.inputs[0].isTruthy()
      let function = try context.node.graphFunction(isTrue ? "then_branch" : "else_branch")
      try context.finish(function, Array(context.inputs.dropFirst()))
    }
  }

  static func caseSelection(_ name: String, isStateful: Bool) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("branch_index", .int32), .list("input", types: "Tin")],
      outputs: [.list("output", types: "Tout")],
      attributes: [
        .types("Tin"), .types("Tout"), .init("branches", .strings), .shapes("output_shapes", []),
      ], isStateful: isStateful,
      shape: { context in
        let given = context.node.shapes("output_shapes")
        let types = context.node.outputTypes
        return given.count == types.count ? given : types.map { _ in .unknown }
      },
      gradient: .rule { context in
        let branches = try caseBranches(context.node)
        return [nil]
          + (try branchGradients(context, branches, name, inputsFrom: 1) { names in
            ["branches": .strings(names)]
          })
      }
    ) { context in
      let branches = try caseBranches(context.node)
      let index = try context.integer(0)
      guard let last = branches.last else { throw EngineError.invalidArgument("Case needs at least one branch") }
      // An index out of range takes the last branch.
      let function = branches.indices.contains(index) ? branches[index] : last
      try context.finish(function, Array(context.inputs.dropFirst()))
    }
  }

  private static func caseBranches(_ node: Node) throws -> [GraphFunction] {
    guard case .strings(let names)? = node.attributes["branches"] else { return [] }
    return try names.map { try node.graph.function(named: String(decoding: $0, as: UTF8.self)) }
  }

  static func functionCall(_ name: String, isStateful: Bool) -> OpDefinition {
    OpDefinition(
      name, inputs: [.list("args", types: "Tin")], outputs: [.list("output", types: "Tout")],
      attributes: [
        .types("Tin"), .types("Tout"), .function("f"), .string("config", ""), .string("config_proto", ""),
        .string("executor_type", ""),
      ], isStateful: isStateful, shape: functionShapes(["f"]),
      gradient: .rule { context in
        try branchGradients(context, [try context.node.graphFunction("f")], name, inputsFrom: 0) { names in
          ["f": .function(names[0])]
        }
      }
    ) { try $0.finish(try $0.node.graphFunction("f"), Array($0.inputs)) }
  }
}
