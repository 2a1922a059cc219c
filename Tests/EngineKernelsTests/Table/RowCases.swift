import EngineCore
import KernelTable

@testable import EngineKernels

/// Shapes, reduced axes and the shape that stays.
private let reductions: [(shape: [Int], axes: [Int], result: [Int])] =
  [
    ([], [], []), ([5], [], [5]), ([40_000], [0], []), ([8193], [0], []), ([7, 9], [0], [9]), ([7, 9], [0, 1], []),
    ([3, 4, 5], [0, 2], [4]), ([3, 4, 5], [1], [3, 5]), ([2, 3, 4, 5], [1, 3], [2, 4]), ([3000, 10], [0], [10]),
    ([10, 3000], [1], [10]), ([2, 9000, 3], [1], [2, 3]), ([2, 1, 20_000], [2], [2, 1]), ([0, 3], [0], [3]),
    ([3, 0], [0], [0]), ([3, 0], [1], [3]), ([1025, 33], [0], [33]), ([5, 1, 7, 1], [1, 2], [5, 1]),
  ] + edgeLengths.map { ([$0], [0], []) } + edgeLengths.map { ([3, $0], [0], [$0]) }

/// What `Kernels.reduce` promises of sums.
private func unitsOfSum(_ count: Int) -> Double { 2 + Double(count).squareRoot() / 4 }

/// What the reference of a sum of doubles costs in accuracy; others are exact enough.
private func own(_ dtype: DType, _ count: Int) -> Double { dtype == .float64 ? Double(count).squareRoot() / 2 : 0 }

