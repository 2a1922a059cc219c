import EngineCore
import Testing

@testable import EngineKernels

/// One line of the kernel table: a kernel of `Kernels`, what it is compared with, and on what.
struct KernelCase: Sendable, CustomTestStringConvertible {
  /// The name of the function in `Kernels`.
  let kernel: String
  /// What sets this line apart from others of the same kernel.
  let variant: String
  let dtypes: [DType]
  /// The runs to compare, for one type.
  let problems: @Sendable (_ dtype: DType, _ numbers: inout TestNumbers) throws -> [KernelProblem]

  init(
    _ kernel: String, _ variant: String = "", _ dtypes: [DType] = [.float32, .float64],
    _ problems: @escaping @Sendable (_ dtype: DType, _ numbers: inout TestNumbers) throws -> [KernelProblem]
  ) {
    self.kernel = kernel
    self.variant = variant
    self.dtypes = dtypes
    self.problems = problems
  }

  var testDescription: String { variant.isEmpty ? kernel : "\(kernel) \(variant)" }
}

/// One run of a kernel and of its reference.
struct KernelProblem {
  typealias Body = (_ outputs: [Tensor]) throws -> Void

  let what: String
  /// What the outputs hold before: values for updates, and otherwise anything, since it is overwritten.
  let outputs: [Tensor]
  /// The error allowed, in units in the last place of the result, or of each output's scale where terms cancel.
  let units: Double
  let scales: [Double]
  let reference: Body
  let kernel: Body

  /// A kernel that writes new tensors of type `dtype`.
  init(
    _ what: String, _ dtype: DType, _ shapes: [[Int]], units: Double = 0, scale: Double = 0,
    reference: @escaping Body, kernel: @escaping Body
  ) throws {
    try self.init(
      what, updating: shapes.map { try Tensor(garbage: dtype, shape: $0) }, units: units, scale: scale,
      reference: reference, kernel: kernel)
  }

  /// A kernel that changes tensors.
  init(
    _ what: String, updating outputs: [Tensor], units: Double = 0, scale: Double = 0, scales: [Double]? = nil,
    reference: @escaping Body, kernel: @escaping Body
  ) throws {
    (self.what, self.outputs, self.units) = (what, outputs, units)
    self.scales = scales ?? outputs.map { _ in scale }
    (self.reference, self.kernel) = (reference, kernel)
  }

  /// At every level and with one thread and with four: the reference's values, and the same bits with both.
  func check(_ name: String) throws {
    let expected = try outputs.map { try $0.copied() }
    try reference(expected)
    let pool = ThreadPool.shared
    let before = pool.threadCount
    defer { pool.threadCount = before }
    try atEveryLevel {
      var serial: [Tensor] = []
      for threads in [1, 4] {
        pool.threadCount = threads
        let actual = try outputs.map { try $0.copied() }
        try kernel(actual)
        if threads == 1 {
          serial = actual
          for (index, (a, e)) in zip(actual, expected).enumerated() {
            try expectClose(a, e, units: units, scale: scales[index], "\(name) \(e.dtype) \(what), output \(index)")
          }
        } else {
          for (a, s) in zip(actual, serial) {
            let isSame = a.hasSameBits(as: s)
            #expect(isSame, "\(name) \(what) at \(Kernels.levelName) differs between one thread and \(threads)")
          }
        }
      }
    }
  }
}

extension Tensor {
  /// A tensor whose bytes are no result: a kernel must overwrite all of them.
  init(garbage dtype: DType, shape: [Int]) throws {
    try self.init(uninitialized: dtype, shape: shape)
    UnsafeMutableRawBufferPointer(start: pointer, count: byteCount).initializeMemory(
      as: UInt8.self, repeating: dtype == .bool ? 1 : 0x5a)
  }
}

let singleAndDouble: [DType] = [.float32, .float64]
let allFloating: [DType] = [.float32, .float64, .float16, .bfloat16]
let allReal: [DType] =
  allFloating + [.int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64]

/// Lengths around the edges of one, two and three vectors of the widest level.
let edgeLengths = Array(0...19) + [23, 31, 32, 33, 35, 47, 48, 49, 51]

/// True for types whose arithmetic happens in `Float`, rounded once.
func isHalf(_ dtype: DType) -> Bool { dtype == .float16 || dtype == .bfloat16 }

/// Numbers that formulas treat apart, as far as the type has them.
func specialNumbers(_ dtype: DType) throws -> Tensor {
  let least = dtype == .float64 ? Double.leastNonzeroMagnitude : Double(Float.leastNonzeroMagnitude)
  let normal = dtype == .float64 ? Double.leastNormalMagnitude : Double(Float.leastNormalMagnitude)
  let greatest = dtype == .float64 ? Double.greatestFiniteMagnitude : Double(Float.greatestFiniteMagnitude)
  var values: [Double] = [.nan, 0, .infinity]
  for value in [
    least, 3 * least, normal, greatest, 1e-30, 1e-9, 0.34, 0.5, 0.625, 1, 1.5, 2, 5.999, 6, 7, 20, 88.7, 89,
  ] {
    values.append(value)
  }
  if dtype == .float64 { values += [709.7, 710, 745, 746, 1e300] } else { values += [103.9, 104.5, 1e30] }
  values += values.map { -$0 }
  let result = try Tensor(uninitialized: dtype, shape: [values.count])
  try PlainKernels.cast(try Tensor(values, shape: [values.count]), into: result)
  return result
}

extension Tensor {
  /// Writes values, converted to the tensor's type.
  func assign(_ values: [Double]) throws {
    try PlainKernels.cast(try Tensor(values, shape: shape), into: self)
  }
}
