import EngineCore
import Testing

@testable import EngineKernels

extension KernelTests {
  @Suite struct ElementwiseTests {
    @Test func extremaAndMasksPassNaNOn() throws {
      let nan = Tensor(scalar: Float.nan)
      let one = Tensor(scalar: Float(1))
      let minusOne = Tensor(scalar: Float(-1))
      let z = Tensor(scalar: Float(0))
      try atEveryLevel {
        for (a, b) in [(nan, one), (one, nan)] {
          for operation in [BinaryOperation.maximum, .minimum] {
            try Kernels.binary(operation, a, b, into: z)
            #expect(try z.scalars(Float.self)[0].isNaN)
          }
        }
        try Kernels.binary(.reluGrad, nan, minusOne, into: z)
        #expect(try z.scalars(Float.self)[0].isNaN)
        try Kernels.binary(.reluGrad, one, nan, into: z)
        #expect(try z.scalars(Float.self)[0] == 0)
        try Kernels.leakyReluGrad(one, nan, alpha: 0.25, into: z)
        #expect(try z.scalars(Float.self)[0] == 0.25)
        try Kernels.unary(.relu, nan, into: z)
        #expect(try z.scalars(Float.self)[0].isNaN)
      }
    }
  }
}
