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

/// The slots of an update: all its variables but the first.
struct Slots {
  let variables: [Tensor]
  subscript(index: Int) -> Tensor { variables[index + 1] }
  var all: [Tensor] { Array(variables.dropFirst()) }
}

/// What an update's body sees: the variable and slots may be written to.
struct UpdateCall {
  let node: Node
  let variable: Tensor
  let slots: Slots
  let gradient: Tensor
  /// In range; `nil` for dense updates.
  let rows: [Int]?
  /// In the order of the arguments.
  let scalars: [Double]

  func apply(_ update: OptimizerUpdate) throws {
    try Kernels.applyUpdate(update, variable, slots: slots.all, gradient, rows: rows)
  }
}

/// The variables of one update op: those of the last step, and their memory while a step has it.
private final class UpdatedVariables {
  private var variables: [VariableResource] = []
  private(set) var tensors: [Tensor] = []
  var scalars: [Double] = []

  /// **Errors**: `InvalidArgument` when a variable is given twice.
  func find(_ context: KernelContext, _ slotCount: Int, _ op: String) throws {
    if variables.count == slotCount + 1,
      (0...slotCount).allSatisfy({ context.inputs[$0].buffer.resource === variables[$0] })
    {
      return
    }
    let found = try (0...slotCount).map { try context.variable($0) }
    for (index, variable) in found.enumerated() {
      guard !found[..<index].contains(where: { $0 === variable }) else {
        throw EngineError.invalidArgument("\(op) was given the variable '\(variable.name)' twice")
      }
    }
    variables = found
  }

  /// Locks all variables and gives the first one's memory; `tensors` has all, until ``end()``.
  /// **Errors**: `FailedPrecondition` when one has no value; those that are locked then stay so until ``end()``.
  func begin(_ names: [String]) throws -> Tensor {
    for (index, variable) in variables.enumerated() {
      guard let tensor = try variable.beginUpdate() else {
        throw EngineError.failedPrecondition(
          "Could not find variable \(variable.name). This could mean that the variable has been deleted, or that it is "
            + "uninitialized. Trying to use an uninitialized variable: \(names[index])")
      }
      tensors.append(tensor)
    }
    return tensors[0]
  }

  func end() {
    let count = tensors.count
    tensors.removeAll(keepingCapacity: true)
    for variable in variables[..<count] { variable.endUpdate() }
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
    let (gradientAt, indicesAt, names) = (gradientIndex, indicesIndex, ["var"] + slotNames)
    let (scalarsAt, scalarNames) = (scalars.map(\.index), scalars.map(\.name))
    return OpDefinition(
      name, inputs: inputs,
      attributes: [.type("T", .numeric)] + (isSparse ? [.type("Tindices", .index)] : []) + [.bool("use_locking", false)]
        + attributes,
      isStateful: true,
      shape: { try updateShape($0, slotCount, gradientAt, indicesAt) }, gradient: .none
    ) { context in
      let known = context.scratch { UpdatedVariables() }
      try known.find(context, slotCount, name)
      known.scalars.removeAll(keepingCapacity: true)
      for (position, index) in scalarsAt.enumerated() {
        known.scalars.append(try context.floatScalar(index) ?? context.number(index, scalarNames[position]))
      }
      let gradient = context.inputs[gradientAt]
      defer { known.end() }
      let w = try known.begin(names)
      var rows: [Int]?
      for (index, tensor) in known.tensors.enumerated() {
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
          node: context.node, variable: w, slots: Slots(variables: known.tensors), gradient: gradient, rows: rows,
          scalars: known.scalars))
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
