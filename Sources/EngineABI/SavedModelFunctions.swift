import EngineBuilders
import EngineCore
import EngineEstimator
import EngineFormats
import EngineGraph
import EngineRuntime

// SavedModels without an Estimator, and evaluation in memory.
//
//   saved_model.builder(directory)                                -> builder
//   saved_model.add(builder, graph, session or None, {tags, signatures: [(name, SignatureDef bytes)], assets: [outputs],
//       main_op, legacy_init_op, train_op, saver, strip_default_attrs, clear_devices})
//                                                                 with a session, the values of variables are written too
//   saved_model.save(builder, as_text)                            -> path
//   hook.in_memory_evaluator(estimator, build, {steps, hooks, name, every_n_iter}) -> hook

let savedModelFunctions: [HostFunction] = [
  HostFunction("saved_model.builder") { arguments in
    .object(try SavedModelBuilder(directory: arguments.string(0)))
  },
  HostFunction("saved_model.add", blocking: true) { arguments in
    let builder: SavedModelBuilder = try arguments.object(0)
    let graph = try arguments.graph(1)
    let session: Session? = try arguments.optionalObject(2)
    let options = try arguments.named(3)
    func node(_ name: String) throws -> Node? { options[name].isNone(0) ? nil : try options[name].node(0) }
    var parts = SavedModelBuilder.Parts(
      tags: try options["tags"].list(0).map { try Arguments(function: arguments.function, values: [$0]).string(0) })
    parts.signatures = try options["signatures"].list(0).map { item in
      guard case .tuple(let pair) = item, pair.count == 2, case .text(let name) = pair[0],
        case .bytes(let data) = pair[1]
      else { throw EngineError.type("saved_model.add: signatures are pairs of a name and a serialized SignatureDef") }
      return (name, try ProtoMessage("SignatureDef", parsing: data))
    }
    parts.assets = options["assets"].isNone(0) ? nil : try options["assets"].outputs(0)
    parts.mainOp = try node("main_op")
    parts.legacyInitOp = try node("legacy_init_op")
    parts.trainOp = try node("train_op").map { .node($0) }
    parts.saver = try options.object("saver")
    parts.stripsDefaultAttributes = try options.bool("strip_default_attrs", default: false)
    parts.clearsDevices = try options.bool("clear_devices", default: false)
    if let session {
      try builder.addGraphAndVariables(session, parts)
    } else {
      try builder.addGraph(graph, parts)
    }
    return .none
  },
  HostFunction("saved_model.save", blocking: true) { arguments in
    let builder: SavedModelBuilder = try arguments.object(0)
    return .text(try builder.save(asText: arguments.bool(1)))
  },
  HostFunction("hook.in_memory_evaluator") { arguments in
    let options = try arguments.named(2)
    return .object(
      try InMemoryEvaluatorHook(
        arguments.object(0), steps: options.int("steps"), hooks: options.objects("hooks"), name: options.text("name"),
        everyIterations: options.int("every_n_iter") ?? 0, modelBuilder(arguments, 1)))
  },
]
