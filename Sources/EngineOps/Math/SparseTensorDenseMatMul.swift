import EngineCore
import EngineGraph

extension OpDefinition {
  /// The product of a sparse matrix and a dense one, each transposed first where asked for.
  static let sparseTensorDenseMatMul = OpDefinition(
    "SparseTensorDenseMatMul",
    inputs: [
      .tensor("a_indices", "Tindices"), .tensor("a_values", "T"), .tensor("a_shape", .int64), .tensor("b", "T"),
    ],
    outputs: [.tensor("product", "T")],
    attributes: [
      .type("T", [.float32, .float64, .int32, .int64]), .type("Tindices", .index, default: .int64),
      .bool("adjoint_a", false), .bool("adjoint_b", false),
    ],
    shape: { context in
      let b = try context.input(3, rank: 2)
      let a = try context.shape(fromInput: 2)
      if let rank = a.rank, rank != 2 { throw EngineError.value("Shape must be rank 2 but is rank \(rank)") }
      let (adjointA, adjointB) = (context.node.bool("adjoint_a"), context.node.bool("adjoint_b"))
      let rows = a.rank == nil ? nil : a[adjointA ? 1 : 0]
      let inner = a.rank == nil ? nil : a[adjointA ? 0 : 1]
      if let inner, let other = b[adjointB ? 1 : 0], inner != other {
        throw EngineError.value("Dimensions must be equal, but are \(inner) and \(other)")
      }
      return [[rows, b[adjointB ? 0 : 1]]]
    },
    gradient: .rule { context in
      let (graph, dy) = (context.graph, try context.gradient())
      let (adjointA, adjointB) = (context.node.bool("adjoint_a"), context.node.bool("adjoint_b"))
      let (indices, values, shape, b) = (context.input(0), context.input(1), context.input(2), context.input(3))
      let product = try graph.addNode(
        "SparseTensorDenseMatMul", [indices, values, shape, dy], attributes: ["adjoint_a": .bool(!adjointA)]
      ).output(0)
      let zero = try graph.constant(scalar: Int32(0))
      let one = try graph.constant(scalar: Int32(1))
      let turn = try graph.constant([Int32(1), 0])
      let db = adjointB ? try graph.op("Transpose", product, turn) : product
      // The gradient of a value is the product of a row of dy and one of b.
      let parts = try graph.addNode("Unpack", [indices], attributes: ["num": .int(2), "axis": .int(1)])
      let (row, column) = adjointA ? (parts.output(1), parts.output(0)) : (parts.output(0), parts.output(1))
      let left = try graph.op("GatherV2", dy, row, zero)
      let right = try graph.op("GatherV2", adjointB ? try graph.op("Transpose", b, turn) : b, column, zero)
      return [nil, .dense(try graph.op("Sum", try graph.mul(left, right), one)), nil, .dense(db)]
    },
    sample: OpSample([
      .init([3, 2], .fixed([0, 1, 1, 0, 1, 2]), dtype: .int64), .init([3], .uniform(-2, 2)),
      .init([2], .fixed([2, 3]), dtype: .int64, isConstant: true), .init([3, 2], .uniform(-2, 2)),
    ])
  ) { context in
    let (indices, values, shape, b) = (context.inputs[0], context.inputs[1], try context.integers(2), context.inputs[3])
    guard indices.rank == 2, indices.shape[1] == 2, shape.count == 2, b.rank == 2, values.shape == [indices.shape[0]]
    else {
      throw EngineError.invalidArgument(
        "SparseTensorDenseMatMul needs a sparse matrix and a dense one, got indices \(indices.bracketedShape), values "
          + "\(values.bracketedShape), shape \(shape) and \(b.bracketedShape)")
    }
    let (adjointA, adjointB) = (context.node.bool("adjoint_a"), context.node.bool("adjoint_b"))
    let (rows, inner) = adjointA ? (shape[1], shape[0]) : (shape[0], shape[1])
    let columns = b.shape[adjointB ? 0 : 1]
    guard b.shape[adjointB ? 1 : 0] == inner else {
      throw EngineError.invalidArgument(
        "Cannot multiply A and B because inner dimension does not match: \(inner) vs. \(b.shape[adjointB ? 1 : 0]).  "
          + "Did you forget a transpose?  Dimensions of A: [\(shape[0]), \(shape[1])).  Dimensions of B: "
          + "\(b.bracketedShape)")
    }
    guard rows >= 0, Shape.elementCount([rows, columns]) != nil else {
      throw EngineError.invalidArgument("a_shape \(shape) is not a valid shape")
    }
    let places = try indices.integers()
    let y = try Tensor(zeros: b.dtype, shape: [rows, columns])
    func run<T: TensorElement & Numeric>(_ type: T.Type) throws {
      let (source, factor, target) = (b.elements(type), values.elements(type), y.elements(type))
      for number in 0..<values.elementCount {
        let (i, k) = (places[2 * number + (adjointA ? 1 : 0)], places[2 * number + (adjointA ? 0 : 1)])
        guard i >= 0, i < rows, k >= 0, k < inner else {
          throw EngineError.invalidArgument(
            "\(k < 0 || k >= inner ? "k (\(k)) from index[\(number),1] out of bounds (>=\(inner))" : "m (\(i)) from index[\(number),0] out of bounds (>=\(rows))")"
          )
        }
        let value = factor[number]
        for j in 0..<columns {
          target[i * columns + j] += value * (adjointB ? source[j * inner + k] : source[k * columns + j])
        }
      }
    }
    try withExtendedLifetime((b, values, y)) {
      switch b.dtype {
      case .float32: try run(Float.self)
      case .float64: try run(Double.self)
      case .int32: try run(Int32.self)
      default: try run(Int64.self)
      }
    }
    context.setOutput(0, y)
  }
}
