import CEngineABI
import EngineCore
import EngineGraph

// The part of engine_abi.h that makes and reads values. Ownership and failure rules stand in the header.

@c @implementation public func engine_abi_version() -> UInt32 { UInt32(ENGINE_ABI_VERSION) }

@c @implementation public func engine_value_new_none() -> OpaquePointer { Box.retained(.none) }
@c @implementation public func engine_value_new_bool(_ value: Bool) -> OpaquePointer { Box.retained(.bool(value)) }
@c @implementation public func engine_value_new_int(_ value: Int64) -> OpaquePointer { Box.retained(.int(Int(value))) }
@c @implementation public func engine_value_new_float(_ value: Double) -> OpaquePointer { Box.retained(.float(value)) }

private func bytes(_ pointer: UnsafePointer<CChar>?, _ count: Int) -> ByteString {
  guard let pointer, count > 0 else { return [] }
  return ByteString(UnsafeRawBufferPointer(start: pointer, count: count))
}

@c @implementation
public func engine_value_new_text(_ pointer: UnsafePointer<CChar>?, _ count: Int) -> OpaquePointer {
  Box.retained(.text(String(decoding: bytes(pointer, count), as: UTF8.self)))
}

@c @implementation
public func engine_value_new_bytes(_ pointer: UnsafePointer<CChar>?, _ count: Int) -> OpaquePointer {
  Box.retained(.bytes(bytes(pointer, count)))
}

@c @implementation
public func engine_value_new_list(_ capacity: Int, _ is_tuple: Bool) -> OpaquePointer {
  var items: [Value] = []
  items.reserveCapacity(max(0, min(capacity, 1 << 20)))
  return Box.retained(is_tuple ? .tuple(items) : .list(items))
}

@c @implementation public func engine_value_new_dict() -> OpaquePointer { Box.retained(.dict([])) }

@c @implementation
public func engine_value_append(_ list: OpaquePointer, _ item: OpaquePointer) {
  let box = Box.of(list)
  let value = Box.take(item)
  // The old contents are moved out so that appending does not copy the array.
  switch box.value {
  case .list(var items):
    box.value = .none
    items.append(value)
    box.value = .list(items)
  case .tuple(var items):
    box.value = .none
    items.append(value)
    box.value = .tuple(items)
  default: break
  }
}

@c @implementation
public func engine_value_insert(
  _ dict: OpaquePointer, _ key: UnsafePointer<CChar>, _ count: Int, _ item: OpaquePointer
) {
  let box = Box.of(dict)
  let value = Box.take(item)
  guard case .dict(var pairs) = box.value else { return }
  box.value = .none
  pairs.append((String(decoding: bytes(key, count), as: UTF8.self), value))
  box.value = .dict(pairs)
}

private func dimensions(_ rank: Int, _ pointer: UnsafePointer<Int64>?) -> [Int]? {
  guard rank > 0 else { return rank == 0 ? [] : nil }
  guard let pointer, rank <= 254 else { return nil }
  return UnsafeBufferPointer(start: pointer, count: rank).map { Int($0) }
}

@c @implementation
public func engine_value_new_tensor(
  _ dtype: Int32, _ rank: Int, _ dims: UnsafePointer<Int64>?, _ data: UnsafeMutableRawPointer?, _ byte_count: Int,
  _ owner: UnsafeMutableRawPointer, _ release: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void
) -> OpaquePointer? {
  guard let type = DType(rawValue: dtype), type.isPlainData, let shape = dimensions(rank, dims), byte_count >= 0,
    let count = Shape.elementCount(shape), let needed = Optional(count.multipliedReportingOverflow(by: type.itemSize)),
    !needed.overflow, byte_count >= needed.partialValue
  else { return nil }
  guard let data, byte_count > 0, UInt(bitPattern: data) % UInt(min(type.itemSize, 8)) == 0 else {
    // Nothing to point at, or memory that loads could fault on: copy, and let the owner go at once.
    guard let copy = try? Tensor(uninitialized: type, shape: shape) else { return nil }
    if let data { copy.pointer.copyMemory(from: data, byteCount: copy.byteCount) }
    release(owner)
    return Box.retained(.tensor(copy))
  }
  // The address travels as a number, because pointers are not Sendable.
  let address = UInt(bitPattern: owner)
  let buffer = Buffer(borrowing: data, byteCount: byte_count) { release(UnsafeMutableRawPointer(bitPattern: address)) }
  guard let tensor = try? Tensor(dtype: type, shape: shape, buffer: buffer) else { return nil }
  return Box.retained(.tensor(tensor))
}

