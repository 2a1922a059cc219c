import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// A sparse tensor from three serialized tensors, or one with further axes in front from an array of such triples.
  static let deserializeSparse = OpDefinition(
    "DeserializeSparse", inputs: [.tensor("serialized_sparse", "Tserialized")],
    outputs: [.tensor("sparse_indices", .int64), .tensor("sparse_values", "dtype"), .tensor("sparse_shape", .int64)],
    attributes: [.type("dtype"), .type("Tserialized", serializedTypes, default: .string)],
    shape: { _ in [[nil, nil], [nil], [nil]] }, gradient: .none
  ) { context in
    let serialized = context.inputs[0]
    guard serialized.rank > 0, serialized.shape.last == 3 else {
      throw EngineError.invalidArgument(
        "Serialized sparse should have 3 as the last dimension but has shape \(serialized.bracketedShape)")
    }
    let outer = Array(serialized.shape.dropLast())
    let dtype = context.node.outputTypes[1]
    let strings = serialized.strings
    var rank: Int?
    var shape: [Int] = []
    var indices: [Int64] = []
    var values: [Tensor] = []
    for triple in 0..<(strings.count / 3) {
      let parts = try (0..<3).map { part in
        do {
          return try ProtoMessage("TensorProto", parsing: strings[3 * triple + part]).tensorValue()
        } catch let error as EngineError where error.code == .dataLoss {
          throw EngineError.invalidArgument("Could not parse serialized_sparse[\(triple), \(part)]: \(error.message)")
        }
      }
      let positions = try SparsePositions(parts[0], parts[1], parts[2])
      guard parts[1].dtype == dtype else {
        throw EngineError.invalidArgument(
          "Requested SparseTensor of type \(dtype) but SparseTensor[\(triple)].values.dtype() == \(parts[1].dtype)")
      }
      guard rank == nil || rank == positions.rank else {
        throw EngineError.invalidArgument("Inconsistent rank across SparseTensors: \(rank ?? 0) vs. \(positions.rank)")
      }
      shape = rank == nil ? positions.shape : zip(shape, positions.shape).map { max($0, $1) }
      rank = positions.rank
      // The triple's own place in front of its positions.
      var place: [Int64] = []
      var rest = triple
      for size in outer.reversed() {
        place.insert(Int64(rest % max(size, 1)), at: 0)
        rest /= max(size, 1)
      }
      for number in 0..<positions.count { indices += place + positions.row(number) }
      values.append(parts[1])
    }
    let count = values.reduce(0) { $0 + $1.elementCount }
    let full = outer.map(Int64.init) + shape.map(Int64.init)
    context.setOutput(0, try Tensor(indices, shape: [count, full.count]))
    context.setOutput(1, try concatenated(values, dtype, count))
    context.setOutput(2, try Tensor(full, shape: [full.count]))
  }

  private static func concatenated(_ parts: [Tensor], _ dtype: DType, _ count: Int) throws -> Tensor {
    if parts.count == 1 { return parts[0] }
    if dtype == .string { return try Tensor(strings: parts.flatMap(\.strings), shape: [count]) }
    let result = try Tensor(uninitialized: dtype, shape: [count])
    var offset = 0
    for part in parts {
      (result.pointer + offset).copyMemory(from: part.pointer, byteCount: part.byteCount)
      offset += part.byteCount
    }
    return result
  }
}
