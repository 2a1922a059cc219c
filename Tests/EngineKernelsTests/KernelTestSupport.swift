import EngineCore
import Glibc
import KernelTable
import Testing

@testable import EngineKernels

/// All suites of this module, one after the other: they change the level and the number of threads.
@Suite(.serialized) struct KernelTests {}

/// A small generator with a fixed seed, so that failures repeat.
struct TestNumbers {
  private var philox: Philox
  init(seed: UInt64) { philox = Philox(seed: seed, seed2: 0) }

  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(philox.next().0) / 4_294_967_296
  }

  mutating func whole(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(philox.next().0) % (range.upperBound - range.lowerBound + 1)
  }

  /// A tensor of numbers of any real type, or of booleans.
  mutating func tensor(_ dtype: DType, _ shape: [Int], _ low: Double = -2, _ high: Double = 2) throws -> Tensor {
    let wide = try Tensor(uninitialized: .float64, shape: shape)
    for i in 0..<wide.elementCount { wide.elements(Double.self)[i] = uniform(low, high) }
    if dtype == .float64 { return wide }
    let result = try Tensor(uninitialized: dtype, shape: shape)
    try PlainKernels.cast(wide, into: result)
    return result
  }
}

/// Runs `body` once per CPU level that this machine has.
func atEveryLevel(_ body: () throws -> Void) rethrows {
  defer { Kernels.table = Kernels.availableTables[Kernels.availableTables.count - 1] }
  for table in Kernels.availableTables {
    Kernels.table = table
    try body()
  }
}

extension Tensor {
  /// The elements as `Double`.
  var doubles: [Double] {
    get throws {
      let wide = try Tensor(uninitialized: .float64, shape: shape)
      try PlainKernels.cast(self, into: wide)
      return try wide.scalars(Double.self)
    }
  }

  func hasSameBits(as other: Tensor) -> Bool {
    byteCount == other.byteCount && memcmp(pointer, other.pointer, byteCount) == 0
  }
}

/// One unit in the last place of a number of this type and magnitude.
func unitInTheLastPlace(_ value: Double, _ dtype: DType) -> Double {
  let magnitude = abs(value)
  switch dtype {
  case .float64: return max(magnitude.ulp, Double.leastNormalMagnitude)
  case .float32: return max(Double(Float(magnitude).ulp), Double(Float.leastNormalMagnitude))
  case .float16: return max(magnitude.binade * 0x1p-10, 0x1p-24)
  case .bfloat16: return max(magnitude.binade * 0x1p-7, 0x1p-133)
  default: return 0
  }
}

/// Checks elements against the reference: the same NaNs and infinities, and no further off than `units` in the last
/// place (of the value, or of `scale` when sums cancel).
func expectClose(
  _ actual: Tensor, _ expected: Tensor, units: Double, scale: Double = 0, _ what: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  if actual.hasSameBits(as: expected) { return }
  let (a, e) = (try actual.doubles, try expected.doubles)
  var worst = 0.0
  var worstIndex = -1
  for i in a.indices {
    if a[i] == e[i] || (a[i].isNaN && e[i].isNaN) { continue }
    let unit = unitInTheLastPlace(max(abs(e[i]), scale), expected.dtype)
    let error = unit == 0 || !a[i].isFinite || !e[i].isFinite ? Double.infinity : abs(a[i] - e[i]) / unit
    if error > worst { (worst, worstIndex) = (error, i) }
  }
  if worst > units {
    Issue.record(
      "\(what()) at \(Kernels.levelName): element \(worstIndex) is \(a[worstIndex]), not \(e[worstIndex]): \(worst) ulp",
      sourceLocation: sourceLocation)
  }
}
