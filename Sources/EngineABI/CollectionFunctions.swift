import EngineCore
import EngineGraph

// Functions on a graph's collections. Items are outputs, nodes, engine objects, or objects of the host.
//
//   collection.add(graph, name, item), collection.get(graph, name) -> list
//   collection.set(graph, name, items), collection.clear(graph, name), collection.names(graph) -> list

let collectionFunctions: [HostFunction] = [
  HostFunction("collection.add") { arguments in
    try arguments.graph(0).addToCollection(try arguments.string(1), try arguments[2].asCollectionItem())
    return .none
  },
  HostFunction("collection.get") { arguments in
    .list(try arguments.graph(0).collection(try arguments.string(1)).map { Value.collectionItem($0) })
  },
  HostFunction("collection.set") { arguments in
    try arguments.graph(0).setCollection(
      try arguments.string(1), try arguments.list(2).map { try $0.asCollectionItem() })
    return .none
  },
  HostFunction("collection.clear") { arguments in
    try arguments.graph(0).clearCollection(try arguments.string(1))
    return .none
  },
  HostFunction("collection.names") { arguments in .strings(try arguments.graph(0).collectionOrder) },
]

extension Value {
  static func collectionItem(_ item: CollectionItem) -> Value {
    switch item {
    case .output(let output): .output(output)
    case .node(let node): .node(node)
    case .object(let host as HostObject): .host(host)
    case .object(let object as ValueHolder): object.value
    case .object(let item as PlainItem):
      switch item.value {
      case .integer(let number): .int(number)
      case .real(let number): .float(number)
      case .text(let bytes): String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes(bytes)
      }
    case .object(let object): .object(object)
    }
  }

  /// **Errors**: none for what a host can pass: numbers and text are kept as they are.
  func asCollectionItem() throws -> CollectionItem {
    switch self {
    case .output(let output): .output(output)
    case .node(let node): .node(node)
    case .object(let object): .object(object)
    case .host(let host): .object(host)
    default: .object(ValueHolder(self))
    }
  }
}

/// A plain value in a collection.
final class ValueHolder: PlainCollectionItem {
  let value: Value
  init(_ value: Value) { self.value = value }

  var plainValue: PlainValue? {
    switch value {
    case .bool(let flag): .integer(flag ? 1 : 0)
    case .int(let number): .integer(number)
    case .float(let number): .real(number)
    case .text(let text): .text(ByteString(text.utf8))
    case .bytes(let bytes): .text(bytes)
    default: nil
    }
  }
}
