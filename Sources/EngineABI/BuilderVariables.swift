import EngineBuilders
import EngineCore
import EngineGraph

// name                         arguments -> result (G: graph; V: Variable object; opts: dict, all keys optional)
//
// variables.get                G, name, opts -> V, or PartitionedVariable object
//     opts: shape dtype initializer initial_value (array, Tensor or callable () -> Tensor, instead of initializer)
//           regularizer trainable collections partitioner validate_shape constraint reuse
// variables.get_local          as variables.get
// variables.create             G, opts -> V                        (tf.Variable)
//     opts: name initial_value (array, Tensor or callable () -> Tensor) dtype shape trainable collections
//           validate_shape constraint
// variable.facts               V -> dict: name node_name handle dtype shape initializer (Operation) initial_value
//                              snapshot is_initialized trainable collections graph shared_name
//                              save_slice (None or dict full_name full_shape offset shape)
// variable.value               V -> Tensor                         (new read here)
// variable.read_value          V -> Tensor
// variable.gather              V, indices, name -> Tensor
// variable.assign              V, value, name -> update dict       (also assign_add, assign_sub)
//                              update dict: op (Operation), value (Tensor), update (object: a tensor argument)
// variable.scatter             V, kind, indices, updates, name -> update dict
//     kind: update add sub mul div min max nd_update nd_add nd_sub
// variable.update_value        update object -> Tensor             (new read after the assignment)
// variable.host_object         V -> the object last set, or None
// variable.set_host_object     V, object -> None
// variable.set_save_slice      V, None or dict full_name full_shape offset shape -> None
// partitioned.facts            PartitionedVariable -> dict: name shape dtype parts (list of V) partitions axis
// partitioned.concat           PartitionedVariable -> Tensor
// partitioners.fixed_size      count, axis -> partitioner object
// partitioners.variable_axis_size  max_shard_bytes, axis, bytes_per_string_element, max_shards -> partitioner object
// partitioners.min_max         max_partitions, axis, min_slice_size, bytes_per_string_element -> partitioner object
// partitioners.call            partitioner object, shape, dtype -> list of int
// variables.in_collection      G, collection -> list of V
// variables.initializer        G, list of V, name -> Operation
// variables.global_initializer G -> Operation                      (also local_initializer, tables_initializer(G, name))
// variables.report_uninitialized   G, None or list of V, name -> Tensor
let builderVariableFunctions: [HostFunction] = [
  HostFunction("variables.get", blocking: true) { arguments in
    wrap(try arguments.graph(0).getVariable(try request(arguments, 1)))
  },
  HostFunction("variables.get_local", blocking: true) { arguments in
    wrap(try arguments.graph(0).getLocalVariable(try request(arguments, 1)))
  },
  HostFunction("variables.create", blocking: true) { arguments in
    let graph = try arguments.graph(0)
    let options = try arguments.options(1)
    guard let value = try initialValue(options, graph) else {
      throw EngineError.value(
        "The `initial_value` arg to `tf.Variable` must be specified except when you are not providing a "
          + "`variable_def`. You provided neither.")
    }
    return .object(
      try Variable(
        in: graph, name: try options.string("name") ?? "Variable", initialValue: value,
        dtype: try options.dtype("dtype"), shape: try options.shape("shape"),
        isTrainable: try options.bool("trainable", true), collections: try options.strings("collections"),
        validateShape: try options.bool("validate_shape", true), constraint: try options.constraint("constraint")))
  },
  HostFunction("variable.facts") { arguments in
    let variable = try arguments.variable(0)
    return .dict([
      ("name", .text(variable.name)), ("node_name", .text(variable.nodeName)), ("handle", .output(variable.handle)),
      ("dtype", .dtype(variable.dtype)), ("shape", .shape(variable.shape)),
      ("initializer", .node(variable.initializer)), ("initial_value", .output(variable.initialValue)),
      ("snapshot", .output(variable.snapshot)), ("is_initialized", .output(variable.isInitialized)),
      ("trainable", .bool(variable.isTrainable)), ("collections", .strings(variable.collections)),
      ("graph", .object(variable.graph)), ("shared_name", .text(variable.sharedName)),
      (
        "save_slice",
        variable.saveSliceInfo.map {
          .dict([
            ("full_name", .text($0.fullName)), ("full_shape", .ints($0.fullShape)), ("offset", .ints($0.offset)),
            ("shape", .ints($0.shape)), ("spec", .text($0.specification)),
          ])
        } ?? .none
      ),
    ])
  },
  HostFunction("variable.value") { .output(try $0.variable(0).value()) },
  HostFunction("variable.read_value") { .output(try $0.variable(0).readValue()) },
  HostFunction("variable.gather") { arguments in
    .output(
      try arguments.variable(0).gather(
        try arguments.output(1), name: try arguments.optionalString(2) ?? "Gather"))
  },
  HostFunction("variable.assign") { arguments in
    wrap(try arguments.variable(0).assign(try arguments.operand(1), name: try arguments.optionalString(2)))
  },
  HostFunction("variable.assign_add") { arguments in
    wrap(try arguments.variable(0).assignAdd(try arguments.operand(1), name: try arguments.optionalString(2)))
  },
  HostFunction("variable.assign_sub") { arguments in
    wrap(try arguments.variable(0).assignSubtract(try arguments.operand(1), name: try arguments.optionalString(2)))
  },
  HostFunction("variable.scatter") { arguments in
    let kinds: [String: Variable.Scatter] = [
      "update": .update, "add": .add, "sub": .subtract, "mul": .multiply, "div": .divide, "min": .minimum,
      "max": .maximum, "nd_update": .ndUpdate, "nd_add": .ndAdd, "nd_sub": .ndSubtract,
    ]
    let name = try arguments.string(1)
    guard let kind = kinds[name] else { throw EngineError.value("there is no scatter '\(name)'") }
    let variable = try arguments.variable(0)
    return wrap(
      try variable.scatter(
        kind, indices: try variable.graph.tensor(try arguments.operand(2), dtype: .int32),
        updates: try variable.graph.tensor(try arguments.operand(3), dtype: variable.dtype),
        name: try arguments.optionalString(4)))
  },
  HostFunction("variable.update_value") { arguments in
    .output(try arguments.object(0, ObjectBox<VariableUpdate>.self).content.value())
  },
  HostFunction("variable.host_object") { arguments in
    guard let host = try arguments.variable(0).hostObject as? HostObject else { return .none }
    return .host(host)
  },
  HostFunction("variable.set_host_object") { arguments in
    try arguments.variable(0).hostObject = try arguments.host(1)
    return .none
  },
  HostFunction("variable.set_save_slice") { arguments in
    let variable = try arguments.variable(0)
    if arguments.isNone(1) {
      variable.saveSliceInfo = nil
      return .none
    }
    let options = try arguments.options(1)
    let slice = SaveSliceInfo(
      fullName: try options.string("full_name") ?? variable.nodeName,
      fullShape: try options.ints("full_shape") ?? [], offset: try options.ints("offset") ?? [],
      shape: try options.ints("shape") ?? [])
    guard slice.isSound else {
      throw EngineError.value("The slice lies outside of the variable: \(slice.specification)")
    }
    variable.saveSliceInfo = slice
    return .none
  },
  HostFunction("partitioned.facts") { arguments in
    let whole = try arguments.object(0, PartitionedVariable.self)
    return .dict([
      ("name", .text(whole.name)), ("shape", .ints(whole.shape)), ("dtype", .dtype(whole.dtype)),
      ("parts", .list(whole.parts.map { .object($0) })), ("partitions", .ints(whole.partitions)),
      ("axis", .int(whole.axis)),
    ])
  },
  HostFunction("partitioned.concat") { .output(try $0.object(0, PartitionedVariable.self).concatenated()) },
  HostFunction("partitioners.fixed_size") { arguments in
    .object(
      ObjectBox<Partitioner>(
        Partitioners.fixedSize(try arguments.int(0), axis: try arguments.optionalInt(1) ?? 0)))
  },
  HostFunction("partitioners.variable_axis_size") { arguments in
    .object(
      ObjectBox<Partitioner>(
        try Partitioners.variableAxisSize(
          maxShardBytes: try arguments.int(0), axis: try arguments.optionalInt(1) ?? 0,
          bytesPerString: try arguments.optionalInt(2) ?? 16, maxShards: try arguments.optionalInt(3))))
  },
  HostFunction("partitioners.min_max") { arguments in
    .object(
      ObjectBox<Partitioner>(
        Partitioners.minMax(
          maxPartitions: try arguments.optionalInt(0) ?? 1, axis: try arguments.optionalInt(1) ?? 0,
          minSliceSize: try arguments.optionalInt(2) ?? 256 << 10,
          bytesPerString: try arguments.optionalInt(3) ?? 16)))
  },
  HostFunction("partitioners.call") { arguments in
    .ints(try arguments.object(0, ObjectBox<Partitioner>.self).content(arguments.shape(1), arguments.dtype(2)))
  },
  HostFunction("variables.in_collection") { arguments in
    .list(try arguments.graph(0).variables(in: try arguments.string(1)).map { .object($0) })
  },
  HostFunction("variables.initializer") { arguments in
    .node(
      try arguments.graph(0).variablesInitializer(
        try arguments.variables(1), name: try arguments.optionalString(2) ?? "init"))
  },
  HostFunction("variables.global_initializer") { .node(try $0.graph(0).globalVariablesInitializer()) },
  HostFunction("variables.local_initializer") { .node(try $0.graph(0).localVariablesInitializer()) },
  HostFunction("variables.tables_initializer") { arguments in
    .node(try arguments.graph(0).tablesInitializer(name: try arguments.optionalString(1) ?? "init_all_tables"))
  },
  HostFunction("variables.report_uninitialized") { arguments in
    .output(
      try arguments.graph(0).reportUninitializedVariables(
        arguments.isNone(1) ? nil : try arguments.variables(1),
        name: try arguments.optionalString(2) ?? "report_uninitialized_variables"))
  },
]

