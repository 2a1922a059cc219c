import EngineCore
import EngineGraph

extension OpDefinition {
  /// Runs of elements, each component padded at its end to a common shape and stacked. A padded dimension of -1 stands
  /// for the largest in the batch.
  static let paddedBatchDatasetV2 = dataset(
    "PaddedBatchDatasetV2",
    [
      inputDataset, .tensor("batch_size", .int64), .repeated("padded_shapes", count: "N", .int64),
      .list("padding_values", types: "Toutput_types"), .tensor("drop_remainder", .bool),
    ],
    attributes: [.bool("parallel_copy", false), .types("Toutput_types"), .shapes("output_shapes"), .int("N")],
    hasOutputs: false
  ) { context in
    let count = context.node.int("N")
    let shapes = try (0..<count).map { try context.integers(2 + $0) }
    let values = Array(context.inputs[(2 + count)..<(context.inputs.count - 1)])
    return try PaddedBatching(
      try context.dataset(0), size: try context.integer(1), shapes: shapes, values: values,
      dropsRemainder: try context.flag(context.inputs.count - 1))
  }
}

private final class PaddedBatching: DatasetNode {
  let input: any DatasetNode
  let size: Int
  let shapes: [[Int]]
  let values: [Tensor]
  let dropsRemainder: Bool

  init(_ input: any DatasetNode, size: Int, shapes: [[Int]], values: [Tensor], dropsRemainder: Bool) throws {
    guard size > 0 else { throw EngineError.invalidArgument("Batch size must be greater than zero.") }
    for value in values where value.rank != 0 {
      throw EngineError.invalidArgument("All padding values must be scalars, got shape \(value.shapeText)")
    }
    self.input = input
    self.size = size
    self.shapes = shapes
    self.values = values
    self.dropsRemainder = dropsRemainder
  }

  var cardinality: Int {
    let all = input.cardinality
    return all < 0 ? all : all / size + (dropsRemainder || all % size == 0 ? 0 : 1)
  }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context))
  }

  var inputs: [any DatasetNode] { [input] }
  var isRepeatable: Bool { input.isRepeatable }

  private final class Iterator: ChainedIterator {
    let dataset: PaddedBatching
    var isDone = false

    init(_ dataset: PaddedBatching, _ input: any DatasetIterator) {
      self.dataset = dataset
      super.init(input)
    }

    override func next() throws -> DatasetElement? {
      guard !isDone else { return nil }
      var rows: [[Tensor]] = []
      while rows.count < dataset.size {
        guard let element = try input.next() else {
          isDone = true
          break
        }
        rows.append(try element.tensors())
      }
      if rows.isEmpty || (dataset.dropsRemainder && rows.count < dataset.size) { return nil }
      return .tensors(try dataset.padded(rows))
    }

    override func saveOwn(_ encoder: inout IteratorEncoder) { encoder.append(isDone) }
    override func restoreOwn(_ decoder: inout IteratorDecoder) throws { isDone = try decoder.flag() }
  }

  /// A batch of these elements.
  private func padded(_ rows: [[Tensor]]) throws -> [Tensor] {
    try shapes.indices.map { component in
      try padded(
        try rows.map { row in
          guard component < row.count else {
            throw EngineError.invalidArgument("an element has \(row.count) components, padded_shapes \(shapes.count)")
          }
          return row[component]
        }, shapes[component], values[component], component)
    }
  }

  /// Stacks tensors after padding each to the given shape.
  private func padded(_ rows: [Tensor], _ wanted: [Int], _ value: Tensor, _ component: Int) throws -> Tensor {
    var shape = wanted
    for row in rows {
      guard row.rank == wanted.count else {
        throw EngineError.invalidArgument(
          "All elements in a batch must have the same rank as the padded shape for component \(component): expected rank "
            + "\(wanted.count) but got element with rank \(row.rank)")
      }
      guard row.dtype == value.dtype else {
        throw EngineError.invalidArgument(
          "component \(component) is \(row.dtype), but its padding value \(value.dtype)")
      }
      for axis in wanted.indices {
        if wanted[axis] == -1 {
          shape[axis] = max(shape[axis], row.shape[axis])
        } else if row.shape[axis] > wanted[axis] {
          throw EngineError.dataLoss(
            "Attempted to pad to a smaller size than the input element: \(row.shape[axis]) > \(wanted[axis])")
        }
      }
    }
    let itemSize = value.dtype.itemSize
    let result = try Tensor(uninitialized: value.dtype, shape: [rows.count] + shape)
    let each = shape.reduce(1, *)
    if value.dtype == .string {
      let filler = value.strings.first ?? []
      if !filler.isEmpty { for index in result.buffer.strings.indices { result.buffer.strings[index] = filler } }
    } else {
      for index in 0..<(rows.count * each) {
        (result.pointer + index * itemSize).copyMemory(from: value.pointer, byteCount: itemSize)
      }
    }
    for (index, row) in rows.enumerated() { copy(row, into: result, at: index * each, shape) }
    return result
  }

  /// Copies a tensor into the corner of a larger one, line by line.
  private func copy(_ row: Tensor, into target: Tensor, at start: Int, _ shape: [Int]) {
    guard row.elementCount > 0 else { return }
    let line = row.shape.last ?? 1
    let itemSize = row.dtype.itemSize
    for number in 0..<(row.elementCount / max(line, 1)) {
      // The position of this line: its outer coordinates in the larger shape.
      var rest = number
      var offset = 0
      var stride = shape.last ?? 1
      for axis in stride == 0 ? [] : Array(shape.indices.dropLast().reversed()) {
        offset += rest % row.shape[axis] * stride
        rest /= row.shape[axis]
        stride *= shape[axis]
      }
      if row.dtype == .string {
        for column in 0..<line {
          target.buffer.strings[start + offset + column] = row.strings[number * line + column]
        }
      } else {
        (target.pointer + (start + offset) * itemSize)
          .copyMemory(from: row.pointer + number * line * itemSize, byteCount: line * itemSize)
      }
    }
  }
}
