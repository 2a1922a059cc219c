import EngineCore
import KernelTable

@testable import EngineKernels

/// Pairs of shapes and what they broadcast to.
private let broadcasts: [(a: [Int], b: [Int], z: [Int])] = [
  ([], [], []), ([0], [0], [0]), ([33], [], [33]), ([], [35], [35]), ([3, 1], [1, 4], [3, 4]),
  ([4, 1, 3], [2, 1], [4, 2, 3]), ([2, 3, 17], [17], [2, 3, 17]), ([5, 1], [5, 19], [5, 19]),
  ([5, 19], [5, 1], [5, 19]),
  ([40_001], [40_001], [40_001]), ([300, 67], [67], [300, 67]), ([2, 1, 5, 1], [3, 1, 7], [2, 3, 5, 7]),
]

let elementwiseCases: [KernelCase] =
  UnaryOperation.allCases.map(unaryCase) + BinaryOperation.allCases.map(binaryCase)
  + ComparisonOperation.allCases.map(comparisonCase)
  + FloatTest.allCases.map { test in
    KernelCase("test", "\(test)", allFloating) { dtype, _ in
      let x = try specialNumbers(dtype)
      return [
        try KernelProblem(
          "of special numbers", .bool, [x.shape],
          reference: { y in
            let values = try x.doubles
            for (i, value) in values.enumerated() {
              y[0].elements(Bool.self)[i] =
                switch test {
                case .isNan: value.isNaN
                case .isInfinite: value.isInfinite
                case .isFinite: value.isFinite
                }
            }
          }, kernel: { try Kernels.test(test, x, into: $0[0]) })
      ]
    }
  } + [
    KernelCase("leakyRelu", "", allFloating) { dtype, numbers in
      try (edgeLengths + [40_001]).map { length in
        let x = length == 19 ? try specialNumbers(dtype) : try numbers.tensor(dtype, [length])
        return try KernelProblem(
          "of \(length)", dtype, [x.shape], reference: { try PlainKernels.leakyRelu(x, alpha: 0.2, into: $0[0]) },
          kernel: { try Kernels.leakyRelu(x, alpha: 0.2, into: $0[0]) })
      }
    },
    KernelCase("leakyReluGrad", "", allFloating) { dtype, numbers in
      try (edgeLengths + [40_001]).map { length in
        let x = length == 19 ? try specialNumbers(dtype) : try numbers.tensor(dtype, [length])
        let dy = try numbers.tensor(dtype, x.shape)
        return try KernelProblem(
          "of \(length)", dtype, [x.shape],
          reference: { try PlainKernels.leakyReluGrad(dy, x, alpha: 0.2, into: $0[0]) },
          kernel: { try Kernels.leakyReluGrad(dy, x, alpha: 0.2, into: $0[0]) })
      }
    },
    KernelCase("addN", "", allReal) { dtype, numbers in
      try [0, 1, 3, 7, 8, 9, 33, 40_001].flatMap { length in
        try [1, 2, 3, 7].map { count in
          let xs = try (0..<count).map { _ in try numbers.tensor(dtype, [length], dtype.isFloating ? -2 : 0, 9) }
          return try KernelProblem(
            "\(count) of \(length)", dtype, [[length]], reference: { try PlainKernels.addN(xs, into: $0[0]) },
            kernel: { try Kernels.addN(xs, into: $0[0]) })
        }
      }
    },
    KernelCase("cast", "", allReal) { dtype, numbers in
      try (allReal + [.bool]).map { target in
        let x = try numbers.tensor(dtype, [67], dtype.isFloating ? -100 : 0, 100)
        return try KernelProblem(
          "to \(target)", target, [x.shape],
          reference: { y in
            // Element by element, each as a tensor of its own.
            for i in 0..<67 {
              let (one, result) = (
                try Tensor(uninitialized: dtype, shape: []), try Tensor(uninitialized: target, shape: [])
              )
              one.pointer.copyMemory(from: x.pointer + i * dtype.itemSize, byteCount: dtype.itemSize)
              try PlainKernels.cast(one, into: result)
              (y[0].pointer + i * target.itemSize).copyMemory(from: result.pointer, byteCount: target.itemSize)
            }
          }, kernel: { try Kernels.cast(x, into: $0[0]) })
      }
    },
    KernelCase("fill", "", allReal) { dtype, numbers in
      try [0, 1, 7, 33].map { length in
        let x = try numbers.tensor(dtype, [], 1, 9)
        return try KernelProblem(
          "of \(length)", dtype, [[length]],
          reference: { y in
            for i in 0..<length {
              (y[0].pointer + i * dtype.itemSize).copyMemory(from: x.pointer, byteCount: dtype.itemSize)
            }
          }, kernel: { try Kernels.fill($0[0], with: x) })
      }
    },
    KernelCase("select", "", allReal) { dtype, numbers in
      try [([], [5], []), ([5], [5], [5]), ([4, 1], [1, 7], []), ([0], [0], [])].map {
        (shapes: ([Int], [Int], [Int])) in
        let condition = try numbers.tensor(.bool, shapes.0, -1, 2)
        let (a, b) = (try numbers.tensor(dtype, shapes.1, 1, 9), try numbers.tensor(dtype, shapes.2, 1, 9))
        let output = shapes.0.count == 2 ? [4, 7] : shapes.1
        return try KernelProblem(
          "\(shapes)", dtype, [output],
          reference: { y in
            func at(_ tensor: Tensor, _ index: Int) -> Int {
              if tensor.elementCount == 1 { return 0 }
              if tensor.rank < 2 { return index }
              return tensor.shape[0] == 1 ? index % 7 : index / 7
            }
            let size = dtype.itemSize
            for i in 0..<y[0].elementCount {
              let source = condition.elements(Bool.self)[at(condition, i)] ? a : b
              (y[0].pointer + i * size).copyMemory(from: source.pointer + at(source, i) * size, byteCount: size)
            }
          }, kernel: { try Kernels.select(condition, a, b, into: $0[0]) })
      }
    },
  ]

