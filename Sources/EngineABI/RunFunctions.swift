import CEngineABI
import EngineCore
import EngineRuntime

// The part of engine_abi.h that runs prepared requests.

private func preparedRun(_ pointer: UnsafeRawPointer) -> PreparedRun? {
  let object = Unmanaged<AnyObject>.fromOpaque(pointer).takeUnretainedValue()
  // Cheaper than a cast, and the class is final.
  return type(of: object) == PreparedRun.self ? unsafeDowncast(object, to: PreparedRun.self) : nil
}

@c @implementation
public func engine_run_call(
  _ object: UnsafeRawPointer, _ feeds: UnsafePointer<OpaquePointer>?, _ count: Int,
  _ result: UnsafeMutablePointer<OpaquePointer?>, _ error: UnsafeMutablePointer<OpaquePointer?>
) -> Int32 {
  do {
    guard let run = preparedRun(object) else { throw EngineError.type("the object to run is no prepared run") }
    let values: [Tensor] = try UnsafeBufferPointer(start: feeds, count: max(count, 0)).map {
      guard case .tensor(let tensor) = Box.of($0).value else {
        throw EngineError.type("a feed must be an array, got \(Box.of($0).value.kindName)")
      }
      return tensor
    }
    result.pointee = Box.retained(.list(try run.run(values).map { .fetched($0) }))
    return 0
  } catch let failure {
    error.pointee = ErrorBox.retained(failure)
    return 1
  }
}
