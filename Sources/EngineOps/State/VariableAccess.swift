import EngineCore
import EngineGraph
import EngineKernels

/// What a graph knows of the variable behind a handle.
struct HandleData {
  let dtype: DType
  let shape: Shape
}

/// Follows a handle back to the `VarHandleOp` that made it, through identities and into the graphs around a function.
func handleData(of handle: Output) -> HandleData? {
  switch handle.node.type {
  case "VarHandleOp": return HandleData(dtype: handle.node.dtype("dtype"), shape: handle.node.shape("shape"))
  case "Identity": return handleData(of: handle.node.inputs[0])
  case "Placeholder":
    // Copies of function bodies carry what was known of their arguments.
    if case .type(let dtype)? = handle.node.attributes["_handle_dtype"] {
      return HandleData(dtype: dtype, shape: handle.node.shape("_handle_shape"))
    }
    guard let capture = handle.graph.captures.first(where: { $0.inner == handle }) else { return nil }
    return handleData(of: capture.outer)
  default: return nil
  }
}

extension ShapeContext {
  /// The static shape of the variable behind an input; unknown when it can't be told.
  func variableShape(_ index: Int) -> Shape { handleData(of: node.inputs[index])?.shape ?? .unknown }

  /// What two shapes know together, with TensorFlow's message when they differ.
  func merge(_ a: Shape, _ b: Shape) throws -> Shape {
    guard let x = a.dimensions, let y = b.dimensions else { return a.dimensions == nil ? b : a }
    guard x.count == y.count else {
      throw EngineError.value(
        "Shapes must be equal rank, but are \(x.count) and \(y.count)")
    }
    for (axis, (p, q)) in zip(x, y).enumerated() {
      if let p, let q, p != q {
        throw EngineError.value(
          "Dimension \(axis) in both shapes must be equal, but are \(p) and \(q). Shapes are \(a.bracketed) and "
            + "\(b.bracketed).")
      }
    }
    return Shape(zip(x, y).map { $0 ?? $1 })
  }

  /// Checks the dtype attribute of a node against the variable's.
  func checkVariableType(_ attribute: String = "dtype") throws {
    if let data = handleData(of: node.inputs[0]), data.dtype != node.dtype(attribute) {
      throw EngineError.value(
        "Trying to read variable with wrong dtype. Expected \(data.dtype) got \(node.dtype(attribute))")
    }
  }
}

extension KernelContext {
  func variable(_ index: Int) throws -> VariableResource { try resource(index, as: VariableResource.self) }

  /// A scalar input of type float32; `nil` for any other tensor.
  func floatScalar(_ index: Int) -> Double? {
    // Read in place: a copy of the tensor would count references.
    guard inputs[index].dtype == .float32, inputs[index].shape.isEmpty else { return nil }
    return Double(inputs[index].element(0, as: Float.self))
  }

  /// The single number of a scalar input of a floating or integer type.
  func number(_ index: Int, _ name: String) throws -> Double {
    let tensor = inputs[index]
    guard tensor.elementCount == 1, tensor.rank == 0 else {
      throw EngineError.invalidArgument("\(name) is not a scalar: \(Shape(known: tensor.shape).bracketed)")
    }
    switch tensor.dtype {
    case .float32: return Double(tensor.element(0, as: Float.self))
    case .float64: return tensor.element(0, as: Double.self)
    case .float16: return Double(tensor.element(0, as: Half.self).float)
    case .bfloat16: return Double(tensor.element(0, as: BFloat16.self).float)
    default: return Double(try integer(index))
    }
  }
}

extension Tensor {
  /// `[2,3]`, for messages.
  var shapeText: String { Shape(known: shape).bracketed }
}
