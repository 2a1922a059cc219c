import EngineCore

@testable import EngineKernels

/// Writes `y[index] = x[source(index)]`, element by element.
private func place(_ x: Tensor, _ y: Tensor, _ source: ([Int]) -> [Int]) {
  let (strides, size) = (StridedWalk.strides(x.shape), x.dtype.itemSize)
  for index in 0..<y.elementCount {
    var (rest, position) = (index, [Int](repeating: 0, count: y.rank))
    for axis in y.shape.indices.reversed() {
      position[axis] = rest % y.shape[axis]
      rest /= y.shape[axis]
    }
    let from = zip(source(position), strides).reduce(0) { $0 + $1.0 * $1.1 }
    (y.pointer + index * size).copyMemory(from: x.pointer + from * size, byteCount: size)
  }
}

let movementCases: [KernelCase] = [
  KernelCase("copyAll", "", allReal) { dtype, numbers in
    try (edgeLengths + [300_001]).map { length in
      let x = try numbers.tensor(dtype, [length], 0, 100)
      return try KernelProblem(
        "of \(length)", dtype, [[length]], reference: { place(x, $0[0]) { $0 } },
        kernel: { try Kernels.copyAll(x, into: $0[0]) })
    }
  },
  KernelCase("copy", "", allReal) { dtype, numbers in
    try [[7], [3, 5], [2, 33, 4], [300, 601]].map { shape in
      // All axes backwards.
      let x = try numbers.tensor(dtype, shape, 0, 100)
      let strides = StridedWalk.strides(shape)
      let walk = StridedWalk(
        shape: shape, sourceStrides: strides.map { -$0 }, destinationStrides: strides,
        sourceOffset: x.elementCount - 1)
      return try KernelProblem(
        "\(shape) backwards", dtype, [shape],
        reference: { y in place(x, y[0]) { index in zip(index, shape).map { $1 - 1 - $0 } } },
        kernel: { try Kernels.copy(x, into: $0[0], walk) })
    }
  },
  KernelCase("transpose", "", allReal) { dtype, numbers in
    try [
      ([5], [0]), ([3, 7], [1, 0]), ([33, 65], [1, 0]), ([2, 3, 5], [2, 0, 1]), ([2, 1, 5, 4], [3, 1, 0, 2]),
      ([0, 3], [1, 0]), ([301, 257], [1, 0]), ([40, 30, 70], [1, 0, 2]),
    ].map { (shape: [Int], order: [Int]) in
      let x = try numbers.tensor(dtype, shape, 0, 100)
      return try KernelProblem(
        "\(shape) as \(order)", dtype, [order.map { shape[$0] }], reference: { try permute(x, order, $0[0]) },
        kernel: { try Kernels.transpose(x, permutation: order, into: $0[0]) })
    }
  },
  KernelCase("broadcast", "", allReal) { dtype, numbers in
    try [([], [7]), ([1], [33]), ([3, 1], [2, 3, 5]), ([5], [4, 5]), ([1, 1, 3], [2, 4, 3]), ([2], [0, 2])].map {
      (from: [Int], to: [Int]) in
      let x = try numbers.tensor(dtype, from, 0, 100)
      return try KernelProblem(
        "\(from) to \(to)", dtype, [to],
        reference: { y in
          place(x, y[0]) { index in zip(index.suffix(from.count), from).map { $1 == 1 ? 0 : $0 } }
        }, kernel: { try Kernels.broadcast(x, into: $0[0]) })
    }
  },
  KernelCase("slice", "", allReal) { dtype, numbers in
    try [([9], [2], [5]), ([5, 7], [1, 3], [3, 4]), ([3, 5, 7], [0, 2, 1], [3, 1, 6]), ([4], [4], [0])].map {
      (shape: [Int], begin: [Int], size: [Int]) in
      let x = try numbers.tensor(dtype, shape, 0, 100)
      return try KernelProblem(
        "\(shape) from \(begin)", dtype, [size],
        reference: { y in place(x, y[0]) { index in zip(index, begin).map { $0 + $1 } } },
        kernel: { try Kernels.slice(x, begin: begin, into: $0[0]) })
    }
  },
  KernelCase("paste", "", allReal) { dtype, numbers in
    try [([9], [2], [5]), ([5, 7], [1, 3], [3, 4]), ([3, 5, 7], [0, 2, 1], [3, 1, 6])].map {
      (shape: [Int], begin: [Int], size: [Int]) in
      let x = try numbers.tensor(dtype, size, 0, 100)
      return try KernelProblem(
        "\(size) into \(shape) at \(begin)", updating: [try numbers.tensor(dtype, shape, 0, 100)],
        reference: { y in
          let (strides, bytes) = (StridedWalk.strides(shape), dtype.itemSize)
          for index in 0..<x.elementCount {
            var (rest, to) = (index, 0)
            for axis in size.indices.reversed() {
              to += (begin[axis] + rest % size[axis]) * strides[axis]
              rest /= size[axis]
            }
            (y[0].pointer + to * bytes).copyMemory(from: x.pointer + index * bytes, byteCount: bytes)
          }
        }, kernel: { try Kernels.paste(x, into: $0[0], begin: begin) })
    }
  },
  KernelCase("pick", "", allReal) { dtype, numbers in
    try [([5], [[4, 0, 0, 2]]), ([3, 4], [[2, 0], [1, 1, 3]]), ([2, 3, 2], [[1], [0, 2], []]), ([], [])].map {
      (shape: [Int], tables: [[Int]]) in
      let x = try numbers.tensor(dtype, shape, 0, 100)
      return try KernelProblem(
        "\(tables) of \(shape)", dtype, [tables.map(\.count)],
        reference: { y in place(x, y[0]) { index in zip(index, tables).map { $1[$0] } } },
        kernel: { try Kernels.pick(x, tables, into: $0[0]) })
    }
  },
  KernelCase("addPicked", "", allReal) { dtype, numbers in
    try [([5], [[4, 0, 0, 2]]), ([3, 4], [[2, 0], [1, 1, 3]])].map { (shape: [Int], tables: [[Int]]) in
      let dy = try numbers.tensor(dtype, tables.map(\.count), 0, 5)
      let dx = try numbers.tensor(dtype, shape, 0, 5)
      return try KernelProblem(
        "\(tables) of \(shape)", updating: [dx], units: isHalf(dtype) ? 2 : 1,
        reference: { outputs in
          var (sums, values) = (try dx.doubles, try dy.doubles)
          values.reverse()
          func visit(_ axis: Int, _ base: Int) {
            if axis == tables.count {
              sums[base] += values.removeLast()
              return
            }
            for place in tables[axis] { visit(axis + 1, base * shape[axis] + place) }
          }
          visit(0, 0)
          try outputs[0].assign(sums)
        }, kernel: { try Kernels.addPicked(dy, tables, into: $0[0]) })
    }
  },
]
