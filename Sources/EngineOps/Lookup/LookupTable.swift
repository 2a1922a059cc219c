import EngineCore
import EngineGraph

/// A table of a session that maps keys to values of one type each.
/// **Threading**: any number of threads may look up and change it.
public final class LookupTable: @unchecked Sendable {
  public let keyType: DType
  public let valueType: DType
  /// Filled once by an initializer, rather than changed at will.
  let isStatic: Bool
  private let lock = Lock()
  private var entries: [Cell: Cell] = [:]
  private var isInitialized: Bool

  /// One key or value: text, or the bits of a number.
  enum Cell: Hashable {
    case bits(UInt64)
    case text(ByteString)
  }

  init(keyType: DType, valueType: DType, isStatic: Bool) {
    self.keyType = keyType
    self.valueType = valueType
    self.isStatic = isStatic
    isInitialized = !isStatic
  }

  static let keyTypes: Set<DType> = [.string, .int64, .int32]
  static let valueTypes: Set<DType> = [.string, .int64, .int32, .float32, .float64, .bool]

  private func requireInitialized() throws {
    guard isInitialized else { throw EngineError.failedPrecondition("Table not initialized.") }
  }

  private func check(_ tensor: Tensor, _ type: DType, _ what: String) throws {
    guard tensor.dtype == type else {
      throw EngineError.invalidArgument(
        "\(what) must be type \(type.messageName) but got \(tensor.dtype.messageName)")
    }
  }

  /// Fills a static table. Filling it again with the same entries does nothing.
  /// **Errors**: `FailedPrecondition` for a key with two values, or when the table holds other entries.
  func initialize(_ keys: [Cell], _ values: [Cell]) throws {
    var fresh: [Cell: Cell] = [:]
    fresh.reserveCapacity(keys.count)
    for (key, value) in zip(keys, values) {
      if let known = fresh.updateValue(value, forKey: key), known != value {
        throw EngineError.failedPrecondition(
          "HashTable has different value for same key. Key \(text(key, keyType)) has \(text(known, valueType)) and "
            + "trying to add value \(text(value, valueType))")
      }
    }
    try lock.withLock {
      if isInitialized, entries != fresh {
        throw EngineError.failedPrecondition("Table was already initialized with different data.")
      }
      entries = fresh
      isInitialized = true
    }
  }

  /// The values of keys; `defaultValue` for those that the table does not have.
  func find(_ keys: Tensor, default defaultValue: Tensor) throws -> Tensor {
    try check(keys, keyType, "Key")
    try check(defaultValue, valueType, "Default value")
    guard defaultValue.elementCount == 1 else {
      throw EngineError.invalidArgument(
        "Expected a scalar default value, got shape \(defaultValue.bracketedShape)")
    }
    let missing = try LookupTable.cells(defaultValue)[0]
    let wanted = try LookupTable.cells(keys)
    let found = try lock.withLock {
      try requireInitialized()
      return wanted.map { entries[$0] ?? missing }
    }
    return try LookupTable.tensor(found, valueType, shape: keys.shape)
  }

  func count() throws -> Int {
    try lock.withLock {
      try requireInitialized()
      return entries.count
    }
  }

  /// All keys and values, keys in increasing order.
  func export() throws -> (keys: Tensor, values: Tensor) {
    let all = try lock.withLock {
      try requireInitialized()
      return entries
    }
    let sorted = all.sorted { LookupTable.precedes($0.key, $1.key) }
    return (
      try LookupTable.tensor(sorted.map(\.key), keyType, shape: [sorted.count]),
      try LookupTable.tensor(sorted.map(\.value), valueType, shape: [sorted.count])
    )
  }

  /// Changes or adds entries; `replacing` drops all others.
  func insert(_ keys: Tensor, _ values: Tensor, replacing: Bool) throws {
    try check(keys, keyType, "Key")
    try check(values, valueType, "Value")
    guard keys.shape == values.shape else {
      throw EngineError.invalidArgument(
        "Expected shape \(keys.bracketedShape) for value, got \(values.bracketedShape)")
    }
    let (newKeys, newValues) = (try LookupTable.cells(keys), try LookupTable.cells(values))
    if isStatic { return try initialize(newKeys, newValues) }
    lock.withLock {
      if replacing { entries.removeAll() }
      for (key, value) in zip(newKeys, newValues) { entries[key] = value }
    }
  }

