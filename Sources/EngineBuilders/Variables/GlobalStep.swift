import EngineCore
import EngineGraph

extension Graph {
  /// Makes the global step: an int64 scalar variable that starts at zero.
  /// **Errors**: `ValueError` when there is one.
  @discardableResult
  public func createGlobalStep() throws -> Variable {
    if try globalStep() != nil { throw EngineError.value("\"global_step\" already exists.") }
    return try variable(
      VariableRequest(
        "global_step", shape: .scalar, dtype: .int64, initializer: Zeros(), isTrainable: false,
        collections: [CollectionName.globalVariables, CollectionName.globalStep]))
  }

  /// The global step, if the graph has one: the variable in the collection, or a tensor of that name.
  /// **Errors**: `TypeError` when it is not an integer scalar.
  public func globalStep() throws -> Operand? {
    let items = collection(CollectionName.globalStep)
    let found: Operand
    if items.count == 1, let item = items.first {
      switch item {
      case .object(let object as Variable): found = .variable(object)
      case .output(let output): found = .tensor(output)
      default: throw EngineError.type("Existing \"global_step\" is not a Variable or Tensor.")
      }
    } else if items.isEmpty {
      guard let node = node(named: "global_step"), !node.outputTypes.isEmpty else { return nil }
      if node.type == "VarHandleOp",
        let variable = variables(in: CollectionName.globalVariables).first(where: {
          $0.handle.node === node
        })
      {
        found = .variable(variable)
      } else {
        found = .tensor(node.output())
      }
    } else {
      // Several candidates: TensorFlow gives up as well.
      return nil
    }
    try checkGlobalStep(found)
    return found
  }

  /// **Errors**: `TypeError` unless it is an integer scalar.
  public func checkGlobalStep(_ step: Operand) throws {
    guard let dtype = step.dtype, dtype.isInteger else {
      throw EngineError.type(
        "Existing \"global_step\" does not have integer type: \(step.dtype.map(\.name) ?? "unknown")")
    }
    if let rank = step.shape.rank, rank != 0 {
      throw EngineError.type("Existing \"global_step\" is not scalar: \(step.shape)")
    }
  }

  public func getOrCreateGlobalStep() throws -> Operand {
    if let step = try globalStep() { return step }
    return .variable(try createGlobalStep())
  }

  /// One read of the global step, made early enough to see the value before the training step; `nil` without a step.
  public func globalStepRead() throws -> Output? {
    if case .output(let known)? = collection(CollectionName.globalStepReadCache).first { return known }
    guard let step = try globalStep() else { return nil }
    return try globalStepRead(of: step)
  }

  public func getOrCreateGlobalStepRead() throws -> Output {
    if case .output(let known)? = collection(CollectionName.globalStepReadCache).first { return known }
    return try globalStepRead(of: try getOrCreateGlobalStep())
  }

  private func globalStepRead(of step: Operand) throws -> Output {
    let scope =
      switch step {
      case .variable(let variable): variable.nodeName + "/"
      case .tensor(let output): output.node.name + "/"
      default: "global_step/"
      }
    // The addition makes it a tensor of its own, which keeps the value it had when it ran.
    let read = try withNameScope(nil) { _ in
      try withNameScope(scope) { _ in try withControlDependencies(nil) { try add(step, 0) } }
    }
    addToCollection(CollectionName.globalStepReadCache, .output(read))
    return read
  }

  /// Adds to the global step, after the read that everybody shares.
  @discardableResult
  public func incrementGlobalStep(by increment: Int) throws -> VariableUpdate {
    guard let step = try globalStep() else {
      throw EngineError.value(
        "Global step tensor should be created by tf.train.get_or_create_global_step before calling increment.")
    }
    guard case .variable(let variable) = step else {
      throw EngineError.type("the global step must be a variable to be incremented")
    }
    let read = try getOrCreateGlobalStepRead()
    return try withNameScope(nil) { _ in
      try withNameScope(variable.nodeName + "/") { _ in
        try withControlDependencies([read.node]) { try variable.assignAdd(.number(Double(increment))) }
      }
    }
  }
}
