import EngineCore
import Testing

@testable import EngineKernels

extension KernelTests {
  @Suite struct RowKernelTests {
    @Test func extremaFindNaN() throws {
      for length in [2, 3, 9, 17, 40] {
        for place in 0..<length {
          let x = try Tensor(uninitialized: .float32, shape: [length])
          for i in 0..<length { x.elements(Float.self)[i] = i == place ? .nan : Float(i) }
          try atEveryLevel {
            for operation in [ReductionOperation.maximum, .minimum] {
              let y = try Tensor(uninitialized: .float32, shape: [])
              try Kernels.reduce(operation, x, axes: [0], into: y)
              #expect(try y.scalars(Float.self)[0].isNaN)
              let column = try Tensor(uninitialized: .float32, shape: [1])
              try Kernels.reduce(operation, try x.reshaped([length, 1]), axes: [0], into: column)
              #expect(try column.scalars(Float.self)[0].isNaN)
            }
            let best = try Tensor(uninitialized: .int64, shape: [])
            try Kernels.argReduce(x, axis: 0, largest: true, into: best)
            #expect(try best.scalars(Int64.self) == [Int64(place == length - 1 ? length - 2 : length - 1)])
          }
        }
      }
    }
  }
}
