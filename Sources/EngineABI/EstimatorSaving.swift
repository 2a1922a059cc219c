import EngineBuilders
import EngineCore
import EngineEstimator
import EngineFormats
import EngineGraph
import EngineRuntime

// Savers, checkpoints, event writers.
//
//   saver.new()                                                  -> saver of all variables, to be configured and built
//   saver.configure(saver, {variables: None for all, or [(key, native Variable)]; wholes: keys of parts that
//       are saved as variables of their own; definition: SaverDef bytes of nodes to
//       run instead; max_to_keep, keep_checkpoint_every_n_hours, allow_empty, pad_step_number, save_relative_paths,
//       sharded, reshape})
//   saver.definition(saver, graph)                               -> SaverDef bytes, or None when there is nothing to save
//   saver.facts(saver)                                           -> {max_to_keep, sharded, is_built, is_empty}
//   saver.host({"build": f(graph), "save": f(session, path, step, write_meta_graph) -> path, "restore": f(session, path),
//       "recover_last_checkpoints": f([paths])})                  -> saver that calls the program's own
//   saver.build(saver, graph)
//   saver.save(saver, session, path, {global_step, latest_filename, meta_graph_suffix, write_meta_graph, write_state})
//                                                                 -> prefix or None
//   saver.restore(saver, session, path)
//   saver.last_checkpoints(saver) -> [(path, time)]; saver.set_last_checkpoints(saver, [(path, time)])
//   saver.recover_last_checkpoints(saver, [paths]); saver.variables(saver) -> [(key, Variable)]
//   checkpoint.latest(dir, file name or None) -> prefix or None
//   checkpoint.state(dir, file name or None)                     -> CheckpointState bytes or None
//   checkpoint.update_state(dir, path, [paths], file name, [times], last preserved time or None)
//   checkpoint.exists(prefix), checkpoint.remove(prefix), checkpoint.time(prefix) -> time or None
//   meta.export(graph, saver or None, {scope, collections, clear_devices, clear_other_savers, strip_default_attrs,
//       meta_info, graph_def, saver_def: bytes})                -> MetaGraphDef bytes
//   meta.import(graph, MetaGraphDef bytes, {scope, clear_devices, unbound_inputs}, [(name, output)], [names])
//                                                                -> (saver or None, nodes and outputs)
//   variable.from_proto(graph, VariableDef bytes, scope)         -> Variable
//   checkpoint.variables(prefix) -> [(name, dtype number, [shape])]; checkpoint.value(prefix, name) -> array
//   writer.new(dir, graph or None, suffix or None, queue size, flush seconds) -> writer
//   writer.get(dir, graph or None) -> writer; writer.clear()
//   writer.add_summary(w, bytes, step), writer.add_scalar(w, tag, value, step), writer.add_event(w, bytes),
//   writer.add_graph(w, graph or bytes, step), writer.add_meta_graph(w, bytes, step),
//   writer.add_session_log(w, bytes, step), writer.add_run_metadata(w, bytes, tag, step)
//   writer.flush(w), writer.close(w), writer.reopen(w), writer.directory(w)

let estimatorSavingFunctions: [HostFunction] =
  saverFunctions + checkpointFunctions + metaGraphFunctions
  + writerFunctions

private func saverOptions(_ options: Options) throws -> Saver.Options {
  var result = Saver.Options()
  result.maxToKeep = options.has("max_to_keep") ? try options.int("max_to_keep") : 5
  result.keepEveryNHours = try options.double("keep_checkpoint_every_n_hours") ?? 10000
  result.allowsEmpty = try options.bool("allow_empty", default: false)
  result.padsStepNumber = try options.bool("pad_step_number", default: false)
  result.savesRelativePaths = try options.bool("save_relative_paths", default: false)
  result.isSharded = try options.bool("sharded", default: false)
  result.reshapes = try options.bool("reshape", default: false)
  return result
}