let rowCases: [KernelCase] =
  [ReductionOperation.sum, .mean, .product, .maximum, .minimum].map { operation in
    KernelCase("reduce", "\(operation)", allReal) { dtype, numbers in
      try reductions.map { shape, axes, result in
        let isSum = operation == .sum || operation == .mean
        let x = try numbers.tensor(dtype, shape, dtype.isFloating ? isSum ? -1 : 0.7 : 1, dtype.isFloating ? 1.4 : 3)
        let count = axes.reduce(1) { $0 * shape[$1] }
        let largest = isSum ? (operation == .sum ? Double(max(count, 1)).squareRoot() : 1) : 0
        return try KernelProblem(
          "\(shape) over \(axes)", dtype, [result],
          units: dtype.isFloating ? (isSum ? unitsOfSum(count) + own(dtype, count) : operation == .product ? 2 : 0) : 0,
          scale: largest,
          reference: { try PlainKernels.reduce(operation, x, axes: axes, into: $0[0]) },
          kernel: { try Kernels.reduce(operation, x, axes: axes, into: $0[0]) })
      }
    }
  }
  + [ReductionOperation.any, .all].map { operation in
    KernelCase("reduce", "\(operation)", [.bool]) { dtype, numbers in
      try reductions.map { shape, axes, result in
        let x = try numbers.tensor(dtype, shape, 0, operation == .all ? 9 : 1)
        return try KernelProblem(
          "\(shape) over \(axes)", dtype, [result],
          reference: { try PlainKernels.reduce(operation, x, axes: axes, into: $0[0]) },
          kernel: { try Kernels.reduce(operation, x, axes: axes, into: $0[0]) })
      }
    }
  }
  + [true, false].map { largest in
    KernelCase("argReduce", largest ? "largest" : "smallest", allReal) { dtype, numbers in
      try [[1], [9], [5, 7], [3, 40, 2], [2, 3, 33]].flatMap { shape in
        try shape.indices.map { axis in
          // Few different numbers, so that there are equals.
          let x = try numbers.tensor(dtype, shape, 0, 4)
          var result = shape
          result.remove(at: axis)
          return try KernelProblem(
            "\(shape) along \(axis)", .int64, [result],
            reference: { y in
              let values = try x.doubles
              let (length, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
              for i in 0..<y[0].elementCount {
                let column = (0..<length).map { values[(i / inner * length + $0) * inner + i % inner] }
                let best = largest ? column.max() : column.min()
                y[0].elements(Int64.self)[i] = Int64(column.firstIndex { $0 == best } ?? -1)
              }
            }, kernel: { try Kernels.argReduce(x, axis: axis, largest: largest, into: $0[0]) })
        }
      }
    }
  }
  + [ReductionOperation.sum, .product].map { operation in
    KernelCase("cumulate", "\(operation)", allReal) { dtype, numbers in
      try [(false, false), (true, false), (false, true), (true, true)].flatMap { exclusive, reverse in
        try [([7], 0), ([3, 5, 2], 1), ([3, 0], 1), ([4, 9], 1)].map { (shape: [Int], axis: Int) in
          let x = try numbers.tensor(dtype, shape, 1, 2)
          return try KernelProblem(
            "\(shape) along \(axis), exclusive \(exclusive), reverse \(reverse)", dtype, [shape],
            units: dtype.isFloating ? 16 : 0,
            reference: { y in
              let values = try x.doubles
              let (length, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
              let result = try Tensor(uninitialized: .float64, shape: shape)
              for i in 0..<y[0].elementCount {
                let place = i / inner % length
                let range = reverse ? place + (exclusive ? 1 : 0)..<length : 0..<place + (exclusive ? 0 : 1)
                var total = operation == .sum ? 0.0 : 1
                for k in range {
                  let value = values[i + (k - place) * inner]
                  if operation == .sum { total += value } else { total *= value }
                }
                result.elements(Double.self)[i] = total
              }
              try PlainKernels.cast(result, into: y[0])
            },
            kernel: {
              try Kernels.cumulate(operation, x, axis: axis, exclusive: exclusive, reverse: reverse, into: $0[0])
            })
        }
      }
    }
  } + [
    KernelCase("l2Loss", "", allFloating) { dtype, numbers in
      try (edgeLengths + [8192, 8193, 40_001]).map { count in
        let x = try numbers.tensor(dtype, [count], -0.1, 0.1)
        return try KernelProblem(
          "of \(count)", dtype, [[]], units: isHalf(dtype) ? 1 : 4 + own(dtype, count),
          reference: { try PlainKernels.l2Loss(x, into: $0[0]) },
          kernel: { try Kernels.l2Loss(x, into: $0[0]) })
      }
    },
    KernelCase("softmax", "", allFloating) { dtype, numbers in
      try rowShapes.map { shape in
        let x = try numbers.tensor(dtype, shape, -8, 8)
        return try KernelProblem(
          "\(shape)", dtype, [shape], units: isHalf(dtype) ? 2 : 8 + own(dtype, shape[shape.count - 1]),
          reference: { try PlainKernels.softmax(x, into: $0[0]) }, kernel: { try Kernels.softmax(x, into: $0[0]) })
      }
    },
    KernelCase("logSoftmax", "", allFloating) { dtype, numbers in
      try rowShapes.map { shape in
        let x = try numbers.tensor(dtype, shape, -8, 8)
        return try KernelProblem(
          "\(shape)", dtype, [shape], units: isHalf(dtype) ? 2 : 4, scale: 8,
          reference: { try PlainKernels.logSoftmax(x, into: $0[0]) },
          kernel: { try Kernels.logSoftmax(x, into: $0[0]) })
      }
    },
    KernelCase("softmaxCrossEntropy", "", allFloating) { dtype, numbers in
      try crossEntropyShapes.map { rows, length in
        let logits = try numbers.tensor(dtype, [rows, length], -8, 8)
        let labels = try numbers.tensor(dtype, [rows, length], 0, 1)
        let outputs = [
          try Tensor(garbage: dtype, shape: [rows]), try Tensor(garbage: dtype, shape: [rows, length]),
        ]
        return try KernelProblem(
          "\(rows), \(length)", updating: outputs, units: 8 + own(dtype, length), scale: Double(max(length, 1)),
          reference: {
            try PlainKernels.softmaxCrossEntropy(logits: logits, labels: labels, loss: $0[0], backprop: $0[1])
          },
          kernel: {
            try Kernels.softmaxCrossEntropy(logits: logits, labels: labels, loss: $0[0], backprop: $0[1])
          })
      }
    },
    KernelCase("sparseSoftmaxCrossEntropy", "", allFloating) { dtype, numbers in
      try crossEntropyShapes.flatMap { rows, length in
        try [DType.int32, .int64].map { index in
          let logits = try numbers.tensor(dtype, [rows, length], -8, 8)
          // From one below to one above what there is.
          let labels = try numbers.tensor(index, [rows], -1.9, Double(length) + 0.9)
          let outputs = [
            try Tensor(garbage: dtype, shape: [rows]), try Tensor(garbage: dtype, shape: [rows, length]),
          ]
          return try KernelProblem(
            "\(rows), \(length)", updating: outputs, units: 8, scale: 8,
            reference: {
              try PlainKernels.sparseSoftmaxCrossEntropy(logits: logits, labels: labels, loss: $0[0], backprop: $0[1])
            },
            kernel: {
              try Kernels.sparseSoftmaxCrossEntropy(logits: logits, labels: labels, loss: $0[0], backprop: $0[1])
            })
        }
      }
    },
  ]

private let rowShapes: [[Int]] =
  edgeLengths.filter { $0 > 0 }.map { [3, $0] } + [[2, 3, 7], [600, 17], [0, 4], [4, 1000], [2, 40_001]]

private let crossEntropyShapes: [(Int, Int)] =
  edgeLengths.filter { $0 > 0 }.map { (3, $0) } + [(500, 19), (0, 3), (2, 5000)]
