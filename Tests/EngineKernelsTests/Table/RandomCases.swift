import EngineCore
import Glibc

@testable import EngineKernels

/// Around the edges of groups of the generator and of tasks.
private let lengths = [0, 1, 2, 3, 4, 5, 7, 8, 9, 33, 8191, 8192, 8193, 20_001]

private func generator() -> Philox {
  var result = Philox(seed: 1234, seed2: 5678)
  result.skip(3)
  return result
}

/// The definition, one number after the other; `words` gives the numbers of one group of the generator.
private func sequence(
  _ count: Int, _ words: ((UInt32, UInt32, UInt32, UInt32)) -> [Double]
) -> [Double] {
  var (source, result) = (generator(), [Double]())
  while result.count < count { result += words(source.next()) }
  return Array(result.prefix(count))
}

private func cases(
  _ kernel: String, _ dtypes: [DType], units: Double = 0,
  _ expected: @escaping @Sendable (DType, Int) -> [Double],
  _ run: @escaping @Sendable (Tensor) throws -> Void
) -> KernelCase {
  KernelCase(kernel, "", dtypes) { dtype, _ in
    try lengths.map { length in
      try KernelProblem(
        "of \(length)", dtype, [[length]], units: isHalf(dtype) ? 1 : units, scale: 1,
        reference: { try $0[0].assign(expected(dtype, length)) }, kernel: { try run($0[0]) })
    }
  }
}

private func fraction(_ word: UInt32) -> Double { Double(word & 0x7f_ffff) / 0x1p23 }
private func fraction(_ high: UInt32, _ low: UInt32) -> Double {
  (Double(high & 0xf_ffff) * 0x1p32 + Double(low)) / 0x1p52
}

/// Two normal numbers of two uniform ones; in single precision the angle is rounded to it, as TensorFlow does.
private func pair(_ first: Double, _ second: Double, _ dtype: DType) -> [Double] {
  let radius = (-2 * log(max(first, 1e-7))).squareRoot()
  let angle = 2 * Double.pi * second
  let turned = dtype == .float64 ? angle : Double(Float(angle))
  return [sin(turned) * radius, cos(turned) * radius]
}

private func drawn(_ w: (UInt32, UInt32, UInt32, UInt32), _ dtype: DType) -> [Double] {
  if dtype == .float64 { return pair(fraction(w.0, w.1), fraction(w.2, w.3), dtype) }
  return pair(fraction(w.0), fraction(w.1), dtype) + pair(fraction(w.2), fraction(w.3), dtype)
}

let randomCases: [KernelCase] = [
  cases("randomUniform", allFloating) { dtype, count in
    sequence(count) { w in
      switch dtype {
      case .float64: [fraction(w.0, w.1), fraction(w.2, w.3)]
      case .float16: [w.0, w.1, w.2, w.3].map { Double($0 & 0x3ff) / 1024 }
      case .bfloat16: [w.0, w.1, w.2, w.3].map { Double($0 & 0x7f) / 128 }
      default: [w.0, w.1, w.2, w.3].map(fraction)
      }
    }
  } _: {
    try Kernels.randomUniform(generator(), into: $0)
  },
  cases("randomUniformInteger", [.int32, .int64]) { dtype, count in
    sequence(count) { w in
      if dtype == .int64 {
        return [(w.0, w.1), (w.2, w.3)].map { Double((UInt64($0) | UInt64($1) << 32) % 1000) - 7 }
      }
      return [w.0, w.1, w.2, w.3].map { Double($0 % 1000) - 7 }
    }
  } _: {
    try Kernels.randomUniformInteger(generator(), low: -7, high: 993, into: $0)
  },
  cases("randomNormal", allFloating, units: 4) { dtype, count in
    sequence(count) { drawn($0, dtype) }
  } _: {
    try Kernels.randomNormal(generator(), into: $0)
  },
  cases("randomTruncatedNormal", allFloating, units: 4) { dtype, count in
    var result: [Double] = []
    var group: UInt64 = 0
    let size = dtype == .float64 ? 2 : 4
    while result.count < count {
      // Each group has a stretch of the generator of its own.
      var source = generator()
      source.skip(group * (dtype == .float64 ? 128 : 256))
      var kept: [Double] = []
      while kept.count < size {
        kept += drawn(source.next(), dtype).filter { abs($0) < 2 }
      }
      result += kept.prefix(size)
      group += 1
    }
    return Array(result.prefix(count))
  } _: {
    try Kernels.randomTruncatedNormal(generator(), into: $0)
  },
]
