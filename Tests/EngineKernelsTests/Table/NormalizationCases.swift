import EngineCore
import Glibc

@testable import EngineKernels

private let types: [DType] = [.float32, .float16, .bfloat16]
private let shapes: [[Int]] =
  edgeLengths.filter { $0 > 0 }.map { [5, $0] } + [
    [1025, 3], [2, 7, 5, 4], [600, 33], [1, 9], [0, 4],
  ]

/// The columns of a matrix of rows of channels.
private func columns(_ x: Tensor, _ channels: Int) throws -> [[Double]] {
  let values = try x.doubles
  return (0..<channels).map { c in stride(from: c, to: values.count, by: channels).map { values[$0] } }
}

private func moments(_ column: [Double]) -> (mean: Double, variance: Double) {
  let count = Double(max(column.count, 1))
  let mean = column.reduce(0, +) / count
  return (mean, column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count)
}

let normalizationCases: [KernelCase] = [
  KernelCase("channelMoments", "", types) { dtype, numbers in
    try shapes.map { shape in
      let channels = shape[shape.count - 1]
      let x = try numbers.tensor(dtype, shape)
      return try KernelProblem(
        "\(shape)", .float32, [[channels], [channels]],
        units: 4 + Double(min(512, x.elementCount / max(1, channels))).squareRoot() / 2, scale: 1,
        reference: { outputs in
          let all = try columns(x, channels).map(moments)
          try outputs[0].assign(all.map(\.mean))
          try outputs[1].assign(all.map(\.variance))
        }, kernel: { try Kernels.channelMoments(x, mean: $0[0], variance: $0[1]) })
    }
  },
  KernelCase("batchNorm", "", types) { dtype, numbers in
    try shapes.map { shape in
      let channels = shape[shape.count - 1]
      let x = try numbers.tensor(dtype, shape)
      let (mean, variance) = (
        try numbers.tensor(.float32, [channels]), try numbers.tensor(.float32, [channels], 0.5, 2)
      )
      let (scale, offset) = (try numbers.tensor(.float32, [channels]), try numbers.tensor(.float32, [channels]))
      return try KernelProblem(
        "\(shape)", dtype, [shape], units: isHalf(dtype) ? 1 : 8, scale: 4,
        reference: { y in
          let (m, v) = (try mean.doubles, try variance.doubles)
          let (s, o) = (try scale.doubles, try offset.doubles)
          try y[0].assign(
            try x.doubles.enumerated().map { index, value in
              let c = index % channels
              return (value - m[c]) * s[c] / (v[c] + 1e-3).squareRoot() + o[c]
            })
        },
        kernel: {
          try Kernels.batchNorm(
            x, scale: scale, offset: offset, mean: mean, variance: variance, epsilon: 1e-3, into: $0[0])
        })
    }
  },
  KernelCase("batchNormGrad", "", types) { dtype, numbers in
    try shapes.flatMap { shape in
      try [true, false].map { isTraining in
        let channels = shape[shape.count - 1]
        let (x, dy) = (try numbers.tensor(dtype, shape), try numbers.tensor(dtype, shape))
        let (mean, variance) = (
          try Tensor(uninitialized: .float32, shape: [channels]), try Tensor(uninitialized: .float32, shape: [channels])
        )
        let all = try columns(x, channels).map(moments)
        try mean.assign(all.map(\.mean))
        try variance.assign(all.map(\.variance))
        let scale = try numbers.tensor(.float32, [channels], 0.5, 2)
        let outputs = [
          try Tensor(garbage: dtype, shape: shape), try Tensor(garbage: .float32, shape: [channels]),
          try Tensor(garbage: .float32, shape: [channels]),
        ]
        let rows = channels == 0 ? 0 : x.elementCount / channels
        return try KernelProblem(
          "\(shape), training \(isTraining)", updating: outputs, units: 16,
          scales: [isHalf(dtype) ? 1 : 4] + [Double](repeating: 4 * Double(max(rows, 1)).squareRoot(), count: 2),
          reference: { outputs in
            let (gradients, inputs) = (try columns(dy, channels), try columns(x, channels))
            let (m, v, s) = (try mean.doubles, try variance.doubles, try scale.doubles)
            var (dx, ds, d) = ([Double](repeating: 0, count: x.elementCount), [Double](), [Double]())
            for c in 0..<channels {
              let inverse = 1 / (v[c] + 1e-3).squareRoot()
              let sum = gradients[c].reduce(0, +)
              let dot = zip(gradients[c], inputs[c]).reduce(0) { $0 + $1.0 * ($1.1 - m[c]) }
              d.append(sum)
              ds.append(dot * inverse)
              let count = Double(max(rows, 1))
              for row in 0..<rows {
                let centered = inputs[c][row] - m[c]
                let own = gradients[c][row]
                dx[row * channels + c] =
                  inverse * s[c]
                  * (isTraining ? own - sum / count - centered * inverse * inverse * dot / count : own)
              }
            }
            try outputs[0].assign(dx)
            try outputs[1].assign(ds)
            try outputs[2].assign(d)
          },
          kernel: {
            try Kernels.batchNormGrad(
              dy, x, scale: scale, mean: mean, variance: variance, epsilon: 1e-3, isTraining: isTraining, into: $0[0],
              dScale: $0[1], dOffset: $0[2])
          })
      }
    }
  },
  KernelCase("localResponse", "", types) { dtype, numbers in
    try [[3, 1], [2, 7], [2, 3, 3, 16], [0, 4]].flatMap { shape in
      try [0, 1, 5].map { radius in
        let x = try numbers.tensor(dtype, shape)
        return try KernelProblem(
          "\(shape), radius \(radius)", dtype, [shape], units: isHalf(dtype) ? 1 : 8, scale: 0.25,
          reference: { try $0[0].assign(try localResponse(x, radius)) },
          kernel: { try Kernels.localResponse(x, radius: radius, bias: 1.5, alpha: 0.5, beta: 0.75, into: $0[0]) })
      }
    }
  },
  KernelCase("localResponseGrad", "", [.float32]) { dtype, numbers in
    try [[3, 1], [2, 7], [2, 3, 3, 16], [0, 4]].flatMap { shape in
      try [0, 1, 5].map { radius in
        let (x, dy) = (try numbers.tensor(dtype, shape), try numbers.tensor(dtype, shape))
        let y = try Tensor(uninitialized: dtype, shape: shape)
        try y.assign(try localResponse(x, radius))
        return try KernelProblem(
          "\(shape), radius \(radius)", dtype, [shape], units: 16, scale: 2,
          reference: { outputs in
            // Of the formula, by the chain rule in double precision.
            let (values, gradients, channels) = (try x.doubles, try dy.doubles, shape[shape.count - 1])
            var dx = [Double](repeating: 0, count: values.count)
            for j in values.indices {
              let row = j / channels * channels
              let window = max(row, j - radius)..<min(row + channels, j + radius + 1)
              let norm = 1.5 + 0.5 * window.reduce(0) { $0 + values[$1] * values[$1] }
              for k in window {
                dx[k] -= 2 * 0.5 * 0.75 * values[k] * values[j] * pow(norm, -1.75) * gradients[j]
              }
              dx[j] += pow(norm, -0.75) * gradients[j]
            }
            try outputs[0].assign(dx)
          },
          kernel: {
            try Kernels.localResponseGrad(dy, x, y, radius: radius, bias: 1.5, alpha: 0.5, beta: 0.75, into: $0[0])
          })
      }
    }
  },
  KernelCase("channelsLast", "", allReal) { dtype, numbers in
    try [[2, 3, 5], [1, 17, 4, 5], [2, 40, 33], [0, 2, 3]].map { shape in
      let x = try numbers.tensor(dtype, shape, 0, 100)
      let order = [0] + Array(2..<shape.count) + [1]
      return try KernelProblem(
        "\(shape)", dtype, [order.map { shape[$0] }], reference: { try permute(x, order, $0[0]) },
        kernel: { try Kernels.copyAll(try Kernels.channelsLast(x), into: $0[0]) })
    }
  },
  KernelCase("channelsFirst", "", allReal) { dtype, numbers in
    try [[2, 3, 5], [1, 4, 5, 17], [2, 40, 33], [0, 2, 3]].map { shape in
      let x = try numbers.tensor(dtype, shape, 0, 100)
      let order = [0, shape.count - 1] + Array(1..<shape.count - 1)
      return try KernelProblem(
        "\(shape)", dtype, [order.map { shape[$0] }], reference: { try permute(x, order, $0[0]) },
        kernel: { try Kernels.copyAll(try Kernels.channelsFirst(x), into: $0[0]) })
    }
  },
]

private func localResponse(_ x: Tensor, _ radius: Int) throws -> [Double] {
  let (values, channels) = (try x.doubles, x.shape[x.rank - 1])
  return values.indices.map { j in
    let row = j / channels * channels
    let window = max(row, j - radius)..<min(row + channels, j + radius + 1)
    return values[j] * pow(1.5 + 0.5 * window.reduce(0) { $0 + values[$1] * values[$1] }, -0.75)
  }
}

/// `y[i₀, i₁, ...]` is x at the indices in the order of x's axes; element by element.
func permute(_ x: Tensor, _ order: [Int], _ y: Tensor) throws {
  let (strides, size) = (StridedWalk.strides(x.shape), x.dtype.itemSize)
  for index in 0..<y.elementCount {
    var (rest, source) = (index, 0)
    for axis in y.shape.indices.reversed() {
      source += rest % y.shape[axis] * strides[order[axis]]
      rest /= y.shape[axis]
    }
    (y.pointer + index * size).copyMemory(from: x.pointer + source * size, byteCount: size)
  }
}
