import EngineCore

/// Something kept in a graph collection.
public enum CollectionItem: @unchecked Sendable {
  case output(Output)
  case node(Node)
  /// An object of a layer above, such as a variable.
  case object(AnyObject)

  public func isSame(as other: CollectionItem) -> Bool {
    switch (self, other) {
    case (.output(let a), .output(let b)): a == b
    case (.node(let a), .node(let b)): a === b
    case (.object(let a), .object(let b)): a === b
    default: false
    }
  }
}

/// A number or a text as an item of a collection.
public enum PlainValue: Sendable, Equatable {
  case integer(Int)
  case real(Double)
  case text(ByteString)
}

/// An object in a collection that stands for a plain value, such as a host language's.
public protocol PlainCollectionItem: AnyObject {
  /// `nil` for other values than numbers and texts.
  var plainValue: PlainValue? { get }
}

/// A plain value in a collection.
public final class PlainItem: PlainCollectionItem, Sendable {
  public let value: PlainValue
  public var plainValue: PlainValue? { value }
  public init(_ value: PlainValue) { self.value = value }
}

extension Graph {
  public func addToCollection(_ name: String, _ item: CollectionItem) {
    if collections[name] == nil { collectionOrder.append(name) }
    collections[name, default: []].append(item)
  }

  public func collection(_ name: String) -> [CollectionItem] { collections[name] ?? [] }

  public func setCollection(_ name: String, _ items: [CollectionItem]) {
    if collections[name] == nil { collectionOrder.append(name) }
    collections[name] = items
  }

  public func clearCollection(_ name: String) {
    collections[name] = nil
    collectionOrder.removeAll { $0 == name }
  }
}
