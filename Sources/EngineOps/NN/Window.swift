import EngineCore
import EngineGraph
import EngineKernels

/// The attributes that convolutions and pools over images share.
struct WindowAttributes {
  let isChannelsFirst: Bool
  let padding: String
  let strides: (height: Int, width: Int)
  let dilations: (height: Int, width: Int)
  /// Before and after, for height and width; used with EXPLICIT only.
  let explicit: (top: Int, bottom: Int, left: Int, right: Int)

  var heightAxis: Int { isChannelsFirst ? 2 : 1 }
  var widthAxis: Int { isChannelsFirst ? 3 : 2 }
  var channelAxis: Int { isChannelsFirst ? 1 : 3 }

  /// **Errors**: `InvalidArgument` for lists of a wrong length, steps below 1 or steps along batch and channels.
  init(_ node: Node) throws {
    let format = node.string("data_format")
    isChannelsFirst = format == "NCHW"
    padding = node.string("padding")
    let (h, w, c) = isChannelsFirst ? (2, 3, 1) : (1, 2, 3)
    let steps = node.ints("strides")
    guard steps.count == 4 else {
      throw EngineError.invalidArgument("Sliding window strides field must specify 4 dimensions, got \(steps.count)")
    }
    guard steps[0] == 1, steps[c] == 1 else {
      throw EngineError.invalidArgument(
        "Current implementation does not yet support strides in the batch and depth dimensions.")
    }
    guard steps[h] > 0, steps[w] > 0 else {
      throw EngineError.invalidArgument("Sliding window strides must be > 0, got \(steps)")
    }
    strides = (steps[h], steps[w])
    let spread = node.ints("dilations").isEmpty ? [1, 1, 1, 1] : node.ints("dilations")
    guard spread.count == 4, spread[0] == 1, spread[c] == 1, spread[h] > 0, spread[w] > 0 else {
      throw EngineError.invalidArgument(
        "Dilations must be four numbers >= 1, and 1 in the batch and depth dimensions, got \(spread)")
    }
    dilations = (spread[h], spread[w])
    let pads = node.ints("explicit_paddings")
    if padding == "EXPLICIT" {
      guard pads.count == 8, pads.allSatisfy({ $0 >= 0 }), pads[0] == 0, pads[1] == 0, pads[2 * c] == 0,
        pads[2 * c + 1] == 0
      else {
        throw EngineError.invalidArgument(
          "explicit_paddings must be 8 non-negative numbers, and 0 for batch and depth, got \(pads)")
      }
      explicit = (pads[2 * h], pads[2 * h + 1], pads[2 * w], pads[2 * w + 1])
    } else {
      explicit = (0, 0, 0, 0)
    }
  }

  /// The size of the window's output along one axis, and the padding before.
  /// **Errors**: `ValueError` when the window does not fit.
  ///
  /// - Parameter isStatic: while the graph is built, TensorFlow refuses a window that is larger than the input; in a run
  ///   it may give an output of size 0.
  private func extent(
    _ input: Int, _ size: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int, isStatic: Bool
  ) throws -> (output: Int, pad: Int) {
    // Static shapes of a program's placeholders may be anything.
    let effective = (size - 1).clampedProduct(dilation).clampedSum(1)
    switch padding {
    case "SAME":
      let output = input.clampedSum(stride - 1) / stride
      let reach = (output - 1).clampedProduct(stride).clampedSum(effective)
      return (output, max(reach.clampedDifference(input), 0) / 2)
    default:
      let padded = input.clampedSum(before).clampedSum(after)
      let room = padded.clampedDifference(effective)
      guard size > 0, room.clampedSum(isStatic ? 0 : stride) >= 0 else {
        throw EngineError.value("Negative dimension size caused by subtracting \(effective) from \(padded)")
      }
      return (room.clampedSum(stride) / stride, before)
    }
  }

  /// The window over an input of the given size.
  func geometry(height: Int, width: Int, kernelHeight: Int, kernelWidth: Int) throws -> WindowGeometry {
    do {
      let (rows, top) = try extent(
        height, kernelHeight, strides.height, dilations.height, explicit.top, explicit.bottom, isStatic: false)
      let (columns, left) = try extent(
        width, kernelWidth, strides.width, dilations.width, explicit.left, explicit.right, isStatic: false)
      return WindowGeometry(
        height: kernelHeight, width: kernelWidth, strideHeight: strides.height, strideWidth: strides.width,
        dilationHeight: dilations.height, dilationWidth: dilations.width, padTop: top, padLeft: left,
        outputHeight: rows, outputWidth: columns)
    } catch let error as EngineError {
      throw EngineError.invalidArgument(error.message)
    }
  }

  /// The static shape of the output with the given number of channels.
  func outputShape(_ input: Shape, kernelHeight: Int?, kernelWidth: Int?, channels: Int?) throws -> Shape {
    var dimensions: [Int?] = [input[0], nil, nil, nil]
    if let size = input[heightAxis], let kernel = kernelHeight {
      dimensions[heightAxis] =
        try extent(size, kernel, strides.height, dilations.height, explicit.top, explicit.bottom, isStatic: true).output
    }
    if let size = input[widthAxis], let kernel = kernelWidth {
      dimensions[widthAxis] =
        try extent(size, kernel, strides.width, dilations.width, explicit.left, explicit.right, isStatic: true).output
    }
    dimensions[channelAxis] = channels
    return Shape(dimensions)
  }

  func channelsLast(_ x: Tensor) throws -> Tensor { isChannelsFirst ? try Kernels.channelsLast(x) : x }
  func restored(_ y: Tensor) throws -> Tensor { isChannelsFirst ? try Kernels.channelsFirst(y) : y }

  /// `[n, c, h, w]` as `[n, h, w, c]`.
  func channelsLast(_ shape: [Int]) -> [Int] {
    isChannelsFirst ? [shape[0], shape[2], shape[3], shape[1]] : shape
  }
}

extension OpDefinition {
  static let windowAttributes: [AttributeDefinition] = [
    .ints("strides"), .string("padding", oneOf: ["SAME", "VALID", "EXPLICIT"]), .ints("explicit_paddings", []),
    .string("data_format", "NHWC", oneOf: ["NHWC", "NCHW"]),
  ]

  static func requireImages(_ tensor: Tensor, _ name: String) throws {
    guard tensor.rank == 4 else {
      throw EngineError.invalidArgument("\(name) must be 4-dimensional: \(tensor.shapeText)")
    }
  }
}

extension GradientContext {
  /// The node's attributes of these names, to hand on to the nodes of its gradient.
  func attributes(_ names: [String]) -> [String: AttributeValue] {
    var result: [String: AttributeValue] = [:]
    for name in names { if let value = node.attributes[name] { result[name] = value } }
    return result
  }
}
