import EngineCore
import EngineKernels
import Testing

extension KernelTests {
  @Suite struct MatMulTests {
    /// Each of the k additions rounds by half a unit of a partial sum, whose size is that of the result or √k·2.
    private func check(
      _ dtype: DType, _ m: Int, _ n: Int, _ k: Int, batchA: [Int] = [], batchB: [Int] = [], batchC: [Int] = []
    ) throws {
      var numbers = TestNumbers(seed: UInt64(m * 7919 + n * 104_729 + k))
      for transposeA in [false, true] {
        for transposeB in [false, true] {
          let a = try numbers.tensor(dtype, batchA + (transposeA ? [k, m] : [m, k]))
          let b = try numbers.tensor(dtype, batchB + (transposeB ? [n, k] : [k, n]))
          let expected = try Tensor(uninitialized: dtype, shape: batchC + [m, n])
          try PlainKernels.matmul(a, b, transposeA: transposeA, transposeB: transposeB, into: expected)
          try atEveryLevel {
            let c = try expectSameWithThreads("matmul \(m)x\(n)x\(k)") {
              let c = try Tensor(uninitialized: dtype, shape: batchC + [m, n])
              try Kernels.matmul(a, b, transposeA: transposeA, transposeB: transposeB, into: c)
              return c
            }
            let scale = Double(max(k, 1)).squareRoot() * 2
            try expectClose(
              c, expected, units: dtype == .float16 || dtype == .bfloat16 ? 1 : 4 + Double(k) / 2,
              scale: scale, "\(dtype) \(m)x\(n)x\(k), transposed \(transposeA), \(transposeB)")
          }
        }
      }
    }

    @Test(arguments: [DType.float32, .float64])
    func sizesAroundTileEdges(_ dtype: DType) throws {
      for m in [1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 25] {
        for n in [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33] {
          for k in [1, 2, 7, 8, 9, 17, 40] { try check(dtype, m, n, k) }
        }
      }
    }

    @Test(arguments: [DType.float32, .float64])
    func blockedSizes(_ dtype: DType) throws {
      for (m, n, k) in [
        (1, 700, 300), (700, 1, 300), (3, 1000, 257), (73, 65, 257), (150, 130, 300), (12, 2100, 20), (600, 10, 90),
        (145, 40, 513), (64, 64, 64), (7, 16, 700),
      ] {
        try check(dtype, m, n, k)
      }
    }

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
          #expect(b.isUniquelyReferenced())
          b.elements(Float.self)[k * n / 2] += 1
          b.elements(Float.self)[k * n - 1] -= 1
        }
      }
    }

    @Test(arguments: [DType.float16, .bfloat16, .int32, .int64])
    func otherTypes(_ dtype: DType) throws {
      for (m, n, k) in [(1, 1, 1), (5, 7, 9), (17, 33, 20)] { try check(dtype, m, n, k) }
    }

    @Test func emptyMatrices() throws {
      for (m, n, k) in [(0, 3, 2), (3, 0, 2), (3, 2, 0), (0, 0, 0)] {
        try check(.float32, m, n, k)
        try check(.int32, m, n, k)
      }
    }

    @Test func batches() throws {
      try check(.float32, 5, 6, 7, batchA: [3], batchB: [3], batchC: [3])
      try check(.float32, 5, 6, 7, batchA: [2, 1], batchB: [3], batchC: [2, 3])
      try check(.float64, 5, 6, 7, batchA: [], batchB: [2, 2], batchC: [2, 2])
      try check(.float32, 20, 30, 40, batchA: [4, 1, 2], batchB: [3, 1], batchC: [4, 3, 2])
      try check(.float32, 2, 3, 4, batchA: [0], batchB: [1], batchC: [0])
    }
  }
}
