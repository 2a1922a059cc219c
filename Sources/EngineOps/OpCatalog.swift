import EngineGraph

/// All ops, one list per family; each list names one op a line, in alphabetical order.
public enum OpCatalog {
  public static let all: [OpDefinition] =
    mathOps + arrayOps + nnOps + stateOps + randomOps + controlOps + listOps + dataOps + stringOps + savingOps
    + ioOps + lookupOps

  /// Makes the ops known to graphs. Cheap when done already.
  public static func install() { installed }

  private static let installed: Void = OpRegistry.install(all)
}
