import EngineCore

@testable import EngineKernels

private func combine(_ operation: ScatterOperation, _ a: Double, _ b: Double) -> Double {
  switch operation {
  case .assign: b
  case .add: a + b
  case .subtract: a - b
  case .multiply: a * b
  case .divide: a / b
  case .minimum: min(a, b)
  case .maximum: max(a, b)
  }
}

/// Rounds a value as a tensor of the type would hold it; whole numbers towards zero.
private func stored(_ value: Double, _ dtype: DType) throws -> Double {
  let result = try Tensor(uninitialized: dtype, shape: [])
  try PlainKernels.cast(Tensor(scalar: value), into: result)
  return try result.doubles[0]
}

/// Whole numbers, small enough that products stay in range of every type.
private func wholes(_ numbers: inout TestNumbers, _ dtype: DType, _ shape: [Int], _ low: Double, _ high: Double) throws
  -> Tensor
{
  let whole = try numbers.tensor(.int8, shape, low, high)
  let result = try Tensor(uninitialized: dtype, shape: shape)
  try PlainKernels.cast(whole, into: result)
  return result
}

/// Rows that come up several times, once and never.
private func rows(_ numbers: inout TestNumbers, _ count: Int, of rows: Int) -> [Int] {
  (0..<count).map { _ in numbers.whole(0...max(0, rows - 1)) }
}

private let widths = [1, 2, 7, 8, 9, 16, 17, 33]

