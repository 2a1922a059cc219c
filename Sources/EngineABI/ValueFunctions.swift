import CEngineABI
import EngineCore
import EngineGraph

// The part of engine_abi.h that makes and reads values. Ownership and failure rules stand in the header.

@c @implementation public func engine_abi_version() -> UInt32 { UInt32(ENGINE_ABI_VERSION) }

@c @implementation public func engine_value_new_none() -> OpaquePointer { Box.retained(.none) }
@c @implementation public func engine_value_new_bool(_ value: Bool) -> OpaquePointer { Box.retained(.bool(value)) }
@c @implementation public func engine_value_new_int(_ value: Int64) -> OpaquePointer { Box.retained(.int(Int(value))) }
@c @implementation public func engine_value_new_float(_ value: Double) -> OpaquePointer { Box.retained(.float(value)) }

private func text(_ pointer: UnsafePointer<CChar>?, _ count: Int) -> String {
  guard let pointer, count > 0 else { return "" }
  return String(decoding: UnsafeRawBufferPointer(start: pointer, count: count), as: UTF8.self)
}

private func bytes(_ pointer: UnsafePointer<CChar>?, _ count: Int) -> ByteString {
  guard let pointer, count > 0 else { return [] }
  return ByteString(UnsafeRawBufferPointer(start: pointer, count: count))
}

@c @implementation
public func engine_value_new_text(_ pointer: UnsafePointer<CChar>?, _ count: Int) -> OpaquePointer {
  Box.retained(.text(text(pointer, count)))
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
  pairs.append((text(key, count), value))
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
  _ owner: UnsafeMutableRawPointer, _ release: @escaping engine_release_fn
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
public func engine_value_new_blank_tensor(
  _ dtype: Int32, _ rank: Int, _ dims: UnsafePointer<Int64>?, _ data: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
  _ byte_count: UnsafeMutablePointer<Int>
) -> OpaquePointer? {
  guard let type = DType(rawValue: dtype), type.isPlainData, let shape = dimensions(rank, dims),
    let tensor = try? Tensor(uninitialized: type, shape: shape)
  else { return nil }
  data.pointee = tensor.pointer
  byte_count.pointee = tensor.byteCount
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
  guard case .tensor(let tensor) = Box.of(value).value, tensor.buffer.strings.indices.contains(index) else {
    return false
  }
  tensor.buffer.strings[index] = bytes(pointer, count)
  return true
}

func graphObject(_ pointer: UnsafeRawPointer) -> Graph? {
  let object = Unmanaged<AnyObject>.fromOpaque(pointer).takeUnretainedValue()
  // Cheaper than a cast, and the class is final.
  return type(of: object) == Graph.self ? unsafeDowncast(object, to: Graph.self) : nil
}

@c @implementation
public func engine_value_new_output(_ pointer: UnsafeRawPointer, _ node: Int64, _ index: Int64) -> OpaquePointer? {
  guard let graph = graphObject(pointer), graph.nodes.indices.contains(Int(node)) else { return nil }
  let source = graph.nodes[Int(node)]
  guard source.outputTypes.indices.contains(Int(index)) else { return nil }
  return Box.retained(.output(source.output(Int(index))))
}

@c @implementation
public func engine_value_new_node(_ pointer: UnsafeRawPointer, _ node: Int64) -> OpaquePointer? {
  guard let graph = graphObject(pointer), graph.nodes.indices.contains(Int(node)) else { return nil }
  return Box.retained(.node(graph.nodes[Int(node)]))
}

@c @implementation
public func engine_value_new_object(_ object: UnsafeRawPointer) -> OpaquePointer {
  Box.retained(.object(Unmanaged<AnyObject>.fromOpaque(object).takeUnretainedValue()))
}

@c @implementation
public func engine_value_new_host(
  _ object: UnsafeMutableRawPointer, _ release: @escaping engine_release_fn
) -> OpaquePointer { Box.retained(.host(HostObject(object, release: release))) }
