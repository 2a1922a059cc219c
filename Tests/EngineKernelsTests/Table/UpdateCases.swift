import EngineCore

@testable import EngineKernels

/// A kernel for whole variables against the plain loop of the same formula, both in place on a variable and its slots.
private func dense(
  _ kernel: String, _ variant: String = "", slots: Int,
  plain: @escaping @Sendable ([Tensor], Tensor) throws -> Void,
  fast: @escaping @Sendable ([Tensor], Tensor) throws -> Void
) -> KernelCase {
  KernelCase(kernel, variant, allFloating) { dtype, numbers in
    try (edgeLengths + [40_001]).map { length in
      let start = try (0...slots).map { try numbers.tensor(dtype, [length], $0 == 0 ? -1 : 0.5, 1) }
      let g = try numbers.tensor(dtype, [length], -0.5, 0.5)
      return try KernelProblem(
        "of \(length)", updating: start, units: isHalf(dtype) ? 1 : 2, scale: 0.25, reference: { try plain($0, g) },
        kernel: { try fast($0, g) })
    }
  }
}

private let updates: [(name: String, slots: Int, update: OptimizerUpdate)] = [
  ("momentum", 1, .momentum(rate: 0.1, momentum: 0.9, nesterov: false)),
  ("Nesterov momentum", 1, .momentum(rate: 0.1, momentum: 0.9, nesterov: true)),
  ("Keras momentum", 1, .kerasMomentum(rate: 0.1, momentum: 0.9, nesterov: false)),
  ("Keras Nesterov momentum", 1, .kerasMomentum(rate: 0.1, momentum: 0.9, nesterov: true)),
  ("Adagrad", 1, .adagrad(rate: 0.1, epsilon: nil, updateSlots: true)),
  ("Adagrad with epsilon", 1, .adagrad(rate: 0.1, epsilon: 1e-3, updateSlots: true)),
  ("Adagrad of fixed slots", 1, .adagrad(rate: 0.1, epsilon: 1e-3, updateSlots: false)),
  ("AdagradDA", 2, .adagradDA(rate: 0.1, l1: 0.01, l2: 0.02, step: 3)),
  ("Adadelta", 2, .adadelta(rate: 0.1, rho: 0.9, epsilon: 1e-3)),
  ("RMSProp", 2, .rmsProp(rate: 0.1, rho: 0.9, momentum: 0.5, epsilon: 1e-3)),
  ("centered RMSProp", 3, .centeredRMSProp(rate: 0.1, rho: 0.9, momentum: 0.5, epsilon: 1)),
  (
    "FTRL", 2, .ftrl(rate: 0.1, l1: 0.01, l2: 0.02, l2Shrinkage: 0.1, ratePower: -0.5, multiplyLinearByRate: false)
  ),
  (
    "FTRL by rate", 2,
    .ftrl(rate: 0.1, l1: 0.01, l2: 0.02, l2Shrinkage: 0.1, ratePower: -0.3, multiplyLinearByRate: true)
  ),
  ("proximal Adagrad", 1, .proximalAdagrad(rate: 0.1, l1: 0.01, l2: 0.02)),
  ("proximal gradient descent", 0, .proximalGradientDescent(rate: 0.1, l1: 0.01, l2: 0.02)),
  ("AdaMax", 2, .adaMax(beta1Power: 0.81, rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-3)),
  ("AMSGrad", 3, .amsgrad(beta1Power: 0.81, beta2Power: 0.98, rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-3)),
]

/// The reference of an update: in double precision, rows one after the other, rounded at the end.
private func plain(_ update: OptimizerUpdate, _ tensors: [Tensor], _ g: Tensor, rows: [Int]?) throws {
  let wide = try tensors.map { try Tensor(try $0.doubles, shape: $0.shape) }
  let gradient = try Tensor(try g.doubles, shape: g.shape)
  if let rows {
    let width = g.shape[1]
    for (index, row) in rows.enumerated() {
      let one = try wide.map { try Tensor(uninitialized: .float64, shape: [width]).filled($0, row * width) }
      let own = try Tensor(uninitialized: .float64, shape: [width]).filled(gradient, index * width)
      try Kernels.applyUpdate(update, one[0], slots: Array(one[1...]), own)
      for (tensor, part) in zip(wide, one) {
        (tensor.elements(Double.self) + row * width).update(from: part.elements(Double.self), count: width)
      }
    }
  } else {
    try Kernels.applyUpdate(update, wide[0], slots: Array(wide[1...]), gradient)
  }
  for (tensor, value) in zip(tensors, wide) { try tensor.assign(try value.doubles) }
}

extension Tensor {
  /// Itself, with the doubles of another from `start` on.
  fileprivate func filled(_ source: Tensor, _ start: Int) -> Tensor {
    elements(Double.self).update(from: source.elements(Double.self) + start, count: elementCount)
    return self
  }
}

