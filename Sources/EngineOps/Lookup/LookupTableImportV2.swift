import EngineCore
import EngineGraph

extension OpDefinition {
  static func tableEntries(
    _ name: String, types: (String, String), run: @escaping @Sendable (KernelContext) throws -> Void
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [tableHandle, .tensor("keys", types.0), .tensor("values", types.1)],
      attributes: [.type(types.0), .type(types.1)], isStateful: true,
      shape: { context in
        _ = try context.input(0, rank: 0)
        if let keys = context.input(1).known, let values = context.input(2).known, keys != values,
          keys.count == values.count,
          let axis = keys.indices.first(where: { keys[$0] != values[$0] })
        {
          throw EngineError.value(
            "Dimensions must be equal, but are \(keys[axis]) and \(values[axis])")
        }
        return []
      }, gradient: .none, kernel: run)
  }

  /// Replaces the entries of a table; fills a static one.
  static let lookupTableImportV2 = tableEntries("LookupTableImportV2", types: ("Tin", "Tout")) {
    try $0.table().insert($0.inputs[1], $0.inputs[2], replacing: true)
  }
}
