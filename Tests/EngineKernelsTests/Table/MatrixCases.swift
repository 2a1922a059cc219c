import EngineCore

@testable import EngineKernels

/// Sizes at which the ways of a product change, and around the edges of tiles.
private let sizes: [(m: Int, n: Int, k: Int)] = {
  let few = [0, 1, 2, 3, 5, 8, 16, 17]
  var result: [(Int, Int, Int)] = []
  for m in few {
    for n in few {
      for k in few { result.append((m, n, k)) }
    }
  }
  result += [
    (6, 15, 7), (7, 31, 9), (11, 33, 8), (12, 16, 17), (13, 9, 40), (25, 32, 1), (4, 7, 8), (24, 65, 40), (1, 701, 301),
    (701, 1, 301), (2, 513, 300), (3, 1001, 257), (4, 300, 129), (6, 299, 65), (73, 65, 257),
    (151, 131, 301), (13, 2101, 21), (601, 10, 91), (145, 41, 513), (7, 16, 701), (25, 33, 41), (97, 100, 1),
    (100, 3, 97), (3, 100, 97), (512, 3, 5), (128, 129, 127), (1, 40_001, 3), (40_001, 1, 3), (5, 7, 9001),
  ]
  return result
}()

private func product(
  _ dtype: DType, _ m: Int, _ n: Int, _ k: Int, _ numbers: inout TestNumbers,
  batches: ([Int], [Int], [Int]) = ([], [], [])
) throws -> [KernelProblem] {
  try [(false, false), (false, true), (true, false), (true, true)].map { transposeA, transposeB in
    let low = dtype.isFloating ? -2.0 : 0
    let a = try numbers.tensor(dtype, batches.0 + (transposeA ? [k, m] : [m, k]), low, 2)
    let b = try numbers.tensor(dtype, batches.1 + (transposeB ? [n, k] : [k, n]), low, 2)
    // The reference adds doubles one after the other, which costs it some accuracy of its own where results are doubles.
    let own = dtype == .float64 ? 8 + Double(k).squareRoot() * 1.25 : 2 + Double(min(k, 256)).squareRoot()
    let units = !dtype.isFloating ? 0 : isHalf(dtype) ? 1 : own
    return try KernelProblem(
      "\(m)x\(n)x\(k) \(batches), transposed \(transposeA), \(transposeB)", dtype, [batches.2 + [m, n]], units: units,
      scale: Double(max(k, 1)).squareRoot() * 2,
      reference: { try PlainKernels.matmul(a, b, transposeA: transposeA, transposeB: transposeB, into: $0[0]) },
      kernel: { try Kernels.matmul(a, b, transposeA: transposeA, transposeB: transposeB, into: $0[0]) })
  }
}

let matrixCases: [KernelCase] = [
  KernelCase("matmul") { dtype, numbers in
    try sizes.flatMap { try product(dtype, $0.m, $0.n, $0.k, &numbers) }
  },
  KernelCase("matmul", "of other types", [.float16, .bfloat16, .int32, .int64]) { dtype, numbers in
    try [(1, 1, 1), (5, 7, 9), (17, 33, 20), (0, 3, 2), (3, 2, 0)].flatMap { try product(dtype, $0, $1, $2, &numbers) }
  },
  KernelCase("matmul", "in batches") { dtype, numbers in
    try [
      ([3], [3], [3]), ([2, 1], [3], [2, 3]), ([], [2, 2], [2, 2]), ([4, 1, 2], [3, 1], [4, 3, 2]), ([0], [1], [0]),
    ]
    .flatMap { (batches: ([Int], [Int], [Int])) in
      try [(5, 6, 7), (1, 17, 33), (20, 30, 40), (3, 1, 2)].flatMap {
        try product(dtype, $0, $1, $2, &numbers, batches: batches)
      }
    }
  },
  KernelCase("biasAdd", "", allReal) { dtype, numbers in
    try biasShapes.map { shape, axis in
      let (x, bias) = (try numbers.tensor(dtype, shape, 0, 9), try numbers.tensor(dtype, [shape[axis]], 0, 9))
      return try KernelProblem(
        "\(shape) along \(axis)", dtype, [shape],
        reference: { try PlainKernels.biasAdd(x, bias, channelAxis: axis, into: $0[0]) },
        kernel: { try Kernels.biasAdd(x, bias, channelAxis: axis, into: $0[0]) })
    }
  },
  KernelCase("biasAddGrad", "", allReal) { dtype, numbers in
    try biasShapes.map { shape, axis in
      let dy = try numbers.tensor(dtype, shape, dtype.isFloating ? -1 : 0, 3)
      return try KernelProblem(
        "\(shape) along \(axis)", dtype, [[shape[axis]]], units: dtype.isFloating ? 8 : 0,
        scale: Double(max(1, shape.reduce(1, *) / max(1, shape[axis]))).squareRoot(),
        reference: { try PlainKernels.biasAddGrad(dy, channelAxis: axis, into: $0[0]) },
        kernel: { try Kernels.biasAddGrad(dy, channelAxis: axis, into: $0[0]) })
    }
  },
]

private let biasShapes: [([Int], Int)] =
  edgeLengths.map { ([3, $0], 1) } + [
    ([128, 10], 1), ([1, 130], 1), ([300, 257], 1), ([2, 3, 5, 7], 3), ([2, 3, 5, 7], 1), ([0, 4], 1),
    ([40, 5, 33], 1),
  ]
