import EngineBuilders
import EngineCore
import EngineGraph

// scope.enter              G, name or scope object or None, default_name or None, opts -> dict: entry, scope
//     opts: initializer regularizer dtype partitioner constraint reuse auxiliary_name_scope host_object
// scope.leave              G, entry -> None
// scope.current            G -> scope object
// scope.facts              scope object -> dict: name original_name_scope reuse (False, True or "auto") dtype
//                          initializer regularizer partitioner constraint host_object (each as given, or None)
// scope.set                scope object, opts as for scope.enter -> None
// global_step.create       G -> V
// global_step.get          G -> V, Tensor or None
// global_step.get_or_create  G -> V or Tensor
// global_step.check        V or Tensor -> None                     (TypeError unless an integer scalar)
// global_step.read         G -> Tensor or None                     (the cached read)
// global_step.get_or_create_read  G -> Tensor
// global_step.increment    G, number -> Tensor
// keras.set_seed_source    callable () -> int, or None -> None     (seeds of Keras initializers)
let builderScopeFunctions: [HostFunction] = [
  HostFunction("scope.enter") { arguments in
    let graph = try arguments.graph(0)
    let target: ScopeTarget
    switch arguments[1] {
    case .text(let name): target = .name(name)
    case .object(let object as VariableScope): target = .scope(object)
    case .none:
      guard let name = try arguments.optionalString(2) else {
        throw EngineError.type("If default_name is None then name_or_scope is required")
      }
      target = .defaultName(name)
    default: throw EngineError.type("VariableScope: name_or_scope must be a string or VariableScope.")
    }
    let options = try arguments.options(3)
    var settings = VariableScopeOptions(
      initializer: try options.initializer("initializer"), regularizer: try options.regularizer("regularizer"),
      dtype: try options.dtype("dtype"), partitioner: try options.partitioner("partitioner"),
      constraint: try options.constraint("constraint"), reuse: try options.reuse("reuse"),
      opensNameScope: try options.bool("auxiliary_name_scope", true))
    if case .host(let host) = options["host_object"] { settings.hostObject = host }
    let entry = try graph.enterVariableScope(target, settings)
    return .dict([("entry", .object(entry)), ("scope", .object(entry.scope))])
  },
  HostFunction("scope.leave") { arguments in
    try arguments.graph(0).leaveVariableScope(try arguments.object(1))
    return .none
  },
  HostFunction("scope.current") { .object(try $0.graph(0).variableScope) },
  HostFunction("scope.facts") { arguments in
    let scope = try arguments.object(0, VariableScope.self)
    let reuse: Value =
      switch scope.reuse {
      case .never: .bool(false)
      case .always: .bool(true)
      case .automatic: .text("auto")
      }
    return .dict([
      ("name", .text(scope.name)), ("original_name_scope", .text(scope.originalNameScope)), ("reuse", reuse),
      ("dtype", .dtype(scope.dtype)),
      ("initializer", scope.initializer.map { .object(InitializerBox($0)) } ?? .none),
      ("regularizer", scope.regularizer.map { .object(ObjectBox($0)) } ?? .none),
      ("partitioner", scope.partitioner.map { .object(ObjectBox($0)) } ?? .none),
      ("host_object", (scope.hostObject as? HostObject).map { .host($0) } ?? .none),
    ])
  },
  HostFunction("scope.set") { arguments in
    let scope = try arguments.object(0, VariableScope.self)
    let options = try arguments.options(1)
    if options.values["initializer"] != nil { scope.initializer = try options.initializer("initializer") }
    if options.values["regularizer"] != nil { scope.regularizer = try options.regularizer("regularizer") }
    if options.values["partitioner"] != nil { scope.partitioner = try options.partitioner("partitioner") }
    if options.values["constraint"] != nil { scope.constraint = try options.constraint("constraint") }
    if let dtype = try options.dtype("dtype") { scope.dtype = dtype }
    if let reuse = try options.reuse("reuse") { scope.reuse = reuse }
    if case .host(let host) = options["host_object"] { scope.hostObject = host }
    return .none
  },
  HostFunction("global_step.create") { .object(try $0.graph(0).createGlobalStep()) },
  HostFunction("global_step.get") { .operand(try $0.graph(0).globalStep()) },
  HostFunction("global_step.get_or_create") { .operand(try $0.graph(0).getOrCreateGlobalStep()) },
  HostFunction("global_step.check") { arguments in
    switch arguments[0] {
    case .output(let output): try output.graph.checkGlobalStep(.tensor(output))
    case .object(let variable as Variable): try variable.graph.checkGlobalStep(.variable(variable))
    default: throw EngineError.type("Existing \"global_step\" is not a Variable or Tensor.")
    }
    return .none
  },
  HostFunction("global_step.read") { (try $0.graph(0).globalStepRead()).map { .output($0) } ?? .none },
  HostFunction("global_step.get_or_create_read") { .output(try $0.graph(0).getOrCreateGlobalStepRead()) },
  HostFunction("global_step.increment") { arguments in
    .output(try arguments.graph(0).incrementGlobalStep(by: try arguments.int(1)).read)
  },
  HostFunction("keras.set_seed_source") { arguments in
    if arguments.isNone(0) {
      KerasSeeds.host = nil
      return .none
    }
    let host = try arguments.host(0)
    KerasSeeds.host = {
      guard case .int(let seed) = try host.call([]) else { throw EngineError.type("a seed source must return an int") }
      return seed
    }
    return .none
  },
]
