import EngineCore
import EngineGraph

extension OpDefinition {
  /// The name of one of several files: `base-00001-of-00003`.
  static let shardedFilename = OpDefinition(
    "ShardedFilename",
    inputs: [.tensor("basename", .string), .tensor("shard", .int32), .tensor("num_shards", .int32)],
    outputs: [.tensor("filename", .string)], shape: ShapeContext.scalar, gradient: .none
  ) { context in
    func digits(_ number: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
    let base = try context.scalarText(0)
    context.setOutput(
      0, Tensor(string: "\(base)-\(digits(try context.integer(1)))-of-\(digits(try context.integer(2)))"))
  }
}

extension KernelContext {
  /// The text of a scalar input.
  func scalarText(_ index: Int) throws -> String {
    guard inputs[index].dtype == .string, let text = inputs[index].strings.first, inputs[index].elementCount == 1 else {
      throw EngineError.invalidArgument(
        "Input \(index) of '\(node.name)' should be a scalar string tensor, got shape \(inputs[index].shapeText)")
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The texts of a string input.
  func texts(_ index: Int) throws -> [String] {
    guard inputs[index].dtype == .string else {
      throw EngineError.invalidArgument("Input \(index) of '\(node.name)' must be strings")
    }
    return inputs[index].strings.map { String(decoding: $0, as: UTF8.self) }
  }
}