private let saverFunctions: [HostFunction] = [
  HostFunction("saver.new") { _ in .object(Saver()) },
  HostFunction("saver.configure") { arguments in
    let saver: Saver = try arguments.object(0)
    let options = try arguments.named(1)
    if !options["definition"].isNone(0) {
      saver.configure(
        try saverOptions(options),
        definition: try ProtoMessage("SaverDef", parsing: options["definition"].byteString(0)))
      return .none
    }
    if options["variables"].isNone(0) {
      try saver.configure(saverOptions(options), variables: nil)
      return .none
    }
    let variables = try options["variables"].list(0).map { pair -> (key: String, variable: Variable) in
      guard case .tuple(let items) = pair, items.count == 2, case .text(let key) = items[0],
        case .object(let object) = items[1], let variable = object as? Variable
      else { throw EngineError.type("saver.configure: variables are pairs of a key and a Variable") }
      return (key, variable)
    }
    let wholes = options["wholes"].isNone(0) ? [] : try options["wholes"].strings(0)
    try saver.configure(saverOptions(options), variables: variables, wholeKeys: Set(wholes))
    return .none
  },
  HostFunction("saver.definition") { arguments in
    let saver: Saver = try arguments.object(0)
    return try saver.saverDef(addingTo: arguments.graph(1)).map { .bytes($0.serialized()) } ?? .none
  },
  HostFunction("saver.facts") { arguments in
    let saver: Saver = try arguments.object(0)
    return .dict([
      ("max_to_keep", .optional(saver.maxToKeep)), ("sharded", .bool(saver.isSharded)),
      ("is_built", .bool(saver.isBuilt)), ("is_empty", .bool(saver.isEmpty)),
    ])
  },
  HostFunction("saver.host") { arguments in .object(HostSaver(try HostMethods(arguments.dict(0)))) },
  HostFunction("saver.build") { arguments in
    let saver: Saver = try arguments.object(0)
    try saver.build(arguments.graph(1))
    return .none
  },
  HostFunction("saver.save", blocking: true) { arguments in
    let saver: Saver = try arguments.object(0)
    let options = try arguments.named(3)
    return .optional(
      try saver.save(
        arguments.object(1), arguments.string(2), step: options.int("global_step"),
        latestFilename: options.text("latest_filename") ?? "checkpoint",
        metaGraphSuffix: options.text("meta_graph_suffix") ?? "meta",
        writesMetaGraph: options.bool("write_meta_graph", default: true),
        writesState: options.bool("write_state", default: true)))
  },
  HostFunction("saver.restore", blocking: true) { arguments in
    let saver: Saver = try arguments.object(0)
    try saver.restore(arguments.object(1), arguments.string(2))
    return .none
  },
  HostFunction("saver.last_checkpoints") { arguments in
    let saver: Saver = try arguments.object(0)
    return .list(saver.lastCheckpointsWithTime.map { .tuple([.text($0.path), .float($0.time)]) })
  },
  HostFunction("saver.set_last_checkpoints") { arguments in
    let saver: Saver = try arguments.object(0)
    saver.setLastCheckpoints(
      try arguments.list(1).map { pair in
        guard case .tuple(let items) = pair, items.count == 2 else {
          throw EngineError.type("saver.set_last_checkpoints: expected pairs of path and time")
        }
        let reader = Arguments(function: "saver.set_last_checkpoints", values: items)
        return (try reader.string(0), try reader.double(1))
      })
    return .none
  },
  HostFunction("saver.recover_last_checkpoints") { arguments in
    let saver: Saver = try arguments.object(0)
    saver.recoverLastCheckpoints(
      try arguments.list(1).map { try Arguments(function: arguments.function, values: [$0]).string(0) })
    return .none
  },
  HostFunction("saver.variables") { arguments in
    let saver: Saver = try arguments.object(0)
    return .list(saver.savedVariables.map { .tuple([.text($0.key), .object($0.variable)]) })
  },
]

private let checkpointFunctions: [HostFunction] = [
  HostFunction("checkpoint.latest") { arguments in
    .optional(
      try CheckpointFiles.latest(
        in: arguments.string(0), filename: arguments.optionalString(1) ?? "checkpoint"))
  },
  HostFunction("checkpoint.state") { arguments in
    guard
      let state = try CheckpointFiles.state(
        in: arguments.string(0), filename: arguments.optionalString(1) ?? "checkpoint")
    else { return .none }
    return .bytes(try state.message().serialized())
  },
  HostFunction("checkpoint.update_state") { arguments in
    try CheckpointState.update(
      directory: arguments.string(0), modelCheckpointPath: arguments.string(1),
      allModelCheckpointPaths: arguments.strings(2), filename: arguments.string(3),
      timestamps: arguments.list(4).map { try Arguments(function: arguments.function, values: [$0]).double(0) },
      lastPreservedTimestamp: arguments.optionalDouble(5))
    return .none
  },
  HostFunction("checkpoint.time") { arguments in
    .optional(CheckpointFiles.modificationTime(try arguments.string(0)))
  },
  HostFunction("checkpoint.exists") { arguments in .bool(TensorBundle.exists(try arguments.string(0))) },
  HostFunction("checkpoint.remove") { arguments in
    try TensorBundle.remove(arguments.string(0))
    return .none
  },
  HostFunction("checkpoint.variables", blocking: true) { arguments in
    .list(
      try CheckpointFiles.variables(arguments.string(0)).map {
        .tuple([.text($0.name), .int(Int($0.dtype.rawValue)), .ints($0.shape)])
      })
  },
  HostFunction("checkpoint.value", blocking: true) { arguments in
    .tensor(try CheckpointFiles.value(named: arguments.string(1), in: arguments.string(0)))
  },
]

