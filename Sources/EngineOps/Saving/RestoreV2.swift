import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// Reads tensors, or parts of them, from a checkpoint.
  /// **Errors**: `NotFound` for a missing name, `InvalidArgument` for another type, `DataLoss` for damaged files.
  static let restoreV2 = OpDefinition(
    "RestoreV2",
    inputs: [.tensor("prefix", .string), .tensor("tensor_names", .string), .tensor("shape_and_slices", .string)],
    outputs: [.list("tensors", types: "dtypes")], attributes: [.init("dtypes", .types)], isStateful: true,
    shape: { context in context.node.outputTypes.map { _ in .unknown } }, gradient: .none
  ) { context in
    let names = try context.texts(1)
    let slices = try context.texts(2)
    let types = context.node.outputTypes
    guard names.count == types.count, slices.count == types.count else {
      throw EngineError.invalidArgument(
        "Got \(names.count) tensor names and \(slices.count) slices but \(types.count) types to restore")
    }
    let reader = try TensorBundleReader(prefix: context.scalarText(0))
    for (index, (name, slice)) in zip(names, slices).enumerated() {
      let stored = try reader.entry(name).dtype
      guard stored == types[index] else {
        throw EngineError.invalidArgument(
          "tensor_name = \(name); expected dtype \(types[index]) does not equal original dtype \(stored)")
      }
      if slice.isEmpty {
        context.setOutput(index, try reader.read(name))
      } else {
        context.setOutput(index, try reader.readSlice(name, try TensorSlice.parseShapeAndSlice(slice).slice))
      }
    }
  }
}
