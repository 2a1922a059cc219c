import EngineCore
import EngineGraph
import EngineKernels

/// One argument of a `ResourceApply…` op, after the variable.
enum UpdateArgument {
  case slot(String)
  case scalar(String)
  case gradient(String)
  /// Row numbers, for sparse updates.
  case indices
  /// `global_step`, an int64 scalar; counts as one of the scalars.
  case step
}

/// What an update's body sees: the variable and slots may be written to.
struct UpdateCall {
  let node: Node
  let variable: Tensor
  let slots: [Tensor]
  let gradient: Tensor
  /// In range; `nil` for dense updates.
  let rows: [Int]?
  /// In the order of the arguments.
  let scalars: [Double]

  func apply(_ update: OptimizerUpdate) throws {
    try Kernels.applyUpdate(update, variable, slots: slots, gradient, rows: rows)
  }
}

extension OpDefinition {
  /// An optimizer's update: checks shapes, locks the variables and hands their memory to `body`.
  static func optimizerUpdate(
    _ name: String, variable: String = "var", _ arguments: [UpdateArgument],
    attributes: [AttributeDefinition] = [], body: @escaping @Sendable (UpdateCall) throws -> Void
  ) -> OpDefinition {
    var inputs: [ArgumentDefinition] = [.tensor(variable, .resource)]
    var isSparse = false
    var slotNames: [String] = []
    var gradientIndex = 0
    var indicesIndex: Int?
    var scalars: [(index: Int, name: String)] = []
    for (offset, argument) in arguments.enumerated() {
      switch argument {
      case .slot(let name):
        inputs.append(.tensor(name, .resource))
        slotNames.append(name)
      case .scalar(let name):
        inputs.append(.tensor(name, "T"))
        scalars.append((offset + 1, name))
      case .gradient(let name):
        inputs.append(.tensor(name, "T"))
        gradientIndex = offset + 1
      case .indices:
        inputs.append(.tensor("indices", "Tindices"))
        indicesIndex = offset + 1
        isSparse = true
      case .step:
        inputs.append(.tensor("global_step", .int64))
        scalars.append((offset + 1, "global_step"))
      }
    }
    let slotCount = slotNames.count
    let (gradientAt, indicesAt, scalarsAt, names) = (gradientIndex, indicesIndex, scalars, ["var"] + slotNames)
    return OpDefinition(
      name, inputs: inputs,
      attributes: [.type("T", .numeric)] + (isSparse ? [.type("Tindices", .index)] : []) + [.bool("use_locking", false)]
        + attributes,
      isStateful: true,
      shape: { try updateShape($0, slotCount, gradientAt, indicesAt) }, gradient: .none
    ) { context in
      let scalars = try scalarsAt.map { try context.number($0.index, $0.name) }
      let gradient = context.inputs[gradientAt]
      var rows: [Int]?
      let variables = try (0...slotCount).map { try context.variable($0) }
      for (index, variable) in variables.enumerated() {
        guard !variables[..<index].contains(where: { $0 === variable }) else {
          throw EngineError.invalidArgument("\(name) was given the variable '\(variable.name)' twice")
        }
        guard variable.isInitialized else {
          throw EngineError.failedPrecondition(
            "Could not find variable \(variable.name). This could mean that the variable has been deleted, or that it is "
              + "uninitialized. Trying to use an uninitialized variable: \(names[index])")
        }
      }
      try locked(variables[...], []) { tensors in
        let w = tensors[0]
        for (index, tensor) in tensors.enumerated() {
          guard tensor.shape == w.shape else {
            throw EngineError.invalidArgument(
              "var and \(names[index]) do not have the same shape\(w.shapeText) \(tensor.shapeText)")
          }
          guard tensor.dtype == gradient.dtype else {
            throw EngineError.invalidArgument(
              "Trying to update a \(tensor.dtype) variable with a \(gradient.dtype) gradient")
          }
        }
        if let indicesAt {
          let indices = context.inputs[indicesAt]
          guard w.rank > 0 else { throw EngineError.invalidArgument("var must be at least 1 dimensional") }
          guard indices.rank == 1 else { throw EngineError.invalidArgument("indices must be one-dimensional") }
          guard gradient.rank > 0, gradient.shape[0] == indices.shape[0] else {
            throw EngineError.invalidArgument("grad must be the same size as indices in the first dimension.")
          }
          guard gradient.shape.dropFirst() == w.shape.dropFirst() else {
            throw EngineError.invalidArgument("var and grad must match in dimension 1")
          }
          do {
            rows = try Kernels.checkedRows(indices, count: w.shape[0])
          } catch let error as EngineError {
            throw EngineError.invalidArgument("Index out of range: \(error.message)")
          }
        } else {
          guard gradient.shape == w.shape else {
            throw EngineError.invalidArgument(
              "var and grad do not have the same shape\(w.shapeText) \(gradient.shapeText)")
          }
        }
        try body(
          UpdateCall(
            node: context.node, variable: w, slots: Array(tensors.dropFirst()), gradient: gradient, rows: rows,
            scalars: scalars))
      }
    }
  }

  private static func updateShape(
    _ context: ShapeContext, _ slotCount: Int, _ gradientAt: Int, _ indicesAt: Int?
  ) throws -> [Shape] {
    var shape = Shape.unknown
    for index in 0...slotCount { shape = try context.merge(shape, context.variableShape(index)) }
    let gradient = context.input(gradientAt)
    guard let indicesAt else {
      _ = try context.merge(shape, gradient)
      return []
    }
    let indices = try context.input(indicesAt, rank: 1)
    if let tail = shape.dimensions?.dropFirst() {
      _ = try context.merge(Shape([indices[0]] + tail), gradient)
    }
    return []
  }

  /// Holds all variables while `body` runs.
  private static func locked(
    _ variables: ArraySlice<VariableResource>, _ tensors: [Tensor], _ body: ([Tensor]) throws -> Void
  ) throws {
    guard let first = variables.first else { return try body(tensors) }
    try first.update { try locked(variables.dropFirst(), tensors + [$0], body) }
  }
}

extension UpdateCall {
  /// FTRL-Proximal, dense through the tuned kernel where that has the variant.
  func ftrl(rate: Double, l1: Double, l2: Double, l2Shrinkage: Double, ratePower: Double) throws {
    let multiplies = node.bool("multiply_linear_by_lr")
    if rows == nil, !multiplies {
      try Kernels.applyFtrl(
        variable, slots[0], slots[1], gradient, rate: rate, l1: l1, l2: l2, l2Shrinkage: l2Shrinkage,
        ratePower: ratePower)
    } else {
      try apply(
        .ftrl(
          rate: rate, l1: l1, l2: l2, l2Shrinkage: l2Shrinkage, ratePower: ratePower,
          multiplyLinearByRate: multiplies))
    }
  }
}
