import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// One thing that a saver keeps: a variable, or a slice of one, under its key in checkpoints.
struct SavedItem {
  var key: String
  let variable: Variable
  /// Saves a part of a partitioned variable as if it were a variable of its own.
  var ignoresSlice = false

  /// The slice of the whole that the variable is.
  var slice: (fullShape: [Int], slice: TensorSlice)? {
    get throws {
      guard !ignoresSlice, let part = variable.saveSliceInfo else { return nil }
      return (part.fullShape, try TensorSlice(starts: part.offset, lengths: part.shape))
    }
  }

  /// All variables of a graph that are saved by default, by name.
  /// **Errors**: `ValueError` when two have the same name.
  static func all(in graph: Graph) throws -> [SavedItem] {
    let variables =
      graph.variables(in: CollectionName.globalVariables) + graph.variables(in: GraphKeys.saveableObjects)
    return try sorted(variables.map { SavedItem(key: $0.sharedName, variable: $0) })
  }

  static func sorted(_ items: [SavedItem]) throws -> [SavedItem] {
    var seen = Set<ObjectIdentifier>()
    let unique = items.filter { seen.insert(ObjectIdentifier($0.variable)).inserted }
    var names = Set<String>()
    for item in unique where item.variable.saveSliceInfo == nil && !names.insert(item.key).inserted {
      throw EngineError.value("At least two variables have the same name: \(item.key)")
    }
    return unique.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  /// The items by the keys that a checkpoint has for them.
  ///
  /// Checkpoints of objects (`tf.train.Checkpoint`) have keys of their own, and a table of the variables' names.
  static func renamed(_ items: [SavedItem], for reader: TensorBundleReader) throws -> [SavedItem] {
    let table = "_CHECKPOINTABLE_OBJECT_GRAPH"
    guard reader.contains(table), items.contains(where: { !reader.contains($0.key) }) else { return items }
    let tensor = try reader.read(table)
    guard tensor.dtype == .string, let bytes = tensor.strings.first else { return items }
    var keys: [String: String] = [:]
    for object in try ProtoMessage("TrackableObjectGraph", parsing: bytes).messages("nodes") {
      for attribute in object.messages("attributes") {
        keys[attribute.string("full_name")] = attribute.string("checkpoint_key")
      }
    }
    Logger.warning(
      "Restoring an object-based checkpoint using a name-based saver. This may be somewhat fragile. Instead, consider "
        + "loading object-based checkpoints using tf.train.Checkpoint().")
    return items.map { item in
      guard !reader.contains(item.key), let key = keys[item.key] else { return item }
      var item = item
      item.key = key
      return item
    }
  }
}
