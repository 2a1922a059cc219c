import EngineCore
import EngineGraph

extension OpDefinition {
  /// The window around each pixel (every `strides`-th) as its channels. `images: [n, h, w, c]`,
  /// `patches: [n, rows, columns, height·width·c]`; windows reach over the border as `padding` says, into zeros.
  static let extractImagePatches = OpDefinition(
    "ExtractImagePatches", inputs: [.tensor("images", "T")], outputs: [.tensor("patches", "T")],
    attributes: [
      .ints("ksizes"), .ints("strides"), .ints("rates"), .type("T", Set<DType>.numeric.union([.bool])),
      .string("padding", oneOf: ["SAME", "VALID"]),
    ],
    shape: { context in
      let x = try context.input(0, rank: 4)
      let plan = try PatchPlan(context.node)
      return [
        [
          x[0], try x[1].map { try plan.rows($0).count }, try x[2].map { try plan.columns($0).count },
          x[3].map { $0 &* plan.height &* plan.width },
        ]
      ]
    },
    gradient: .rule { context in
      // Patches of the elements' own numbers tell where each gradient belongs; numbers are one-based, padding is 0.
      let (graph, x, dy) = (context.graph, context.input(0), try context.gradient())
      let (zero, one) = (try graph.constant(scalar: Int32(0)), try graph.constant(scalar: Int32(1)))
      let all = try graph.shapeVector(of: x)
      let first = try graph.constant([Int32(1)])
      let image = try graph.op("StridedSlice", all, first, first, first, attributes: ["end_mask": .int(1)])
      let size = try graph.op("Prod", image, zero)
      let numbers = try graph.reshape(
        try graph.op("Range", one, try graph.add(size, one), one),
        try graph.op("ConcatV2", arguments: [[first, image], [zero]]))
      var attributes = context.node.attributes
      attributes["T"] = .type(.int32)
      let patches = try graph.op("ExtractImagePatches", numbers, attributes: attributes)
      let minusOne = try graph.constant([Int32(-1)])
      let ids = try graph.reshape(try graph.sub(patches, one), minusOne)
      let batch = try graph.op("StridedSlice", all, try graph.constant([Int32(0)]), first, first)
      let flat = try graph.reshape(
        dy,
        try graph.op(
          "ConcatV2", arguments: [[batch, try graph.op("Reshape", try graph.op("Size", ids), first)], [zero]]))
      let order = try graph.constant([Int32(1), 0])
      let sums = try graph.op("UnsortedSegmentSum", try graph.op("Transpose", flat, order), ids, size)
      let dx = try graph.reshape(try graph.op("Transpose", sums, order), all)
      try dx.setShape(x.shape)
      return [.dense(dx)]
    },
    sample: OpSample(
      [.init([2, 5, 4, 2], .uniform(-2, 2))],
      attributes: [
        "ksizes": .ints([1, 3, 2, 1]), "strides": .ints([1, 2, 1, 1]), "rates": .ints([1, 1, 2, 1]),
        "padding": .string("SAME"),
      ])
  ) { context in
    let x = context.inputs[0]
    guard x.rank == 4 else { throw EngineError.invalidArgument("input must be 4-dimensional, got \(x.bracketedShape)") }
    let plan = try PatchPlan(context.node)
    let (rows, columns) = (try plan.rows(x.shape[1]), try plan.columns(x.shape[2]))
    let (n, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let shape = [n, rows.count, columns.count, plan.height &* plan.width &* c]
    let y = try Tensor(zeros: x.dtype, shape: shape)
    let size = x.dtype.itemSize * c
    for image in 0..<n {
      for row in 0..<rows.count {
        for column in 0..<columns.count {
          let target =
            y.pointer + ((image * rows.count + row) * columns.count + column) * plan.height * plan.width * size
          for i in 0..<plan.height {
            let top = row * plan.strides.0 + i * plan.rates.0 - rows.before
            if top < 0 || top >= h { continue }
            for j in 0..<plan.width {
              let left = column * plan.strides.1 + j * plan.rates.1 - columns.before
              if left < 0 || left >= w { continue }
              (target + (i * plan.width + j) * size).copyMemory(
                from: x.pointer + ((image * h + top) * w + left) * size, byteCount: size)
            }
          }
        }
      }
    }
    context.setOutput(0, y)
  }

  /// The windows of `ExtractImagePatches`.
  private struct PatchPlan {
    var height = 1
    var width = 1
    var strides = (1, 1)
    var rates = (1, 1)
    let isSame: Bool

    init(_ node: Node) throws {
      func pair(_ name: String) throws -> (Int, Int) {
        let values = node.ints(name)
        guard values.count == 4, values[0] == 1, values[3] == 1, values[1] > 0, values[2] > 0 else {
          throw EngineError.invalidArgument(
            "\(name) must be 4 positive numbers with 1 for batch and depth, got \(values)")
        }
        return (values[1], values[2])
      }
      (height, width) = try pair("ksizes")
      strides = try pair("strides")
      rates = try pair("rates")
      isSame = node.string("padding") == "SAME"
    }

    func rows(_ size: Int) throws -> (count: Int, before: Int) { try windows(size, height, strides.0, rates.0) }
    func columns(_ size: Int) throws -> (count: Int, before: Int) { try windows(size, width, strides.1, rates.1) }

    private func windows(_ size: Int, _ window: Int, _ stride: Int, _ rate: Int) throws -> (count: Int, before: Int) {
      let reach = window.clampedSum((window - 1).clampedProduct(rate - 1))
      if isSame {
        let count = size.clampedSum(stride - 1) / stride
        let covered = (count - 1).clampedProduct(stride).clampedSum(reach)
        return (count, Swift.max(0, covered.clampedDifference(size)) / 2)
      }
      guard size >= reach else {
        throw EngineError.invalidArgument("a window of \(reach) does not fit into \(size) pixels")
      }
      return ((size - reach) / stride + 1, 0)
    }
  }
}
