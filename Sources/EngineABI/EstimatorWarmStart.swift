import EngineBuilders
import EngineCore
import EngineEstimator
import EngineGraph

// Variables that start from checkpoints.
//
//   checkpoint.initialize(graph, path, [(key, name or list of Variables)])
//   warm_start.checkpoint(path)                          -> the checkpoint of a SavedModel, or the path
//   warm_start.apply(graph, {checkpoint, only_vocabularies, variables: None for the trainable ones, or Variables;
//       previous: [(name, name in the checkpoint)]; vocabularies: [(name, {new_vocab, new_vocab_size, num_oov_buckets,
//       old_vocab, old_vocab_size, axis, backup_initializer})]})
//   estimator.set_warm_start(estimator, f(graph))

let warmStartFunctions: [HostFunction] = [
  HostFunction("checkpoint.initialize", blocking: true) { arguments in
    let assignments = try arguments.list(2).map { pair -> (key: String, target: CheckpointInitializers.Target) in
      guard case .tuple(let items) = pair, items.count == 2 else {
        throw EngineError.type("checkpoint.initialize: assignments are pairs of a name and a variable")
      }
      let reader = Arguments(function: arguments.function, values: items)
      if case .text(let name) = items[1] { return (try reader.string(0), .name(name)) }
      return (try reader.string(0), .variables(try reader.variables(1)))
    }
    try CheckpointInitializers.set(in: arguments.graph(0), from: arguments.string(1), assignments)
    return .none
  },
  HostFunction("warm_start.checkpoint") { arguments in
    .text(WarmStart.checkpoint(at: try arguments.string(0)))
  },
  HostFunction("warm_start.apply", blocking: true) { arguments in
    let options = try arguments.named(1)
    var start = WarmStart(checkpoint: try options["checkpoint"].string(0))
    start.onlyVocabularies = try options.bool("only_vocabularies", default: false)
    for pair in try options["previous"].list(0) {
      guard case .tuple(let items) = pair else { continue }
      let reader = Arguments(function: arguments.function, values: items)
      start.previousNames[try reader.string(0)] = try reader.string(1)
    }
    for pair in try options["vocabularies"].list(0) {
      guard case .tuple(let items) = pair else { continue }
      let reader = Arguments(function: arguments.function, values: items)
      start.vocabularies[try reader.string(0)] = try vocabulary(reader.options(1))
    }
    if options["variables"].isNone(0) {
      try start.apply(to: arguments.graph(0))
    } else {
      try start.apply(to: options["variables"].variables(0))
    }
    return .none
  },
  HostFunction("estimator.set_warm_start") { arguments in
    let estimator: Estimator = try arguments.object(0)
    let host = try arguments.host(1)
    estimator.warmStart = { graph in _ = try host.call([.object(graph)]) }
    return .none
  },
]

private func vocabulary(_ options: OptionReader) throws -> VocabularyInfo {
  try VocabularyInfo(
    newVocabulary: options.string("new_vocab") ?? "", newSize: options.int("new_vocab_size") ?? 0,
    outOfVocabularyBuckets: options.int("num_oov_buckets") ?? 0, oldVocabulary: options.string("old_vocab") ?? "",
    oldSize: options.int("old_vocab_size") ?? -1, backupInitializer: options.initializer("backup_initializer"),
    axis: options.int("axis") ?? 0)
}
