import EngineCore
import EngineGraph

extension OpDefinition {
  /// The numbers that strings spell.
  static let stringToNumber = OpDefinition(
    "StringToNumber", inputs: [.tensor("string_tensor", .string)], outputs: [.tensor("output", "out_type")],
    attributes: [.type("out_type", [.float32, .float64, .int32, .int64], default: .float32)],
    shape: ShapeContext.sameAsFirst, gradient: .none
  ) { context in
    func convert<T: TensorElement>(_ read: (ByteString) -> T?) throws {
      try context.mapStrings(to: T.self) { bytes in
        guard let number = read(bytes) else {
          throw EngineError.invalidArgument("StringToNumberOp could not correctly convert string: \(bytes.text)")
        }
        return number
      }
    }
    switch context.node.outputTypes[0] {
    case .float32: try convert(NumberText.float)
    case .float64: try convert(NumberText.double)
    case .int32: try convert { NumberText.integer($0, Int32.self) }
    default: try convert { NumberText.integer($0, Int64.self) }
    }
  }
}