  func remove(_ keys: Tensor) throws {
    try check(keys, keyType, "Key")
    guard !isStatic else {
      throw EngineError.unimplemented("entries of a static table cannot be removed")
    }
    let gone = try LookupTable.cells(keys)
    lock.withLock { for key in gone { entries[key] = nil } }
  }

  // MARK: Elements

  private static func precedes(_ a: Cell, _ b: Cell) -> Bool {
    switch (a, b) {
    case (.bits(let x), .bits(let y)): Int64(bitPattern: x) < Int64(bitPattern: y)
    case (.text(let x), .text(let y)): x.lexicographicallyPrecedes(y)
    case (.bits, .text): true
    case (.text, .bits): false
    }
  }

  private func text(_ cell: Cell, _ type: DType) -> String {
    switch (cell, type) {
    case (.text(let bytes), _): bytes.text
    case (.bits(let bits), .float32): "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))"
    case (.bits(let bits), .float64): "\(Double(bitPattern: bits))"
    case (.bits(let bits), _): "\(Int64(bitPattern: bits))"
    }
  }

  static func cells(_ tensor: Tensor) throws -> [Cell] {
    switch tensor.dtype {
    case .string: return tensor.strings.map { .text($0) }
    case .float32: return try tensor.scalars(Float.self).map { .bits(UInt64($0.bitPattern)) }
    case .float64: return try tensor.scalars(Double.self).map { .bits($0.bitPattern) }
    case .bool: return try tensor.scalars(Bool.self).map { .bits($0 ? 1 : 0) }
    default: return try tensor.integers().map { .bits(UInt64(bitPattern: Int64($0))) }
    }
  }

  static func tensor(_ cells: [Cell], _ type: DType, shape: [Int]) throws -> Tensor {
    func bits(_ cell: Cell) -> UInt64 {
      if case .bits(let value) = cell { return value }
      return 0
    }
    switch type {
    case .string:
      return try Tensor(
        strings: cells.map { cell in
          if case .text(let value) = cell { return value }
          return []
        }, shape: shape)
    case .float32:
      return try Tensor(
        cells.map { Float(bitPattern: UInt32(truncatingIfNeeded: bits($0))) }, shape: shape)
    case .float64: return try Tensor(cells.map { Double(bitPattern: bits($0)) }, shape: shape)
    case .bool: return try Tensor(cells.map { bits($0) != 0 }, shape: shape)
    case .int32: return try Tensor(cells.map { Int32(truncatingIfNeeded: bits($0)) }, shape: shape)
    case .int64: return try Tensor(cells.map { Int64(bitPattern: bits($0)) }, shape: shape)
    default: throw EngineError.unimplemented("tables of \(type) values")
    }
  }
}

extension OpDefinition {
  /// An op that gives a handle on a table of the session, which it makes when it is first needed.
  static func table(_ name: String, isStatic: Bool) -> OpDefinition {
    OpDefinition(
      name, outputs: [.tensor("table_handle", .resource)],
      attributes: [
        .string("container", ""), .string("shared_name", ""), .bool("use_node_name_sharing", false),
        .type("key_dtype"), .type("value_dtype"),
      ], isStateful: true, shape: ShapeContext.scalar, gradient: .none
    ) { context in
      let node = context.node
      let (keyType, valueType) = (node.dtype("key_dtype"), node.dtype("value_dtype"))
      guard LookupTable.keyTypes.contains(keyType), LookupTable.valueTypes.contains(valueType)
      else {
        throw EngineError.invalidArgument(
          "No OpKernel was registered to support Op '\(name)' with these attrs: [key_dtype=\(keyType.protoName), "
            + "value_dtype=\(valueType.protoName)]")
      }
      let shared = node.string("shared_name").isEmpty ? node.name : node.string("shared_name")
      let table = try context.environment.resource(
        "\0table/\(node.string("container"))/\(shared)", as: LookupTable.self
      ) { LookupTable(keyType: keyType, valueType: valueType, isStatic: isStatic) }
      guard table.keyType == keyType, table.valueType == valueType else {
        throw EngineError.invalidArgument(
          "Conflicting key/value dtypes \(keyType.messageName)->\(valueType.messageName) with "
            + "\(table.keyType.messageName)->\(table.valueType.messageName) for table \(shared)")
      }
      context.setOutput(0, Tensor(resource: table))
    }
  }

  static let tableHandle = ArgumentDefinition.tensor("table_handle", .resource)
}

extension KernelContext {
  func table() throws -> LookupTable { try resource(0, as: LookupTable.self) }
}