@c @implementation
public func engine_value_new_string_tensor(_ rank: Int, _ dims: UnsafePointer<Int64>?) -> OpaquePointer? {
  guard let shape = dimensions(rank, dims), let tensor = try? Tensor(uninitialized: .string, shape: shape) else {
    return nil
  }
  return Box.retained(.tensor(tensor))
}

@c @implementation
public func engine_value_set_string(
  _ value: OpaquePointer, _ index: Int, _ pointer: UnsafePointer<CChar>?, _ count: Int
) -> Bool {
  guard case .tensor(let tensor) = Box.value(value), tensor.buffer.strings.indices.contains(index) else { return false }
  tensor.buffer.strings[index] = bytes(pointer, count)
  return true
}

private func graph(_ pointer: UnsafeRawPointer) -> Graph? {
  Unmanaged<AnyObject>.fromOpaque(pointer).takeUnretainedValue() as? Graph
}

@c @implementation
public func engine_value_new_output(_ pointer: UnsafeRawPointer, _ node: Int64, _ index: Int64) -> OpaquePointer? {
  guard let graph = graph(pointer), graph.nodes.indices.contains(Int(node)) else { return nil }
  let source = graph.nodes[Int(node)]
  guard source.outputTypes.indices.contains(Int(index)) else { return nil }
  return Box.retained(.output(source.output(Int(index))))
}

@c @implementation
public func engine_value_new_node(_ pointer: UnsafeRawPointer, _ node: Int64) -> OpaquePointer? {
  guard let graph = graph(pointer), graph.nodes.indices.contains(Int(node)) else { return nil }
  return Box.retained(.node(graph.nodes[Int(node)]))
}

@c @implementation
public func engine_value_new_object(_ object: UnsafeRawPointer) -> OpaquePointer {
  Box.retained(.object(Unmanaged<AnyObject>.fromOpaque(object).takeUnretainedValue()))
}

@c @implementation
public func engine_value_new_host(
  _ object: UnsafeMutableRawPointer, _ release: @escaping @convention(c) (UnsafeMutableRawPointer?) -> Void
) -> OpaquePointer { Box.retained(.host(HostObject(object, release: release))) }

// MARK: Reading

@c @implementation
public func engine_value_kind(_ value: OpaquePointer) -> Int32 {
  let kind =
    switch Box.value(value) {
    case .none: ENGINE_NONE
    case .bool: ENGINE_BOOL
    case .int: ENGINE_INT
    case .float: ENGINE_FLOAT
    case .text: ENGINE_TEXT
    case .bytes: ENGINE_BYTES
    case .list: ENGINE_LIST
    case .tuple: ENGINE_TUPLE
    case .dict: ENGINE_DICT
    case .tensor: ENGINE_TENSOR
    case .output: ENGINE_OUTPUT
    case .node: ENGINE_NODE
    case .object: ENGINE_OBJECT
    case .host: ENGINE_HOST
    }
  return Int32(kind)
}

@c @implementation
public func engine_value_bool(_ value: OpaquePointer) -> Bool {
  if case .bool(let result) = Box.value(value) { return result }
  return false
}

@c @implementation
public func engine_value_int(_ value: OpaquePointer) -> Int64 {
  if case .int(let result) = Box.value(value) { return Int64(result) }
  return 0
}

@c @implementation
public func engine_value_float(_ value: OpaquePointer) -> Double {
  if case .float(let result) = Box.value(value) { return result }
  return 0
}

@c @implementation
public func engine_value_borrow_bytes(_ value: OpaquePointer, _ count: UnsafeMutablePointer<Int>) -> UnsafePointer<
  CChar
> {
  let box = Box.of(value)
  switch box.value {
  case .text(let text): box.utf8 = text.utf8.map { CChar(bitPattern: $0) } + [0]
  case .bytes(let bytes): box.utf8 = bytes.map { CChar(bitPattern: $0) } + [0]
  default: box.utf8 = [0]
  }
  count.pointee = box.utf8.count - 1
  // The array is not touched again while the box lives, so its storage stays where it is.
  return box.utf8.withUnsafeBufferPointer { $0.baseAddress! }
}

@c @implementation
public func engine_value_count(_ value: OpaquePointer) -> Int {
  switch Box.value(value) {
  case .list(let items), .tuple(let items): items.count
  case .dict(let pairs): pairs.count
  default: 0
  }
}