private func wrap(_ result: VariableResult) -> Value {
  switch result {
  case .single(let variable): .object(variable)
  case .partitioned(let parts): .object(parts)
  }
}

private func wrap(_ update: VariableUpdate) -> Value {
  .dict([
    ("op", .node(update.node)), ("value", .output(update.read)), ("update", .object(ObjectBox(update))),
  ])
}

private func initialValue(_ options: OptionReader, _ graph: Graph) throws -> InitialValue? {
  switch options["initial_value"] {
  case .none: return nil
  case .output(let output): return .output(output)
  case .host(let host):
    let dtype = try options.dtype("dtype")
    return .closure {
      let value = try host.call([])
      if case .tensor(let tensor) = value { return try graph.constant(tensor, name: "initial_value") }
      return try value.asOutput(in: graph, options.function, dtype: dtype)
    }
  default:
    switch try options["initial_value"].asOperand(options.function) {
    case .constant(let tensor): return .tensor(tensor)
    case .number(let number):
      return .tensor(try Tensor(scalar: number, dtype: try options.dtype("dtype") ?? .float32))
    case let other: return .closure { try graph.tensor(other) }
    }
  }
}

private func request(_ arguments: Arguments, _ index: Int) throws -> VariableRequest {
  let options = try arguments.options(index + 1)
  var request = VariableRequest(try arguments.string(index))
  request.shape = try options.shape("shape")
  request.dtype = try options.dtype("dtype")
  request.initializer = try options.initializer("initializer")
  request.initialValue = try initialValue(options, try arguments.graph(0))
  request.regularizer = try options.regularizer("regularizer")
  request.isTrainable = try options.bool("trainable", true)
  request.collections = try options.strings("collections")
  request.partitioner = try options.partitioner("partitioner")
  request.validateShape = try options.bool("validate_shape", true)
  request.constraint = try options.constraint("constraint")
  request.reuse = try options.reuse("reuse")
  return request
}
