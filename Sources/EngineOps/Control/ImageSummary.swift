import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// A `Summary` of up to `max_images` PNG images. `tensor: [n, height, width, 1, 3 or 4]`.
  ///
  /// Bytes are taken as they are. Floats are scaled image by image: from 0 to the largest value, or, with negative
  /// values, around a middle of 127; pixels that are not finite become `bad_color`.
  static let imageSummary = summary(
    "ImageSummary", [.tensor("tag", .string), .tensor("tensor", "T")],
    attributes: [
      .int("max_images", 3), .type("T", [.uint8, .float32, .float16, .float64], default: .float32),
      .init("bad_color", .tensor, default: defaultBadColor),
    ]
  ) { context in
    let tensor = context.inputs[1]
    let tag = try context.text(0)
    guard tensor.rank == 4, [1, 3, 4].contains(tensor.shape[3]) else {
      throw EngineError.invalidArgument(
        "Tensor must be 4-D with last dim 1, 3, or 4, not \(tensor.shapeText)")
    }
    let (height, width, channels) = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
    let size = height * width * channels
    let count = max(0, min(context.node.int("max_images"), tensor.shape[0]))
    let floats = tensor.dtype == .uint8 ? [] : try context.floats(1)
    let bad = try context.node.tensor("bad_color")?.integers() ?? [255, 0, 0, 255]
    let images: [Summary.Value] = (0..<count).map { index in
      let pixels: [UInt8]
      if tensor.dtype == .uint8 {
        pixels = Array(UnsafeBufferPointer(start: tensor.elements(UInt8.self) + index * size, count: size))
      } else {
        pixels = scaledPixels(floats[(index * size)..<((index + 1) * size)], channels: channels, bad)
      }
      return .image(
        Summary.elementTag(tag, kind: "image", index: index, of: context.node.int("max_images")), height: height,
        width: width, colorspace: channels,
        encoded: MediaEncoding.png(pixels, height: height, width: width, channels: channels))
    }
    return try Summary.message(images).serialized()
  }

  private static let defaultBadColor: AttributeValue? =
    (try? Tensor([255, 0, 0, 255] as [UInt8], shape: [4])).map { .tensor($0) }

  private static func scaledPixels(_ values: ArraySlice<Float>, channels: Int, _ bad: [Int]) -> [UInt8] {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
    var (scale, offset): (Float, Float) = (0, 0)
    if low < 0 {
      let extent = max(low.magnitude, high.magnitude)
      scale = extent < 1e-6 ? 0 : 127 / extent
      offset = 128
    } else {
      scale = high < 1e-6 ? 0 : 255 / high
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count)
    var start = values.startIndex
    while start < values.endIndex {
      let pixel = values[start..<(start + channels)]
      if pixel.allSatisfy(\.isFinite) {
        for value in pixel { pixels.append(UInt8(min(max(value * scale + offset, 0), 255))) }
      } else {
        for channel in 0..<channels { pixels.append(UInt8(clamping: channel < bad.count ? bad[channel] : 255)) }
      }
      start += channels
    }
    return pixels
  }
}
