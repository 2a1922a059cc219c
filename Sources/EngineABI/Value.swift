import CEngineABI
import EngineCore
import EngineGraph

/// Anything that crosses the border to a host language.
public enum Value: @unchecked Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(String)
  case bytes(ByteString)
  case list([Value])
  case tuple([Value])
  case dict([(key: String, value: Value)])
  case tensor(Tensor)
  case output(Output)
  case node(Node)
  case object(AnyObject)
  case host(HostObject)

  var kindName: String {
    switch self {
    case .none: "None"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .text: "str"
    case .bytes: "bytes"
    case .list: "list"
    case .tuple: "tuple"
    case .dict: "dict"
    case .tensor: "array"
    case .output: "Tensor"
    case .node: "Operation"
    case .object(let object): "\(type(of: object))"
    case .host: "object"
    }
  }

  public static func strings(_ texts: [String]) -> Value { .list(texts.map { .text($0) }) }
  public static func ints(_ numbers: [Int]) -> Value { .list(numbers.map { .int($0) }) }

  /// A static shape: `None`, or a list with `None` for unknown dimensions.
  public static func shape(_ shape: Shape) -> Value {
    guard let dimensions = shape.dimensions else { return .none }
    return .list(dimensions.map { $0.map { .int($0) } ?? .none })
  }
}

/// An object of the host language, kept alive while the engine refers to it.
public final class HostObject: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer
  private let release: engine_release_fn

  init(_ pointer: UnsafeMutableRawPointer, release: @escaping engine_release_fn) {
    self.pointer = pointer
    self.release = release
  }

  deinit { release(pointer) }

  /// Calls the object.
  /// **Errors**: `.host` with the host's own exception when the callable raised one.
  /// **Threading**: any thread that holds none of the engine's locks.
  public func call(_ arguments: [Value]) throws -> Value {
    guard let host = HostInterface.installed else { throw EngineError.internal("no host language is attached") }
    let boxes = arguments.map { Box.retained($0) }
    defer { boxes.forEach { Box.release($0) } }
    var result: OpaquePointer?
    var error: OpaquePointer?
    let status = boxes.withUnsafeBufferPointer { host.call(pointer, $0.baseAddress, $0.count, &result, &error) }
    if status != 0 { throw ErrorBox.take(error) }
    guard let result else { return .none }
    defer { Box.release(result) }
    return Box.value(result)
  }
}

/// The host's table of functions.
enum HostInterface {
  nonisolated(unsafe) static var installed: engine_host?
}

/// The heap form of a value at the border.
final class Box {
  var value: Value

  init(_ value: Value) { self.value = value }

  static func retained(_ value: Value) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(Box(value)).toOpaque())
  }
  static func of(_ pointer: OpaquePointer) -> Box {
    Unmanaged<Box>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }
  static func value(_ pointer: OpaquePointer) -> Value { of(pointer).value }
  static func take(_ pointer: OpaquePointer) -> Value {
    Unmanaged<Box>.fromOpaque(UnsafeRawPointer(pointer)).takeRetainedValue().value
  }
  static func release(_ pointer: OpaquePointer) { Unmanaged<Box>.fromOpaque(UnsafeRawPointer(pointer)).release() }
}

/// The heap form of a failure at the border.
final class ErrorBox {
  let error: EngineError
  init(_ error: EngineError) { self.error = error }

  static func retained(_ error: any Error) -> OpaquePointer {
    let engineError = error as? EngineError ?? EngineError.internal("unexpected failure: \(error)")
    return OpaquePointer(Unmanaged.passRetained(ErrorBox(engineError)).toOpaque())
  }
  static func of(_ pointer: OpaquePointer) -> ErrorBox {
    Unmanaged<ErrorBox>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }
  static func take(_ pointer: OpaquePointer?) -> EngineError {
    guard let pointer else { return EngineError.internal("a callback failed without saying why") }
    return Unmanaged<ErrorBox>.fromOpaque(UnsafeRawPointer(pointer)).takeRetainedValue().error
  }
}
