import CEngineABI
import EngineCore
import EngineGraph
import EngineOps
import EngineRuntime

// The part of engine_abi.h that finds and calls functions and carries failures.

@c @implementation
public func engine_function_find(_ name: UnsafePointer<CChar>, _ count: Int) -> Int64 {
  Int64(FunctionCatalog.index[text(name, count)] ?? -1)
}

@c @implementation
public func engine_function_is_blocking(_ function: Int64) -> Bool {
  FunctionCatalog.all.indices.contains(Int(function)) && FunctionCatalog.all[Int(function)].isBlocking
}

@c @implementation
public func engine_function_new_names() -> OpaquePointer { Box.retained(.strings(FunctionCatalog.all.map(\.name))) }

@c @implementation
public func engine_function_call(
  _ function: Int64, _ arguments: UnsafePointer<OpaquePointer>?, _ count: Int,
  _ result: UnsafeMutablePointer<OpaquePointer?>, _ error: UnsafeMutablePointer<OpaquePointer?>
) -> Int32 {
  do {
    guard FunctionCatalog.all.indices.contains(Int(function)) else {
      throw EngineError.internal("there is no engine function \(function)")
    }
    let entry = FunctionCatalog.all[Int(function)]
    let values = UnsafeBufferPointer(start: arguments, count: max(count, 0)).map { Box.value($0) }
    let value = try entry.body(Arguments(function: entry.name, values: values))
    if entry.isBlocking { try Interrupt.throwKept() }
    result.pointee = Box.retained(value)
    return 0
  } catch let failure {
    error.pointee = ErrorBox.retained(failure)
    return 1
  }
}

private func text(_ pointer: UnsafePointer<CChar>?, _ count: Int) -> String {
  String(decoding: UnsafeRawBufferPointer(start: pointer, count: pointer == nil ? 0 : max(count, 0)), as: UTF8.self)
}

@c @implementation
public func engine_error_new_host(
  _ kind: Int32, _ message: UnsafePointer<CChar>?, _ count: Int, _ exception: UnsafeMutableRawPointer,
  _ release: @escaping engine_release_fn
) -> OpaquePointer {
  ErrorBox.retained(
    EngineError(
      kind: EngineError.Kind(rawValue: kind) ?? .host, code: .unknown, text(message, count),
      underlying: HostObject(exception, release: release)))
}

@c @implementation
public func engine_error_new(_ kind: Int32, _ message: UnsafePointer<CChar>?, _ count: Int) -> OpaquePointer {
  ErrorBox.retained(
    EngineError(kind: EngineError.Kind(rawValue: kind) ?? .runtime, code: .unknown, text(message, count)))
}

@c @implementation
public func engine_error_kind(_ error: OpaquePointer) -> Int32 { ErrorBox.of(error).error.kind.rawValue }

@c @implementation
public func engine_error_new_details(_ error: OpaquePointer) -> OpaquePointer {
  let error = ErrorBox.of(error).error
  return Box.retained(
    .dict([
      ("kind", .int(Int(error.kind.rawValue))), ("code", .int(Int(error.code.rawValue))),
      ("message", .text(error.message)),
      ("node", error.nodeName.map { .text($0) } ?? .none), ("origin", error.origin.map { .text($0) } ?? .none),
    ]))
}

@c @implementation
public func engine_error_borrow_host(_ error: OpaquePointer) -> UnsafeMutableRawPointer? {
  (ErrorBox.of(error).error.underlying as? HostObject)?.pointer
}

@c @implementation
public func engine_error_release(_ error: OpaquePointer) {
  Unmanaged<ErrorBox>.fromOpaque(UnsafeRawPointer(error)).release()
}

@c @implementation
public func engine_host_install(_ host: engine_host) {
  HostInterface.installed = host
  Interrupt.install {
    guard let failure = HostInterface.installed?.poll_interrupt() else { return nil }
    return ErrorBox.take(failure)
  }
  OpCatalog.install()
}
