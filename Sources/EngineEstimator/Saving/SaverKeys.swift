import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// One thing that a saver keeps: a variable, or a slice of one, under its key in checkpoints.
struct SavedItem {
  let key: String
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
}
