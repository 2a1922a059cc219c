import EngineCore
import Testing

@testable import EngineKernels

@Suite struct PackedFormsTests {
  @Test func packedFormsFollowTheirMatrix() throws {
    var numbers = TestNumbers(seed: 5)
    for (m, n, k) in [(64, 90, 300), (20, 2100, 257), (130, 40, 513)] {
      let a = try numbers.tensor(.float32, [m, k])
      var b = try numbers.tensor(.float32, [k, n])
      for _ in 0..<3 {
        var results: [[Float]] = []
        // Packed anew, packed to be kept, and as it was kept; the last on memory that was never used before.
        for _ in 0..<4 {
          let c = try Tensor(uninitialized: .float32, shape: [m, n])
          try Kernels.matmul(a, b, transposeA: false, transposeB: false, into: c)
          results.append(try c.scalars())
        }
        let c = try Tensor(uninitialized: .float32, shape: [m, n])
        try Kernels.matmul(a, try b.copied(), transposeA: false, transposeB: false, into: c)
        for result in results { #expect(try result == c.scalars()) }
        let isUnique = b.isUniquelyReferenced()
        #expect(isUnique)
        b.elements(Float.self)[k * n / 2] += 1
        b.elements(Float.self)[k * n - 1] -= 1
      }
    }
  }
}