/// Whether the plain kernels serve a type at all; what they refuse, `Kernels` must refuse, too.
private func isServed(_ body: () throws -> Void) -> Bool {
  do { try body() } catch { return false }
  return true
}

private func unaryCase(_ operation: UnaryOperation) -> KernelCase {
  KernelCase("unary", "\(operation)", allReal + [.bool]) { dtype, numbers in
    let probe = try numbers.tensor(dtype, [1], 1, 2)
    if !isServed({ try PlainKernels.unary(operation, probe, into: probe.copied()) }) { return [] }
    // Only the vectorised types are split among threads.
    var inputs = try (edgeLengths + (singleAndDouble.contains(dtype) ? [40_001] : [])).map {
      try numbers.tensor(dtype, [$0], dtype.isFloating ? -3 : 1, 5)
    }
    if singleAndDouble.contains(dtype) { inputs.append(try specialNumbers(dtype)) }
    // The reference is the C library's, of the same type: its own error counts, too.
    let units = isHalf(dtype) ? 1 : operation.unitsInTheLastPlace + (operation.unitsInTheLastPlace > 0 ? 1 : 0)
    return try inputs.map { x in
      try KernelProblem(
        "of \(x.elementCount)", dtype, [x.shape], units: dtype.isFloating ? units : 0,
        reference: { try PlainKernels.unary(operation, x, into: $0[0]) },
        kernel: { try Kernels.unary(operation, x, into: $0[0]) })
    }
  }
}

private func binaryCase(_ operation: BinaryOperation) -> KernelCase {
  KernelCase("binary", "\(operation)", allReal + [.bool]) { dtype, numbers in
    let probe = try numbers.tensor(dtype, [1], 1, 2)
    if !isServed({ try PlainKernels.binary(operation, probe, probe, into: probe.copied()) }) { return [] }
    var pairs: [(Tensor, Tensor, [Int])] = []
    let low = dtype.isFloating ? -3.0 : 1
    for (a, b, z) in broadcasts + edgeLengths.map({ ([$0], [$0], [$0]) })
    where singleAndDouble.contains(dtype) || z.reduce(1, *) < 10_000 {
      pairs.append((try numbers.tensor(dtype, a, low, 5), try numbers.tensor(dtype, b, low, 5), z))
    }
    if singleAndDouble.contains(dtype) {
      // Every special number meets every other.
      let special = try specialNumbers(dtype)
      let count = special.elementCount
      pairs.append((try special.reshaped([count, 1]), special, [count, count]))
    }
    return try pairs.map { a, b, z in
      try KernelProblem(
        "\(a.shape), \(b.shape)", dtype, [z], units: isHalf(dtype) ? 1 : operation.unitsInTheLastPlace,
        reference: { try PlainKernels.binary(operation, a, b, into: $0[0]) },
        kernel: { try Kernels.binary(operation, a, b, into: $0[0]) })
    }
  }
}

private func comparisonCase(_ operation: ComparisonOperation) -> KernelCase {
  KernelCase("compare", "\(operation)", allReal) { dtype, numbers in
    var pairs: [(Tensor, Tensor, [Int])] = try broadcasts.map {
      (try numbers.tensor(dtype, $0, 1, 4), try numbers.tensor(dtype, $1, 1, 4), $2)
    }
    if singleAndDouble.contains(dtype) {
      let special = try specialNumbers(dtype)
      let count = special.elementCount
      pairs.append((try special.reshaped([count, 1]), special, [count, count]))
    }
    return try pairs.map { a, b, z in
      try KernelProblem(
        "\(a.shape), \(b.shape)", .bool, [z],
        reference: { y in
          // By values in double precision, which holds all of these numbers.
          let (left, right) = (
            try Tensor(uninitialized: .float64, shape: z), try Tensor(uninitialized: .float64, shape: z)
          )
          try Kernels.broadcast(try Tensor(try a.doubles, shape: a.shape), into: left)
          try Kernels.broadcast(try Tensor(try b.doubles, shape: b.shape), into: right)
          let (l, r) = (left.elements(Double.self), right.elements(Double.self))
          for i in 0..<y[0].elementCount {
            y[0].elements(Bool.self)[i] =
              switch operation {
              case .equal: l[i] == r[i]
              case .notEqual: l[i] != r[i]
              case .less: l[i] < r[i]
              case .lessEqual: l[i] <= r[i]
              case .greater: l[i] > r[i]
              case .greaterEqual: l[i] >= r[i]
              }
          }
        }, kernel: { try Kernels.compare(operation, a, b, into: $0[0]) })
    }
  }
}
