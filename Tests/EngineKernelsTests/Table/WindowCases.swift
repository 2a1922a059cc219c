import EngineCore

@testable import EngineKernels

/// A window over images, padded as TensorFlow pads.
struct WindowShape: Sendable {
  var input: [Int]
  var filter: [Int]
  var strides = (1, 1)
  var dilations = (1, 1)
  var isSame = true

  var geometry: WindowGeometry {
    func axis(_ size: Int, _ window: Int, _ stride: Int, _ dilation: Int) -> (output: Int, before: Int) {
      let reach = (window - 1) * dilation + 1
      if !isSame { return (max(0, (size - reach + stride) / stride), 0) }
      let output = (size + stride - 1) / stride
      return (output, max(0, (output - 1) * stride + reach - size) / 2)
    }
    let rows = axis(input[1], filter[0], strides.0, dilations.0)
    let columns = axis(input[2], filter[1], strides.1, dilations.1)
    return WindowGeometry(
      height: filter[0], width: filter[1], strideHeight: strides.0, strideWidth: strides.1,
      dilationHeight: dilations.0, dilationWidth: dilations.1, padTop: rows.before, padLeft: columns.before,
      outputHeight: rows.output, outputWidth: columns.output)
  }

  func output(_ channels: Int) -> [Int] { [input[0], geometry.outputHeight, geometry.outputWidth, channels] }
  var text: String { "\(input) by \(filter), strides \(strides), dilations \(dilations), same \(isSame)" }
}

private let convolutions: [WindowShape] = [
  WindowShape(input: [1, 1, 1, 1], filter: [1, 1, 1, 1]), WindowShape(input: [2, 5, 5, 1], filter: [3, 3, 1, 4]),
  WindowShape(input: [2, 9, 7, 3], filter: [5, 5, 3, 17]),
  WindowShape(input: [2, 9, 7, 3], filter: [5, 3, 3, 16], isSame: false),
  WindowShape(input: [3, 8, 8, 16], filter: [1, 1, 16, 33]),
  WindowShape(input: [3, 9, 9, 5], filter: [1, 1, 5, 7], strides: (2, 2)),
  WindowShape(input: [2, 11, 10, 4], filter: [3, 3, 4, 8], strides: (2, 2)),
  WindowShape(input: [2, 11, 10, 4], filter: [2, 2, 4, 5], strides: (3, 3), isSame: false),
  WindowShape(input: [2, 13, 11, 3], filter: [3, 2, 3, 5], strides: (1, 2)),
  WindowShape(input: [2, 13, 11, 3], filter: [2, 5, 3, 9], strides: (3, 1), isSame: false),
  WindowShape(input: [1, 12, 12, 3], filter: [3, 3, 3, 6], dilations: (2, 2)),
  WindowShape(input: [2, 12, 11, 3], filter: [3, 3, 3, 6], dilations: (3, 1)),
  WindowShape(input: [2, 12, 12, 3], filter: [3, 3, 3, 6], strides: (2, 2), dilations: (3, 3)),
  WindowShape(input: [2, 6, 6, 8], filter: [3, 3, 4, 6]), WindowShape(input: [3, 20, 20, 1], filter: [5, 5, 1, 32]),
  WindowShape(input: [2, 9, 9, 32], filter: [5, 5, 32, 64]), WindowShape(input: [1, 3, 3, 40], filter: [5, 5, 40, 3]),
  WindowShape(input: [4, 1, 50, 6], filter: [1, 7, 6, 5]), WindowShape(input: [0, 3, 3, 2], filter: [2, 2, 2, 3]),
  WindowShape(input: [2, 3, 3, 2], filter: [5, 5, 2, 3], isSame: false),
]

