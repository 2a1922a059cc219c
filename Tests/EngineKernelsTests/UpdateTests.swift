import EngineCore
import Testing

@testable import EngineKernels

extension KernelTests {
  @Suite struct UpdateTests {
    /// One update of a variable and three slots.
    typealias Update = ([Tensor], Tensor) throws -> Void

    private func check(_ name: String, _ dtype: DType, _ plain: Update, _ fast: Update) throws {
      var numbers = TestNumbers(seed: 9)
      for shape in [[], [0], [5], [3, 11], [40_000]] {
        let start = try (0..<4).map { try numbers.tensor(dtype, shape, $0 == 0 ? -1 : 0.5, 1) }
        let gradient = try numbers.tensor(dtype, shape, -0.5, 0.5)
        let expected = try start.map { try $0.copied() }
        try plain(expected, gradient)
        try atEveryLevel {
          let actual = try start.map { try $0.copied() }
          try fast(actual, gradient)
          for (slot, (a, e)) in zip(actual, expected).enumerated() {
            try expectClose(a, e, units: 4, scale: 0.5, "\(dtype) \(name) \(shape), slot \(slot)")
          }
        }
      }
    }

    @Test(arguments: [DType.float32, .float64, .float16, .bfloat16])
    func updatesAgree(_ dtype: DType) throws {
      try check("gradient descent", dtype) { t, g in
        try PlainKernels.applyGradientDescent(t[0], rate: 0.1, g)
      } _: {
        t, g in
        try Kernels.applyGradientDescent(t[0], rate: 0.1, g)
      }
      for nesterov in [false, true] {
        try check("momentum", dtype) { t, g in
          try PlainKernels.applyMomentum(t[0], t[1], rate: 0.1, g, momentum: 0.9, nesterov: nesterov)
        } _: { t, g in
          try Kernels.applyMomentum(t[0], t[1], rate: 0.1, g, momentum: 0.9, nesterov: nesterov)
        }
        try check("Adam", dtype) { t, g in
          try PlainKernels.applyAdam(
            t[0], t[1], t[2], beta1Power: 0.81, beta2Power: 0.98, rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, g,
            nesterov: nesterov)
        } _: { t, g in
          try Kernels.applyAdam(
            t[0], t[1], t[2], beta1Power: 0.81, beta2Power: 0.98, rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, g,
            nesterov: nesterov)
        }
      }
      for epsilon in [nil, 1e-3] as [Double?] {
        for updateSlots in [false, true] {
          try check("Adagrad", dtype) { t, g in
            try PlainKernels.applyAdagrad(t[0], t[1], rate: 0.1, epsilon: epsilon, g, updateSlots: updateSlots)
          } _: { t, g in
            try Kernels.applyAdagrad(t[0], t[1], rate: 0.1, epsilon: epsilon, g, updateSlots: updateSlots)
          }
        }
      }
      try check("RMSProp", dtype) { t, g in
        try PlainKernels.applyRMSProp(t[0], t[1], t[2], rate: 0.1, rho: 0.9, momentum: 0.5, epsilon: 1e-3, g)
      } _: { t, g in
        try Kernels.applyRMSProp(t[0], t[1], t[2], rate: 0.1, rho: 0.9, momentum: 0.5, epsilon: 1e-3, g)
      }
    }

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
