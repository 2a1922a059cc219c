import EngineCore
import Testing

@testable import EngineKernels

extension KernelTests {
  @Suite struct UpdateTests {
    /// Values computed by hand from the formulas, in double precision.
    @Test func formulas() throws {
      func scalar(_ value: Double) -> Tensor { Tensor(scalar: value) }
      func value(_ tensor: Tensor) throws -> Double { try tensor.scalars(Double.self)[0] }
      let (w, m, v) = (scalar(1), scalar(0), scalar(0))
      try Kernels.applyAdam(
        w, m, v, beta1Power: 0.9, beta2Power: 0.999, rate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, scalar(0.5),
        nesterov: false)
      #expect(abs(try value(w) - 0.999) < 1e-8)
      #expect(abs(try value(m) - 0.05) < 1e-15)
      #expect(abs(try value(v) - 0.00025) < 1e-15)
      let (w2, accumulator, linear) = (scalar(1), scalar(0.1), scalar(0))
      try Kernels.applyFtrl(
        w2, accumulator, linear, scalar(0.5), rate: 0.1, l1: 0, l2: 0, l2Shrinkage: 0, ratePower: -0.5)
      // linear = g − (√0.35 − √0.1)/0.1·1; w = −linear/(√0.35/0.1)
      let expected = 0.5 - (0.35.squareRoot() - 0.1.squareRoot()) / 0.1
      #expect(abs(try value(linear) - expected) < 1e-14)
      #expect(abs(try value(w2) + expected / (0.35.squareRoot() / 0.1)) < 1e-14)
    }
  }
}
