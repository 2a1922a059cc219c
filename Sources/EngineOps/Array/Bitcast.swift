import EngineCore
import EngineGraph

extension OpDefinition {
  /// The same bytes as another type. A narrower type adds a last axis; a wider one takes it away.
  static let bitcast = OpDefinition(
    "Bitcast", inputs: [.tensor("input", "T")], outputs: [.tensor("output", "type")],
    attributes: [.type("T", .numeric), .type("type", .numeric)],
    shape: { context in
      let (from, to) = (context.node.dtype("T").itemSize, context.node.dtype("type").itemSize)
      guard var dimensions = context.input(0).dimensions else { return [.unknown] }
      if from > to {
        dimensions.append(from / to)
      } else if from < to {
        guard let last = dimensions.popLast(), last == nil || last == to / from else {
          throw EngineError.value("Cannot bitcast due to shape. The last dimension must be \(to / from)")
        }
      }
      return [Shape(dimensions)]
    }, gradient: .none,
    sample: OpSample([.init([2, 3], .uniform(-2, 2), dtype: .float32)], attributes: ["type": .type(.int32)])
  ) { context in
    let x = context.inputs[0]
    let type = context.node.outputTypes[0]
    var shape = x.shape
    if x.dtype.itemSize > type.itemSize {
      shape.append(x.dtype.itemSize / type.itemSize)
    } else if x.dtype.itemSize < type.itemSize {
      guard shape.popLast() == type.itemSize / x.dtype.itemSize else {
        throw EngineError.invalidArgument("Cannot bitcast from \(x.dtype) to \(type): shape \(x.bracketedShape)")
      }
    }
    context.setOutput(0, try Tensor(dtype: type, shape: shape, buffer: x.buffer))
  }
}
