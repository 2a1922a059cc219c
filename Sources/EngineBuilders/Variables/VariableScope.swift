import EngineCore
import EngineGraph

/// Whether `getVariable` may return a variable that exists already.
public enum VariableReuse: Int, Sendable {
  /// Only new variables.
  case never = 0
  /// Only existing ones.
  case always = 1
  /// Either.
  case automatic = 2
}

/// Turns a variable into a term of the loss.
public typealias Regularizer = (Variable) throws -> Output?
/// Says into how many parts to cut each axis.
public typealias Partitioner = (_ shape: Shape, _ dtype: DType) throws -> [Int]

/// What `getVariable` is asked for.
public struct VariableRequest {
  public var name: String
  public var shape: Shape?
  public var dtype: DType?
  public var initializer: (any VariableInitializer)?
  /// A value instead of an initializer; then `shape` must be left out.
  public var initialValue: InitialValue?
  public var regularizer: Regularizer?
  public var isTrainable = true
  public var collections: [String]?
  public var partitioner: Partitioner?
  public var validateShape = true
  public var constraint: Variable.Constraint?
  public var reuse: VariableReuse?

  public init(
    _ name: String, shape: Shape? = nil, dtype: DType? = nil, initializer: (any VariableInitializer)? = nil,
    initialValue: InitialValue? = nil, regularizer: Regularizer? = nil, isTrainable: Bool = true,
    collections: [String]? = nil, partitioner: Partitioner? = nil, validateShape: Bool = true,
    constraint: Variable.Constraint? = nil, reuse: VariableReuse? = nil
  ) {
    self.name = name
    self.shape = shape
    self.dtype = dtype
    self.initializer = initializer
    self.initialValue = initialValue
    self.regularizer = regularizer
    self.isTrainable = isTrainable
    self.collections = collections
    self.partitioner = partitioner
    self.validateShape = validateShape
    self.constraint = constraint
    self.reuse = reuse
  }
}

/// Wraps the making of variables: gets the request with its full name and the rest of the chain.
public typealias VariableGetter = (VariableRequest, (VariableRequest) throws -> VariableResult) throws -> VariableResult

/// One variable, or the parts of a partitioned one.
public enum VariableResult {
  case single(Variable)
  case partitioned(PartitionedVariable)
}

/// A prefix of variable names, with defaults for the variables under it.
public final class VariableScope: @unchecked Sendable {
  public let name: String
  /// The name scope that was opened with it, with its closing slash.
  public let originalNameScope: String
  public var reuse: VariableReuse
  public var initializer: (any VariableInitializer)?
  public var regularizer: Regularizer?
  public var dtype: DType
  public var partitioner: Partitioner?
  public var constraint: Variable.Constraint?
  public var getter: VariableGetter?
  /// For the host language: settings of its own that belong to the scope.
  public var hostObject: AnyObject?

  init(name: String, originalNameScope: String, from parent: VariableScope?) {
    self.name = name
    self.originalNameScope = originalNameScope
    reuse = parent?.reuse ?? .never
    initializer = parent?.initializer
    regularizer = parent?.regularizer
    dtype = parent?.dtype ?? .float32
    partitioner = parent?.partitioner
    constraint = parent?.constraint
    getter = parent?.getter
    hostObject = parent?.hostObject
  }
}

/// What `variable_scope` is given beside a name.
public struct VariableScopeOptions {
  public var initializer: (any VariableInitializer)?
  public var regularizer: Regularizer?
  public var dtype: DType?
  public var partitioner: Partitioner?
  public var constraint: Variable.Constraint?
  public var getter: VariableGetter?
  public var reuse: VariableReuse?
  public var opensNameScope = true
  public var hostObject: AnyObject?

  public init(
    initializer: (any VariableInitializer)? = nil, regularizer: Regularizer? = nil, dtype: DType? = nil,
    partitioner: Partitioner? = nil, constraint: Variable.Constraint? = nil, reuse: VariableReuse? = nil,
    opensNameScope: Bool = true
  ) {
    self.initializer = initializer
    self.regularizer = regularizer
    self.dtype = dtype
    self.partitioner = partitioner
    self.constraint = constraint
    self.reuse = reuse
    self.opensNameScope = opensNameScope
  }
}

/// Which scope to enter.
public enum ScopeTarget {
  case name(String)
  /// A name that is made unique among the scopes entered so far.
  case defaultName(String)
  case scope(VariableScope)
}

/// An entered scope, for leaving it again.
public final class ScopeEntry: @unchecked Sendable {
  public let scope: VariableScope
  fileprivate let previousScope: VariableScope
  fileprivate let previousNameScope: String?
  fileprivate let previousCounts: [String: Int]?

  fileprivate init(
    scope: VariableScope, previousScope: VariableScope, previousNameScope: String?, previousCounts: [String: Int]?
  ) {
    self.scope = scope
    self.previousScope = previousScope
    self.previousNameScope = previousNameScope
    self.previousCounts = previousCounts
  }
}

extension Graph {
  /// The variables that `getVariable` has made in this graph.
  public var variableStore: VariableStore {
    // Bodies of branches and loops share the variables of the graph around them.
    if let outer { return outer.variableStore }
    if let known = attachments["variable_store"] as? VariableStore { return known }
    let made = VariableStore()
    attachments["variable_store"] = made
    return made
  }

  /// The innermost variable scope.
  public var variableScope: VariableScope { variableStore.currentScope }

