import EngineCore
import EngineGraph

extension OpDefinition {
  /// Gradients of `SparseFillEmptyRows`: those of the values, and the sum of what went to default values.
  static let sparseFillEmptyRowsGrad = OpDefinition(
    "SparseFillEmptyRowsGrad", inputs: [.tensor("reverse_index_map", .int64), .tensor("grad_values", "T")],
    outputs: [.tensor("d_values", "T"), .tensor("d_default_value", "T")], attributes: [.type("T")],
    shape: { [try $0.input(0, rank: 1), .scalar] }
  ) { context in
    let gradients = context.inputs[1]
    let map = try context.integers(0)
    guard context.inputs[0].rank == 1, gradients.rank == 1 else {
      throw EngineError.invalidArgument("reverse_index_map and grad_values must be vectors")
    }
    for index in map where index < 0 || index >= gradients.elementCount {
      throw EngineError.invalidArgument(
        "Elements in reverse index must be in [0, \(gradients.elementCount)) but got \(index)")
    }
    context.setOutput(0, try gradients.reordered(map))
    let known = Set(map)
    func rest<T: TensorElement & AdditiveArithmetic>(_ type: T.Type) throws -> Tensor {
      let all = try gradients.scalars(type)
      return Tensor(scalar: all.indices.reduce(T.zero) { known.contains($1) ? $0 : $0 + all[$1] })
    }
    switch gradients.dtype {
    case .float32: context.setOutput(1, try rest(Float.self))
    case .float64: context.setOutput(1, try rest(Double.self))
    case .int32: context.setOutput(1, try rest(Int32.self))
    case .int64: context.setOutput(1, try rest(Int64.self))
    default: throw EngineError.unimplemented("SparseFillEmptyRowsGrad of \(gradients.dtype)")
    }
  }
}
