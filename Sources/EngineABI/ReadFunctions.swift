import CEngineABI
import EngineCore
import EngineGraph

// The part of engine_abi.h that hands values to the host.

@c @implementation
public func engine_value_kind(_ value: OpaquePointer) -> Int32 {
  let kind =
    switch Box.of(value).value {
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
  return Int32(bitPattern: UInt32(kind))
}

@c @implementation
public func engine_value_bool(_ value: OpaquePointer) -> Bool {
  if case .bool(let result) = Box.of(value).value { return result }
  return false
}

@c @implementation
public func engine_value_int(_ value: OpaquePointer) -> Int64 {
  if case .int(let result) = Box.of(value).value { return Int64(result) }
  return 0
}

@c @implementation
public func engine_value_float(_ value: OpaquePointer) -> Double {
  if case .float(let result) = Box.of(value).value { return result }
  return 0
}

/// Copies `source` if it fits; returns its size.
private func copy(_ source: UnsafeRawBufferPointer, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int) -> Int {
  if let buffer, let base = source.baseAddress, source.count <= capacity {
    UnsafeMutableRawPointer(buffer).copyMemory(from: base, byteCount: source.count)
  }
  return source.count
}

@c @implementation
public func engine_value_copy_bytes(
  _ value: OpaquePointer, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int
) -> Int {
  switch Box.of(value).value {
  case .text(var text): text.withUTF8 { copy(UnsafeRawBufferPointer($0), buffer, capacity) }
  case .bytes(let bytes): bytes.withUnsafeBytes { copy($0, buffer, capacity) }
  default: 0
  }
}

@c @implementation
public func engine_value_count(_ value: OpaquePointer) -> Int {
  switch Box.of(value).value {
  case .list(let items), .tuple(let items): items.count
  case .dict(let pairs): pairs.count
  default: 0
  }
}

@c @implementation
public func engine_value_take_item(_ value: OpaquePointer, _ index: Int) -> OpaquePointer {
  let box = Box.of(value)
  var item = Value.none
  // The contents are moved out meanwhile, so that taking does not copy them.
  switch box.value {
  case .list(var items) where items.indices.contains(index):
    box.value = .none
    swap(&items[index], &item)
    box.value = .list(items)
  case .tuple(var items) where items.indices.contains(index):
    box.value = .none
    swap(&items[index], &item)
    box.value = .tuple(items)
  case .dict(var pairs) where pairs.indices.contains(index):
    box.value = .none
    swap(&pairs[index].value, &item)
    box.value = .dict(pairs)
  default: break
  }
  return Box.retained(item)
}

@c @implementation
public func engine_value_new_key(_ value: OpaquePointer, _ index: Int) -> OpaquePointer {
  if case .dict(let pairs) = Box.of(value).value, pairs.indices.contains(index) {
    return Box.retained(.text(pairs[index].key))
  }
  return Box.retained(.none)
}

// MARK: Tensors

@c @implementation
public func engine_value_tensor_view(
  _ value: OpaquePointer, _ view: UnsafeMutablePointer<engine_tensor_view>, _ dimensions: UnsafeMutablePointer<Int64>?,
  _ capacity: Int
) -> Bool {
  guard case .tensor(let tensor) = Box.of(value).value else { return false }
  view.pointee = engine_tensor_view(
    dtype: tensor.dtype.rawValue, rank: tensor.rank, count: tensor.elementCount, byte_count: tensor.byteCount,
    data: tensor.pointer)
  if let dimensions, tensor.rank <= capacity {
    for axis in tensor.shape.indices { dimensions[axis] = Int64(tensor.shape[axis]) }
  }
  return true
}

@c @implementation
public func engine_value_tensor_own(_ value: OpaquePointer) -> Bool {
  let box = Box.of(value)
  guard case .tensor(var tensor) = box.value else { return false }
  box.value = .none
  if !tensor.isUniquelyReferenced() && tensor.dtype.isPlainData {
    guard let copy = try? tensor.copied() else { return false }
    tensor = copy
  }
  box.value = .tensor(tensor)
  return true
}

@c @implementation
public func engine_value_tensor_copy_string(
  _ value: OpaquePointer, _ index: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int
) -> Int {
  guard case .tensor(let tensor) = Box.of(value).value, tensor.buffer.strings.indices.contains(index) else { return 0 }
  return tensor.buffer.strings[index].withUnsafeBytes { copy($0, buffer, capacity) }
}

// MARK: Outputs, nodes, objects

@c @implementation
public func engine_value_output(
  _ value: OpaquePointer, _ node: UnsafeMutablePointer<Int64>, _ index: UnsafeMutablePointer<Int64>
) -> UnsafeRawPointer? {
  switch Box.of(value).value {
  case .output(let output):
    node.pointee = Int64(output.node.id)
    index.pointee = Int64(output.index)
    return UnsafeRawPointer(Unmanaged.passRetained(output.graph).toOpaque())
  case .node(let source):
    node.pointee = Int64(source.id)
    index.pointee = 0
    return UnsafeRawPointer(Unmanaged.passRetained(source.graph).toOpaque())
  default: return nil
  }
}

@c @implementation
public func engine_value_object(_ value: OpaquePointer) -> UnsafeRawPointer? {
  guard case .object(let object) = Box.of(value).value else { return nil }
  return UnsafeRawPointer(Unmanaged.passRetained(object).toOpaque())
}

@c @implementation
public func engine_value_borrow_host(_ value: OpaquePointer) -> UnsafeMutableRawPointer? {
  if case .host(let host) = Box.of(value).value { return host.pointer }
  return nil
}

@c @implementation public func engine_value_retain(_ value: OpaquePointer) {
  _ = Unmanaged<Box>.fromOpaque(UnsafeRawPointer(value)).retain()
}
@c @implementation public func engine_value_release(_ value: OpaquePointer) { Box.release(value) }

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
  guard let graph = graphObject(pointer), graph.nodes.indices.contains(Int(node)) else { return 0 }
  let types = graph.nodes[Int(node)].outputTypes
  return types.indices.contains(Int(index)) ? types[Int(index)].rawValue : 0
}
