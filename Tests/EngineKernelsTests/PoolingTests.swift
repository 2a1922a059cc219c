import EngineCore
import Testing

@testable import EngineKernels

extension KernelTests {
  @Suite struct PoolingTests {
    @Test func notANumber() throws {
      let x = try Tensor(uninitialized: .float32, shape: [1, 2, 2, 1])
      let window = WindowGeometry(
        height: 2, width: 2, strideHeight: 2, strideWidth: 2, padTop: 0, padLeft: 0, outputHeight: 1, outputWidth: 1)
      let y = try Tensor(uninitialized: .float32, shape: [1, 1, 1, 1])
      let dy = try Tensor(scalar: Float(1)).reshaped([1, 1, 1, 1])
      let dx = try Tensor(uninitialized: .float32, shape: [1, 2, 2, 1])
      for (values, largest, place) in [
        ([.nan, 1, 2, 3], 3, 0), ([1, .nan, 2, 3], 3, 3),
        ([.nan, .nan, .nan, .nan], -Float.greatestFiniteMagnitude, 0),
      ] as [([Float], Float, Int)] {
        for i in 0..<4 { x.elements(Float.self)[i] = values[i] }
        try Kernels.maxPool(x, window, into: y)
        #expect(try y.scalars(Float.self) == [largest])
        try Kernels.maxPoolGrad(x, y, dy, window, into: dx)
        #expect(try dx.scalars(Float.self) == (0..<4).map { $0 == place ? 1 : 0 })
      }
    }
  }
}
