import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// One thing that a saver keeps: a variable, or a slice of one, under its key in checkpoints.
struct SavedItem {
  let key: String
  let variable: any GraphVariable

  /// The slice of the whole that the variable is.
  var slice: (fullShape: [Int], slice: TensorSlice)? {
    get throws {
      guard let part = variable.partitionSlice else { return nil }
      let lengths = variable.storedShape.known ?? []
      return (part.fullShape, try TensorSlice(starts: part.offset, lengths: lengths))
    }
  }

  /// All variables of a graph that are saved by default, by name.
  /// **Errors**: `ValueError` when two have the same name.
  static func all(in graph: Graph) throws -> [SavedItem] {
    let variables =
      graph.variables(in: GraphKeys.globalVariables) + graph.variables(in: GraphKeys.saveableObjects)
    return try sorted(variables.map { SavedItem(key: key(of: $0), variable: $0) })
  }

  static func key(of variable: any GraphVariable) -> String {
    variable.partitionSlice?.fullName ?? variable.variableName
  }

  static func sorted(_ items: [SavedItem]) throws -> [SavedItem] {
    var seen = Set<ObjectIdentifier>()
    let unique = items.filter { seen.insert(ObjectIdentifier($0.variable)).inserted }
    var names = Set<String>()
    for item in unique where item.variable.partitionSlice == nil && !names.insert(item.key).inserted {
      throw EngineError.value("At least two variables have the same name: \(item.key)")
    }
    return unique.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}
