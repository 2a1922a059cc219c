import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The ops that combine rows of a variable with `updates`: `indices.shape + variable.shape[1...]`, or a scalar.
  static func resourceScatter(_ name: String, _ operation: RowUpdateOperation) -> OpDefinition {
    OpDefinition(
      name,
      inputs: [.tensor("resource", .resource), .tensor("indices", "Tindices"), .tensor("updates", "dtype")],
      attributes: [.type("dtype", operation == .update ? nil : .numeric), .type("Tindices", .index)],
      isStateful: true,
      shape: { context in
        try context.checkVariableType()
        let updates = context.input(2)
        guard let rank = updates.rank, rank > 0, let variable = context.variableShape(0).dimensions,
          let indices = context.input(1).dimensions
        else { return [] }
        _ = try context.merge(Shape(indices + variable.dropFirst()), updates)
        return []
      }, gradient: .none
    ) { context in
      let (indices, updates) = (context.inputs[1], context.inputs[2])
      try context.variable(0).update { w in
        guard w.dtype == updates.dtype else {
          throw EngineError.invalidArgument(
            "DType of scatter resource and updates does not match: \(w.dtype) and \(updates.dtype)")
        }
        guard w.rank > 0, updates.rank == 0 || updates.shape == indices.shape + w.shape.dropFirst() else {
          throw EngineError.invalidArgument(
            "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got updates.shape "
              + "\(updates.shapeText), indices.shape \(indices.shapeText), params.shape \(w.shapeText)")
        }
        try Kernels.scatterRows(operation, w, indices, updates)
      }
    }
  }

  /// The same for slices at multi-dimensional positions.
  static func resourceScatterNd(_ name: String, _ operation: RowUpdateOperation) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("ref", .resource), .tensor("indices", "Tindices"), .tensor("updates", "T")],
      attributes: [
        .type("T"), .type("Tindices", .index), .bool("use_locking", true),
      ],
      isStateful: true, shape: ShapeContext.none, gradient: .none
    ) { context in
      let (indices, updates) = (context.inputs[1], context.inputs[2])
      try context.variable(0).update { w in
        let (table, rows) = try coordinateRows(w, indices)
        let expected = indices.shape.dropLast() + w.shape[(indices.shape.last ?? 0)...]
        guard updates.shape == Array(expected), w.dtype == updates.dtype else {
          throw EngineError.invalidArgument(
            "Dimensions [0,\(indices.rank - 1)) of indices[shape=\(indices.shapeText)] must match dimensions of "
              + "updates[shape=\(updates.shapeText)], for a variable of shape \(w.shapeText)")
        }
        let flat = try updates.reshaped([rows.elementCount] + table.shape.dropFirst())
        try Kernels.scatterRows(operation, table, rows, flat)
      }
    }
  }
}