@c @implementation
public func engine_value_new_item(_ value: OpaquePointer, _ index: Int) -> OpaquePointer {
  switch Box.value(value) {
  case .list(let items) where items.indices.contains(index): Box.retained(items[index])
  case .tuple(let items) where items.indices.contains(index): Box.retained(items[index])
  case .dict(let pairs) where pairs.indices.contains(index): Box.retained(pairs[index].value)
  default: Box.retained(.none)
  }
}

@c @implementation
public func engine_value_new_key(_ value: OpaquePointer, _ index: Int) -> OpaquePointer {
  if case .dict(let pairs) = Box.value(value), pairs.indices.contains(index) {
    return Box.retained(.text(pairs[index].key))
  }
  return Box.retained(.none)
}

private func tensor(_ value: OpaquePointer) -> Tensor {
  if case .tensor(let tensor) = Box.value(value) { return tensor }
  return Tensor(scalar: Int32(0))
}

@c @implementation public func engine_value_tensor_dtype(_ value: OpaquePointer) -> Int32 {
  tensor(value).dtype.rawValue
}
@c @implementation public func engine_value_tensor_rank(_ value: OpaquePointer) -> Int { tensor(value).rank }
@c @implementation
public func engine_value_tensor_dimension(_ value: OpaquePointer, _ axis: Int) -> Int64 {
  let shape = tensor(value).shape
  return shape.indices.contains(axis) ? Int64(shape[axis]) : 0
}
@c @implementation public func engine_value_tensor_count(_ value: OpaquePointer) -> Int { tensor(value).elementCount }

@c @implementation
public func engine_value_tensor_borrow_data(
  _ value: OpaquePointer, _ byte_count: UnsafeMutablePointer<Int>
) -> UnsafeMutableRawPointer {
  let tensor = tensor(value)
  byte_count.pointee = tensor.byteCount
  return tensor.pointer
}

@c @implementation
public func engine_value_tensor_new_string(_ value: OpaquePointer, _ index: Int) -> OpaquePointer {
  let strings = tensor(value).strings
  return Box.retained(.bytes(strings.indices.contains(index) ? strings[index] : []))
}

@c @implementation
public func engine_value_output(
  _ value: OpaquePointer, _ node: UnsafeMutablePointer<Int64>, _ index: UnsafeMutablePointer<Int64>
) -> UnsafeRawPointer {
  switch Box.value(value) {
  case .output(let output):
    node.pointee = Int64(output.node.id)
    index.pointee = Int64(output.index)
    return UnsafeRawPointer(Unmanaged.passRetained(output.graph).toOpaque())
  case .node(let source):
    node.pointee = Int64(source.id)
    index.pointee = 0
    return UnsafeRawPointer(Unmanaged.passRetained(source.graph).toOpaque())
  default:
    preconditionFailure("engine_value_output wants an output or a node")
  }
}

@c @implementation
public func engine_value_object(_ value: OpaquePointer) -> UnsafeRawPointer {
  guard case .object(let object) = Box.value(value) else { preconditionFailure("engine_value_object wants an object") }
  return UnsafeRawPointer(Unmanaged.passRetained(object).toOpaque())
}

@c @implementation
public func engine_value_borrow_host(_ value: OpaquePointer) -> UnsafeMutableRawPointer {
  guard case .host(let host) = Box.value(value) else {
    preconditionFailure("engine_value_borrow_host wants a host object")
  }
  return host.pointer
}

@c @implementation public func engine_value_release(_ value: OpaquePointer) { Box.release(value) }

// MARK: Objects

@c @implementation
public func engine_object_retain(_ object: UnsafeRawPointer) { _ = Unmanaged<AnyObject>.fromOpaque(object).retain() }
@c @implementation
public func engine_object_release(_ object: UnsafeRawPointer) { Unmanaged<AnyObject>.fromOpaque(object).release() }
@c @implementation
public func engine_object_new_type_name(_ object: UnsafeRawPointer) -> OpaquePointer {
  Box.retained(.text("\(type(of: Unmanaged<AnyObject>.fromOpaque(object).takeUnretainedValue()))"))
}

@c @implementation
public func engine_output_dtype(_ pointer: UnsafeRawPointer, _ node: Int64, _ index: Int64) -> Int32 {
  guard let graph = graph(pointer), graph.nodes.indices.contains(Int(node)) else { return 0 }
  let types = graph.nodes[Int(node)].outputTypes
  return types.indices.contains(Int(index)) ? types[Int(index)].rawValue : 0
}