let gatherCases: [KernelCase] =
  ScatterOperation.allCases.map { operation in
    KernelCase("scatter", "\(operation)", allReal) { dtype, numbers in
      try widths.map { width in
        let start = try wholes(
          &numbers, dtype, [5, width], operation == .multiply ? 1 : 20, operation == .multiply ? 4 : 29)
        let targets = rows(&numbers, 4, of: 5)
        let updates = try wholes(&numbers, dtype, [4, width], 1, 3)
        return try KernelProblem(
          "4 rows of \(width)", updating: [start], units: isHalf(dtype) ? 1 : 0,
          reference: { outputs in
            var values = try start.doubles
            let changes = try updates.doubles
            for (index, row) in targets.enumerated() {
              for i in 0..<width {
                let at = row * width + i
                values[at] = try stored(combine(operation, values[at], changes[index * width + i]), dtype)
              }
            }
            try outputs[0].assign(values)
          }, kernel: { try Kernels.scatter(operation, $0[0], rows: targets, inner: width, updates) })
      }
    }
  }
  + RowUpdateOperation.allCases.map { operation in
    KernelCase("scatterRows", "\(operation)", allReal) { dtype, numbers in
      try widths.flatMap { width in
        try [true, false].map { isScalar in
          let start = try wholes(
            &numbers, dtype, [5, width], operation == .multiply ? 1 : 20, operation == .multiply ? 4 : 29)
          let targets = rows(&numbers, 4, of: 5)
          let indices = try Tensor(targets.map { Int32($0) }, shape: [4])
          let updates = try wholes(&numbers, dtype, isScalar ? [] : [4, width], 1, 3)
          let plain: ScatterOperation =
            switch operation {
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            case .divide: .divide
            case .minimum: .minimum
            case .maximum: .maximum
            case .update: .assign
            }
          return try KernelProblem(
            "4 rows of \(width), scalar \(isScalar)", updating: [start], units: isHalf(dtype) ? 1 : 0,
            reference: { outputs in
              var values = try start.doubles
              let changes = try updates.doubles
              for (index, row) in targets.enumerated() {
                for i in 0..<width {
                  let at = row * width + i
                  let change = changes[isScalar ? 0 : index * width + i]
                  values[at] = try stored(combine(plain, values[at], change), dtype)
                }
              }
              try outputs[0].assign(values)
            }, kernel: { try Kernels.scatterRows(operation, $0[0], indices, updates) })
        }
      }
    }
  }
  + [ScatterOperation.add, .multiply, .minimum, .maximum].map { operation in
    KernelCase("unsortedSegment", "\(operation)", allReal) { dtype, numbers in
      try widths.flatMap { width in
        try [0, -1].map { least in
          let data = try wholes(&numbers, dtype, [6, width], 1, 4)
          let ids = (0..<6).map { _ in numbers.whole(least...3) }
          return try KernelProblem(
            "6 rows of \(width) to \(ids)", dtype, [[5, width]], units: isHalf(dtype) ? 1 : 0,
            reference: { outputs in
              // The value that changes nothing, from an empty segment of the plain reduction of finite numbers.
              let empty = try Tensor(uninitialized: dtype, shape: [])
              let isExtremum = operation == .minimum || operation == .maximum
              if isExtremum && dtype.isFloating {
                let greatest: Double =
                  switch dtype {
                  case .float64: Double.greatestFiniteMagnitude
                  default: Double(Float.greatestFiniteMagnitude)
                  }
                try empty.assign([operation == .minimum ? greatest : -greatest])
              } else {
                let reduction: ReductionOperation =
                  operation == .add
                  ? .sum : operation == .multiply ? .product : operation == .minimum ? .minimum : .maximum
                try PlainKernels.reduce(
                  reduction, try Tensor(uninitialized: dtype, shape: [0]), axes: [0], into: empty)
              }
              let values = try data.doubles
              let neutral = try empty.doubles[0]
              var result = [Double](repeating: neutral, count: 5 * width)
              for (index, id) in ids.enumerated() where id >= 0 {
                for i in 0..<width {
                  let at = id * width + i
                  let isFirst = !ids[..<index].contains(id)
                  result[at] =
                    isFirst ? values[index * width + i] : combine(operation, result[at], values[index * width + i])
                }
              }
              try outputs[0].assign(result)
              for id in 0..<5 where !ids.contains(id) {
                for i in 0..<width {
                  (outputs[0].pointer + (id * width + i) * dtype.itemSize)
                    .copyMemory(from: empty.pointer, byteCount: dtype.itemSize)
                }
              }
            }, kernel: { try Kernels.unsortedSegment(operation, data, ids, into: $0[0]) })
        }
      }
    }
  } + [
    KernelCase("gather", "", allReal) { dtype, numbers in
      try [(1, 1, 9, 1), (1, 1, 9, 17), (2, 3, 4, 5), (1, 2, 3, 0), (1, 1, 5, 20_000)].map {
        (batch: Int, outer: Int, axis: Int, inner: Int) in
        let x = try numbers.tensor(dtype, [batch, outer, axis, inner], 0, 100)
        let indices = rows(&numbers, 7 * batch, of: axis)
        return try KernelProblem(
          "\(x.shape)", dtype, [[batch, outer, 7, inner]],
          reference: { y in
            let bytes = inner * dtype.itemSize
            for row in 0..<batch * outer * 7 {
              let (plane, n) = (row / 7, row % 7)
              let source = plane * axis + indices[plane / outer * 7 + n]
              if bytes > 0 {
                (y[0].pointer + row * bytes).copyMemory(from: x.pointer + source * bytes, byteCount: bytes)
              }
            }
          },
          kernel: {
            try Kernels.gather(x, indices, batch: batch, outer: outer, axisSize: axis, inner: inner, into: $0[0])
          })
      }
    },
    KernelCase("gatherRows", "", allReal) { dtype, numbers in
      try (widths + [40_000]).flatMap { width in
        try [DType.int32, .int64].map { index in
          let x = try numbers.tensor(dtype, [6, width], 0, 100)
          let targets = rows(&numbers, 6, of: 6)
          let indices = try Tensor(uninitialized: index, shape: [2, 3])
          try indices.assign(targets.map(Double.init))
          return try KernelProblem(
            "rows of \(width)", dtype, [[2, 3, width]],
            reference: { y in
              let bytes = width * dtype.itemSize
              for (n, row) in targets.enumerated() {
                (y[0].pointer + n * bytes).copyMemory(from: x.pointer + row * bytes, byteCount: bytes)
              }
            }, kernel: { try Kernels.gatherRows(x, indices, into: $0[0]) })
        }
      }
    },
    KernelCase("sparseSegmentSum", "", allFloating) { dtype, numbers in
      try widths.flatMap { width in
        try [nil, [0.5, 1, 0.25]].map { (weights: [Double]?) in
          let data = try wholes(&numbers, dtype, [5, width], 1, 9)
          let targets = rows(&numbers, 6, of: 5)
          let ids = [0, 0, 1, 1, 1, 2]
          return try KernelProblem(
            "rows of \(width), weighted \(weights != nil)", dtype, [[3, width]],
            reference: { y in
              let values = try data.doubles
              var sums = [Double](repeating: 0, count: 3 * width)
              for (row, id) in zip(targets, ids) {
                for i in 0..<width { sums[id * width + i] += values[row * width + i] * (weights?[id] ?? 1) }
              }
              try y[0].assign(sums)
            },
            kernel: {
              try Kernels.sparseSegmentSum(data, rows: targets, ids: ids, inner: width, weights: weights, into: $0[0])
            })
        }
      }
    },
    KernelCase("scaleRows", "", allFloating) { dtype, numbers in
      try widths.map { width in
        let y = try numbers.tensor(dtype, [3, width])
        return try KernelProblem(
          "rows of \(width)", updating: [y], units: 0.5,
          reference: { outputs in
            try outputs[0].assign(try y.doubles.enumerated().map { $1 * [0.5, 1, 3][$0 / width] })
          }, kernel: { try Kernels.scaleRows($0[0], inner: width, [0.5, 1, 3]) })
      }
    },
    KernelCase("topK", "", allReal) { dtype, numbers in
      try [(1, 1, 1), (3, 9, 4), (2, 33, 33), (2, 200, 3), (2, 5, 0), (0, 3, 0)].map {
        (count: Int, columns: Int, k: Int) in
        let x = try numbers.tensor(dtype, [count, columns], 0, 9)
        return try KernelProblem(
          "\(k) of \(count)x\(columns)",
          updating: [
            try Tensor(garbage: dtype, shape: [count, k]), try Tensor(garbage: .int64, shape: [count, k]),
          ],
          reference: { outputs in
            let values = try x.doubles
            var (best, places): ([Double], [Double]) = ([], [])
            for row in 0..<count {
              let line = values[row * columns..<(row + 1) * columns].enumerated()
              // Sorting keeps the order of equals only when it is asked for.
              let order = line.sorted { $0.element > $1.element || ($0.element == $1.element && $0.offset < $1.offset) }
              best += order.prefix(k).map(\.element)
              places += order.prefix(k).map { Double($0.offset) }
            }
            try outputs[0].assign(best)
            try outputs[1].assign(places)
          },
          kernel: { outputs in
            let places = try Kernels.topK(x, rows: count, k: k, values: outputs[0])
            try outputs[1].assign(places.map(Double.init))
          })
      }
    },
  ]