  /// Enters a variable scope and, unless told otherwise, a name scope of its name. Pair with
  /// ``leaveVariableScope(_:)``.
  /// **Errors**: `ValueError` for a name that is no valid scope name, and for reuse of a default name.
  public func enterVariableScope(_ target: ScopeTarget, _ options: VariableScopeOptions = .init()) throws
    -> ScopeEntry
  {
    let store = variableStore
    let parent = store.currentScope
    var nameScopeToOpen: String?
    switch target {
    case .name(let name): nameScopeToOpen = name
    case .scope(let scope): nameScopeToOpen = scope.name.split(separator: "/").last.map(String.init) ?? ""
    case .defaultName(let name):
      if let reuse = options.reuse, reuse != .never {
        throw EngineError.value("reuse=True cannot be used without a name_or_scope")
      }
      nameScopeToOpen = name
    }
    if !options.opensNameScope { nameScopeToOpen = nil }
    // The empty name stays in the current name scope.
    if nameScopeToOpen?.isEmpty == true { nameScopeToOpen = nil }
    var opened = nameScope.isEmpty ? "" : nameScope + "/"
    var previousNameScope: String?
    if let nameScopeToOpen {
      let (scope, previous) = try enterNameScope(nameScopeToOpen)
      opened = scope
      previousNameScope = previous
    }
    let scope: VariableScope
    var counts: [String: Int]?
    switch target {
    case .name(let name):
      scope = VariableScope(name: store.joined(name), originalNameScope: opened, from: parent)
    case .defaultName(let name):
      scope = VariableScope(name: store.joined(store.uniqueScope(name)), originalNameScope: opened, from: parent)
    case .scope(let given):
      scope = VariableScope(name: given.name, originalNameScope: given.originalNameScope, from: given)
      counts = store.scopeCounts
    }
    if let value = options.initializer { scope.initializer = value }
    if let value = options.regularizer { scope.regularizer = value }
    if let value = options.dtype { scope.dtype = value }
    if let value = options.partitioner { scope.partitioner = value }
    if let value = options.constraint { scope.constraint = value }
    if let value = options.hostObject { scope.hostObject = value }
    if let getter = options.getter {
      if let outer = scope.getter {
        scope.getter = { request, rest in try getter(request) { try outer($0, rest) } }
      } else {
        scope.getter = getter
      }
    }
    if let reuse = options.reuse, reuse != .never { scope.reuse = reuse }
    if case .scope = target {
      store.scopeCounts[scope.name, default: 0] += 1
      counts = store.scopeCounts
    } else {
      store.scopeCounts[scope.name, default: 0] += 1
    }
    store.currentScope = scope
    return ScopeEntry(
      scope: scope, previousScope: parent, previousNameScope: previousNameScope, previousCounts: counts)
  }

  public func leaveVariableScope(_ entry: ScopeEntry) {
    let store = variableStore
    store.closeSubscopes(of: entry.scope.name)
    if let counts = entry.previousCounts { store.scopeCounts = counts }
    store.currentScope = entry.previousScope
    if let previous = entry.previousNameScope { leaveNameScope(previous) }
  }

  public func withVariableScope<Result>(
    _ target: ScopeTarget, _ options: VariableScopeOptions = .init(), _ body: (VariableScope) throws -> Result
  ) throws -> Result {
    let entry = try enterVariableScope(target, options)
    defer { leaveVariableScope(entry) }
    return try body(entry.scope)
  }

  /// Returns the variable of that name in the current scope, or makes it.
  ///
  /// Names depend on variable scopes only, not on name scopes.
  /// **Errors**: `ValueError` when the variable exists or not, against `reuse`; when it exists with another shape or
  /// dtype; when neither shape nor initial value tell its shape.
  public func getVariable(_ request: VariableRequest) throws -> VariableResult {
    if let outer { return try outer.withInitScope { try outer.getVariable(request) } }
    let scope = variableScope
    var request = request
    request.name = scope.name.isEmpty ? request.name : "\(scope.name)/\(request.name)"
    request.regularizer = request.regularizer ?? scope.regularizer
    request.partitioner = request.partitioner ?? scope.partitioner
    request.reuse = request.reuse ?? scope.reuse
    request.constraint = request.constraint ?? scope.constraint
    if request.initialValue == nil { request.initializer = request.initializer ?? scope.initializer }
    if request.dtype == nil, request.initialValue == nil { request.dtype = scope.dtype }
    let previous = try enterNameScope(nil).previous
    defer { leaveNameScope(previous) }
    let store = variableStore
    let make: (VariableRequest) throws -> VariableResult = { try store.get($0, in: self) }
    if let getter = scope.getter { return try getter(request, make) }
    return try make(request)
  }

  /// The short form for variables that are not partitioned.
  /// **Errors**: also `ValueError` when a partitioner made several.
  public func variable(_ request: VariableRequest) throws -> Variable {
    switch try getVariable(request) {
    case .single(let variable): return variable
    case .partitioned(let parts):
      guard parts.parts.count == 1, let only = parts.parts.first else {
        throw EngineError.value("variable '\(parts.name)' is partitioned, which is not supported here")
      }
      return only
    }
  }

  /// As ``getVariable(_:)``, for variables of the process that are neither saved nor trained.
  public func getLocalVariable(_ request: VariableRequest) throws -> VariableResult {
    var request = request
    request.isTrainable = false
    request.collections = (request.collections ?? []) + [CollectionName.localVariables]
    return try getVariable(request)
  }
}