let updateCases: [KernelCase] =
  [
    dense("applyGradientDescent", slots: 0) {
      try PlainKernels.applyGradientDescent($0[0], rate: 0.1, $1)
    } fast: {
      try Kernels.applyGradientDescent($0[0], rate: 0.1, $1)
    },
    dense("applyCenteredRMSProp", slots: 3) {
      try PlainKernels.applyCenteredRMSProp(
        $0[0], $0[1], $0[2], $0[3], rate: 0.1, rho: 0.9, momentum: 0.5, epsilon: 1, $1)
    } fast: {
      try Kernels.applyCenteredRMSProp(
        $0[0], $0[1], $0[2], $0[3], rate: 0.1, rho: 0.9, momentum: 0.5, epsilon: 1, $1)
    },
    dense("applyRMSProp", slots: 2) {
      try PlainKernels.applyRMSProp($0[0], $0[1], $0[2], rate: 0.1, rho: 0.9, momentum: 0.5, epsilon: 1e-3, $1)
    } fast: {
      try Kernels.applyRMSProp($0[0], $0[1], $0[2], rate: 0.1, rho: 0.9, momentum: 0.5, epsilon: 1e-3, $1)
    },
    dense("applyAdadelta", slots: 2) {
      try PlainKernels.applyAdadelta($0[0], $0[1], $0[2], rate: 0.1, rho: 0.9, epsilon: 1e-3, $1)
    } fast: {
      try Kernels.applyAdadelta($0[0], $0[1], $0[2], rate: 0.1, rho: 0.9, epsilon: 1e-3, $1)
    },
    dense("applyFtrl", slots: 2) {
      try PlainKernels.applyFtrl(
        $0[0], $0[1], $0[2], $1, rate: 0.1, l1: 0.01, l2: 0.02, l2Shrinkage: 0.1, ratePower: -0.5)
    } fast: {
      try Kernels.applyFtrl($0[0], $0[1], $0[2], $1, rate: 0.1, l1: 0.01, l2: 0.02, l2Shrinkage: 0.1, ratePower: -0.5)
    },
  ]
  + [false, true].flatMap { nesterov in
    [
      dense("applyMomentum", "Nesterov \(nesterov)", slots: 1) {
        try PlainKernels.applyMomentum($0[0], $0[1], rate: 0.1, $1, momentum: 0.9, nesterov: nesterov)
      } fast: {
        try Kernels.applyMomentum($0[0], $0[1], rate: 0.1, $1, momentum: 0.9, nesterov: nesterov)
      },
      dense("applyAdam", "Nesterov \(nesterov)", slots: 2) {
        try PlainKernels.applyAdam(
          $0[0], $0[1], $0[2], beta1Power: 0.81, beta2Power: 0.98, rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-3,
          $1, nesterov: nesterov)
      } fast: {
        try Kernels.applyAdam(
          $0[0], $0[1], $0[2], beta1Power: 0.81, beta2Power: 0.98, rate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-3,
          $1, nesterov: nesterov)
      },
      // Here the two flavours are slots that are updated, or not, and an epsilon.
      dense("applyAdagrad", "slots \(nesterov)", slots: 1) {
        try PlainKernels.applyAdagrad($0[0], $0[1], rate: 0.1, epsilon: nil, $1, updateSlots: nesterov)
      } fast: {
        try Kernels.applyAdagrad($0[0], $0[1], rate: 0.1, epsilon: nil, $1, updateSlots: nesterov)
      },
    ]
  }
  + updates.flatMap { name, slots, update in
    [
      KernelCase("applyUpdate", name, allFloating) { dtype, numbers in
        try [0, 1, 7, 33, 20_001].map { length in
          let start = try (0...slots).map { try numbers.tensor(dtype, [length], $0 == 0 ? -1 : 0.5, 1) }
          let g = try numbers.tensor(dtype, [length], -0.5, 0.5)
          // Half-precision inputs are those of the reference, but for the rate and its like, which are rounded first.
          return try KernelProblem(
            "of \(length)", updating: start, units: isHalf(dtype) ? 4 : 16, scale: 1,
            reference: { try plain(update, $0, g, rows: nil) },
            kernel: { try Kernels.applyUpdate(update, $0[0], slots: Array($0[1...]), g) })
        }
      },
      KernelCase("applyUpdate", "\(name), rows", allFloating) { dtype, numbers in
        try [1, 2, 8, 17].map { width in
          let start = try (0...slots).map { try numbers.tensor(dtype, [5, width], $0 == 0 ? -1 : 0.5, 1) }
          let g = try numbers.tensor(dtype, [4, width], -0.5, 0.5)
          return try KernelProblem(
            "rows of \(width)", updating: start, units: isHalf(dtype) ? 4 : 16, scale: 1,
            reference: { try plain(update, $0, g, rows: [3, 0, 3, 1]) },
            kernel: { try Kernels.applyUpdate(update, $0[0], slots: Array($0[1...]), g, rows: [3, 0, 3, 1]) })
        }
      },
    ]
  }