private let depthwise: [WindowShape] = [
  WindowShape(input: [2, 7, 6, 4], filter: [3, 3, 4, 1]), WindowShape(input: [2, 9, 9, 33], filter: [3, 3, 33, 1]),
  WindowShape(input: [1, 8, 8, 3], filter: [3, 3, 3, 2], strides: (2, 2)),
  WindowShape(input: [2, 9, 9, 9], filter: [3, 3, 9, 1], dilations: (2, 2)),
  WindowShape(input: [2, 9, 7, 5], filter: [2, 5, 5, 3], strides: (3, 3), isSame: false),
  WindowShape(input: [2, 4, 4, 1], filter: [3, 3, 1, 5]), WindowShape(input: [3, 16, 15, 40], filter: [5, 5, 40, 1]),
  WindowShape(input: [2, 7, 7, 16], filter: [3, 3, 16, 1], strides: (2, 2)),
  WindowShape(input: [0, 3, 3, 2], filter: [2, 2, 2, 3]), WindowShape(input: [1, 2, 2, 3], filter: [5, 5, 3, 1]),
]

private let pools: [WindowShape] = [
  WindowShape(input: [2, 8, 8, 5], filter: [2, 2, 1, 1], strides: (2, 2)),
  WindowShape(input: [1, 7, 9, 3], filter: [3, 3, 1, 1], strides: (2, 2)),
  WindowShape(input: [2, 7, 9, 17], filter: [3, 3, 1, 1], isSame: false),
  WindowShape(input: [2, 7, 9, 4], filter: [2, 3, 1, 1], strides: (1, 3)),
  WindowShape(input: [0, 4, 4, 2], filter: [2, 2, 1, 1], strides: (2, 2)),
  WindowShape(input: [3, 28, 28, 32], filter: [2, 2, 1, 1], strides: (2, 2)),
  WindowShape(input: [2, 5, 5, 1], filter: [7, 7, 1, 1]), WindowShape(input: [9, 1, 1, 3], filter: [1, 1, 1, 1]),
]

/// Units for a sum of `depth` products, in the operands' type or rounded once from float32. The reference adds doubles one
/// after the other, which costs it some accuracy of its own where results are doubles.
private func units(_ dtype: DType, _ depth: Int) -> Double {
  if isHalf(dtype) { return 1 }
  return dtype == .float64 ? 8 + Double(depth).squareRoot() * 1.25 : 2 + Double(min(depth, 512)).squareRoot()
}

private func scale(_ depth: Int) -> Double { Double(max(1, depth)).squareRoot() * 2 }

