import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// Writes tensors as a checkpoint; `shape_and_slices` says which part of a whole a tensor is, or is empty.
  /// **Errors**: `InvalidArgument` when the lists differ in length or a part does not fit; those of the file system.
  static let saveV2 = OpDefinition(
    "SaveV2",
    inputs: [
      .tensor("prefix", .string), .tensor("tensor_names", .string), .tensor("shape_and_slices", .string),
      .list("tensors", types: "dtypes"),
    ], attributes: [.init("dtypes", .types)], isStateful: true, shape: ShapeContext.none, gradient: .none
  ) { context in
    let names = try context.texts(1)
    let slices = try context.texts(2)
    let tensors = context.inputs.dropFirst(3)
    guard names.count == tensors.count, slices.count == tensors.count else {
      throw EngineError.invalidArgument(
        "Got \(names.count) tensor names and \(slices.count) slices but \(tensors.count) tensors to save")
    }
    let writer = try TensorBundleWriter(prefix: context.scalarText(0))
    for (tensor, (name, slice)) in zip(tensors, zip(names, slices)) {
      if slice.isEmpty {
        try writer.add(name, tensor)
      } else {
        let part = try TensorSlice.parseShapeAndSlice(slice)
        try writer.addSlice(name, fullShape: part.fullShape, slice: part.slice, tensor)
      }
    }
    try writer.finish()
  }
}
