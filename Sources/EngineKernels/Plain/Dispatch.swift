import EngineCore

/// The plain loops: one obvious loop per kernel, for every type. They serve the types without vectorised kernels, and
/// are what tests compare the vectorised ones with.
package enum PlainKernels {}

/// A loop that is generic over the element type, to be run for a type known only at run time.
protocol RealLoop {
  func run<Element: RealElement>(_ type: Element.Type) throws
}
protocol FloatLoop {
  func run<Element: FloatElement>(_ type: Element.Type) throws
}
protocol IntegerLoop {
  func run<Element: IntegerElement>(_ type: Element.Type) throws
}

extension PlainKernels {
  static func dispatch(real dtype: DType, _ name: @autoclosure () -> String, _ loop: some RealLoop) throws {
    switch dtype {
    case .float32: try loop.run(Float.self)
    case .float64: try loop.run(Double.self)
    case .float16: try loop.run(Half.self)
    case .bfloat16: try loop.run(BFloat16.self)
    case .int8: try loop.run(Int8.self)
    case .int16: try loop.run(Int16.self)
    case .int32: try loop.run(Int32.self)
    case .int64: try loop.run(Int64.self)
    case .uint8: try loop.run(UInt8.self)
    case .uint16: try loop.run(UInt16.self)
    case .uint32: try loop.run(UInt32.self)
    case .uint64: try loop.run(UInt64.self)
    default: throw Kernels.unsupported(name(), dtype)
    }
  }

  static func dispatch(floating dtype: DType, _ name: @autoclosure () -> String, _ loop: some FloatLoop) throws {
    switch dtype {
    case .float32: try loop.run(Float.self)
    case .float64: try loop.run(Double.self)
    case .float16: try loop.run(Half.self)
    case .bfloat16: try loop.run(BFloat16.self)
    default: throw Kernels.unsupported(name(), dtype)
    }
  }

  static func dispatch(integer dtype: DType, _ name: @autoclosure () -> String, _ loop: some IntegerLoop) throws {
    switch dtype {
    case .int8: try loop.run(Int8.self)
    case .int16: try loop.run(Int16.self)
    case .int32: try loop.run(Int32.self)
    case .int64: try loop.run(Int64.self)
    case .uint8: try loop.run(UInt8.self)
    case .uint16: try loop.run(UInt16.self)
    case .uint32: try loop.run(UInt32.self)
    case .uint64: try loop.run(UInt64.self)
    default: throw Kernels.unsupported(name(), dtype)
    }
  }
}