let windowCases: [KernelCase] = [
  KernelCase("conv2D", "", allFloating) { dtype, numbers in
    try convolutions.map { shape in
      let (x, w) = (try numbers.tensor(dtype, shape.input), try numbers.tensor(dtype, shape.filter))
      let depth = shape.filter[0] * shape.filter[1] * shape.filter[2]
      return try KernelProblem(
        shape.text, dtype, [shape.output(shape.filter[3])], units: units(dtype, depth), scale: scale(depth),
        reference: { try PlainKernels.conv2D(x, w, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.conv2D(x, w, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("conv2DBackpropInput", "", allFloating) { dtype, numbers in
    try convolutions.map { shape in
      let w = try numbers.tensor(dtype, shape.filter)
      let dy = try numbers.tensor(dtype, shape.output(shape.filter[3]))
      let depth = shape.filter[0] * shape.filter[1] * shape.filter[3]
      return try KernelProblem(
        shape.text, dtype, [shape.input], units: units(dtype, depth), scale: scale(depth),
        reference: { try PlainKernels.conv2DBackpropInput(w, dy, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.conv2DBackpropInput(w, dy, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("conv2DBackpropFilter", "", allFloating) { dtype, numbers in
    try convolutions.map { shape in
      let x = try numbers.tensor(dtype, shape.input)
      let dy = try numbers.tensor(dtype, shape.output(shape.filter[3]))
      let depth = shape.output(1).reduce(1, *)
      return try KernelProblem(
        shape.text, dtype, [shape.filter], units: units(dtype, depth), scale: scale(depth),
        reference: { try PlainKernels.conv2DBackpropFilter(x, dy, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.conv2DBackpropFilter(x, dy, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("depthwiseConv2D", "", allFloating) { dtype, numbers in
    try depthwise.map { shape in
      let (x, w) = (try numbers.tensor(dtype, shape.input), try numbers.tensor(dtype, shape.filter))
      let depth = shape.filter[0] * shape.filter[1]
      return try KernelProblem(
        shape.text, dtype, [shape.output(shape.filter[2] * shape.filter[3])], units: units(dtype, depth),
        scale: scale(depth), reference: { try PlainKernels.depthwiseConv2D(x, w, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.depthwiseConv2D(x, w, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("depthwiseConv2DBackpropInput", "", allFloating) { dtype, numbers in
    try depthwise.map { shape in
      let w = try numbers.tensor(dtype, shape.filter)
      let dy = try numbers.tensor(dtype, shape.output(shape.filter[2] * shape.filter[3]))
      let depth = shape.filter[0] * shape.filter[1] * shape.filter[3]
      return try KernelProblem(
        shape.text, dtype, [shape.input], units: units(dtype, depth), scale: scale(depth),
        reference: { try PlainKernels.depthwiseConv2DBackpropInput(w, dy, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.depthwiseConv2DBackpropInput(w, dy, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("depthwiseConv2DBackpropFilter", "", allFloating) { dtype, numbers in
    try depthwise.map { shape in
      let x = try numbers.tensor(dtype, shape.input)
      let dy = try numbers.tensor(dtype, shape.output(shape.filter[2] * shape.filter[3]))
      let depth = shape.output(1).reduce(1, *)
      return try KernelProblem(
        shape.text, dtype, [shape.filter], units: units(dtype, depth), scale: scale(depth),
        reference: { try PlainKernels.depthwiseConv2DBackpropFilter(x, dy, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.depthwiseConv2DBackpropFilter(x, dy, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("maxPool", "", allReal) { dtype, numbers in
    try pools.map { shape in
      let x = try numbers.tensor(dtype, shape.input, dtype.isFloating ? -2 : 0, 5)
      return try KernelProblem(
        shape.text, dtype, [shape.output(shape.input[3])],
        reference: { try PlainKernels.maxPool(x, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.maxPool(x, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("maxPoolGrad", "", allReal) { dtype, numbers in
    try pools.map { shape in
      let x = try numbers.tensor(dtype, shape.input, 0, 5)
      let (y, dy) = (
        try Tensor(uninitialized: dtype, shape: shape.output(shape.input[3])),
        try numbers.tensor(dtype, shape.output(shape.input[3]), 0, 3)
      )
      try PlainKernels.maxPool(x, shape.geometry, into: y)
      return try KernelProblem(
        shape.text, dtype, [shape.input], units: dtype.isFloating ? 1 : 0,
        reference: { try PlainKernels.maxPoolGrad(x, y, dy, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.maxPoolGrad(x, y, dy, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("averagePool", "", allFloating) { dtype, numbers in
    try pools.map { shape in
      let x = try numbers.tensor(dtype, shape.input)
      return try KernelProblem(
        shape.text, dtype, [shape.output(shape.input[3])], units: 3, scale: 1,
        reference: { try PlainKernels.averagePool(x, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.averagePool(x, shape.geometry, into: $0[0]) })
    }
  },
  KernelCase("averagePoolGrad", "", allFloating) { dtype, numbers in
    try pools.map { shape in
      let dy = try numbers.tensor(dtype, shape.output(shape.input[3]))
      return try KernelProblem(
        shape.text, dtype, [shape.input], units: 3, scale: 1,
        reference: { try PlainKernels.averagePoolGrad(dy, shape.geometry, into: $0[0]) },
        kernel: { try Kernels.averagePoolGrad(dy, shape.geometry, into: $0[0]) })
    }
  },
]