private let metaGraphFunctions: [HostFunction] = [
  HostFunction("meta.export") { arguments in
    let options = try arguments.named(2)
    func message(_ name: String, _ type: String) throws -> ProtoMessage? {
      options[name].isNone(0) ? nil : try ProtoMessage(type, parsing: options[name].byteString(0))
    }
    var export = MetaGraphExport()
    export.scope = try options.text("scope")
    export.collections = options["collections"].isNone(0) ? nil : try options["collections"].strings(0)
    export.clearsDevices = try options.bool("clear_devices", default: false)
    export.clearsOtherSavers = try options.bool("clear_other_savers", default: false)
    export.stripsDefaultAttributes = try options.bool("strip_default_attrs", default: false)
    export.metaInfo = try message("meta_info", "MetaGraphDef.MetaInfoDef")
    export.graphDef = try message("graph_def", "GraphDef")
    export.saverDef = try message("saver_def", "SaverDef")
    return .bytes(try export.message(arguments.graph(0), arguments.optionalObject(1)).serialized())
  },
  HostFunction("meta.import") { arguments in
    let options = try arguments.named(2)
    var importing = MetaGraphImport()
    importing.scope = try options.text("scope") ?? ""
    importing.clearsDevices = try options.bool("clear_devices", default: false)
    importing.unboundInputs = try options.text("unbound_inputs") ?? "unbound_inputs"
    importing.inputMap = try arguments.outputsByName(3)
    importing.returns = try arguments.strings(4)
    let result = try importing.add(
      ProtoMessage("MetaGraphDef", parsing: arguments.byteString(1)), to: arguments.graph(0))
    return .tuple([.optional(result.saver), .list(result.elements.map { .imported($0) })])
  },
  HostFunction("variable.from_proto") { arguments in
    .object(
      try MetaGraphImport.variable(
        ProtoMessage("VariableDef", parsing: arguments.byteString(1)), in: arguments.graph(0),
        scope: arguments.string(2)))
  },
]

private let writerFunctions: [HostFunction] = [
  HostFunction("writer.new") { arguments in
    .object(
      try SummaryWriter(
        directory: arguments.string(0), graph: arguments.optionalObject(1),
        suffix: arguments.optionalString(2) ?? "", queueSize: max(1, arguments.optionalInt(3) ?? 10),
        flushSeconds: arguments.optionalDouble(4) ?? 120))
  },
  HostFunction("writer.get") { arguments in
    .object(try SummaryWriterCache.writer(for: arguments.string(0), graph: arguments.optionalObject(1)))
  },
  HostFunction("writer.clear") { _ in
    try SummaryWriterCache.clear()
    return .none
  },
  HostFunction("writer.add_summary") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.addSummary(arguments.byteString(1), step: arguments.optionalInt(2))
    return .none
  },
  HostFunction("writer.add_scalar") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.addScalar(arguments.string(1), Float(arguments.double(2)), step: arguments.optionalInt(3))
    return .none
  },
  HostFunction("writer.add_event") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.addEvent(arguments.byteString(1))
    return .none
  },
  HostFunction("writer.add_graph") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    if case .bytes(let bytes) = arguments[1] {
      try writer.addGraph(serialized: bytes, step: arguments.optionalInt(2))
    } else {
      try writer.addGraph(arguments.graph(1), step: arguments.optionalInt(2))
    }
    return .none
  },
  HostFunction("writer.add_meta_graph") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.addMetaGraph(serialized: arguments.byteString(1), step: arguments.optionalInt(2))
    return .none
  },
  HostFunction("writer.add_session_log") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.addSessionLog(serialized: arguments.byteString(1), step: arguments.optionalInt(2))
    return .none
  },
  HostFunction("writer.add_run_metadata") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.addRunMetadata(
      arguments.byteString(1), tag: arguments.string(2), step: arguments.optionalInt(3))
    return .none
  },
  HostFunction("writer.flush") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.flush()
    return .none
  },
  HostFunction("writer.close") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.close()
    return .none
  },
  HostFunction("writer.reopen") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    try writer.reopen()
    return .none
  },
  HostFunction("writer.directory") { arguments in
    let writer: SummaryWriter = try arguments.object(0)
    return .text(writer.directory)
  },
]

extension Arguments {
  /// Bytes, or a text's UTF-8.
  func byteString(_ index: Int) throws -> ByteString {
    switch self[index] {
    case .bytes(let bytes): return bytes
    case .text(let text): return ByteString(text.utf8)
    default: throw EngineError.type("\(function): argument \(index + 1) must be bytes, got \(self[index].kindName)")
    }
  }
}
