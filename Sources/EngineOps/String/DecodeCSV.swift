import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Records of comma-separated values as one tensor for each column. An empty field takes the column's default; a
  /// column whose default is empty must have a value.
  static let decodeCSV = OpDefinition(
    "DecodeCSV", inputs: [.tensor("records", .string), .list("record_defaults", types: "OUT_TYPE")],
    outputs: [.list("output", types: "OUT_TYPE")],
    attributes: [
      .init("OUT_TYPE", .types, types: [.float32, .float64, .int32, .int64, .string]), .string("field_delim", ","),
      .bool("use_quote_delim", true), .string("na_value", ""), .ints("select_cols", []),
    ],
    shape: { context in
      for index in 1..<context.inputCount {
        let shape = context.input(index)
        if let rank = shape.rank, rank > 1 {
          throw EngineError.value("Shape must be at most rank 1 but is rank \(rank)")
        }
        if shape.rank == 1, let size = shape[0], size > 1 {
          throw EngineError.value("Shape of a default must be a length-0 or length-1 vector, or a scalar.")
        }
      }
      return context.node.outputTypes.map { _ in context.input(0) }
    }, gradient: .none
  ) { context in
    let (records, node) = (context.inputs[0], context.node)
    let defaults = Array(context.inputs.dropFirst())
    let delimiters = ByteString(node.string("field_delim").utf8)
    guard delimiters.count == 1 else { throw EngineError.invalidArgument("field_delim should be only 1 char") }
    let columns = node.ints("select_cols")
    guard columns.isEmpty || columns.count == defaults.count, zip(columns, columns.dropFirst()).allSatisfy({ $0 < $1 }),
      columns.first ?? 0 >= 0
    else {
      throw EngineError.invalidArgument("select_cols should be strictly increasing and as many as record_defaults")
    }
    let missing = ByteString(node.string("na_value").utf8)
    let outputs = try defaults.map { try Tensor(uninitialized: $0.dtype, shape: records.shape) }
    for (number, record) in records.strings.enumerated() {
      let fields = try CSVRecord.fields(record, delimiter: delimiters[0], quotes: node.bool("use_quote_delim"))
      guard columns.isEmpty ? fields.count == defaults.count : (columns.last ?? 0) < fields.count else {
        throw EngineError.invalidArgument(
          "Expect \(defaults.count) fields but have \(fields.count) in record \(number)")
      }
      for (column, value) in defaults.enumerated() {
        let field = fields[columns.isEmpty ? column : columns[column]]
        if field.isEmpty || field == missing {
          guard value.elementCount > 0 else {
            throw EngineError.invalidArgument("Field \(column) is required but missing in record \(number)!")
          }
          try Kernels.copy(
            value, into: outputs[column],
            StridedWalk(shape: [1], sourceStrides: [1], destinationStrides: [1], destinationOffset: number))
        } else {
          try store(field, outputs[column], number, column)
        }
      }
    }
    for (column, output) in outputs.enumerated() { context.setOutput(column, output) }
  }

  private static func store(_ field: ByteString, _ output: Tensor, _ record: Int, _ column: Int) throws {
    func put<T: TensorElement>(_ value: T?) throws {
      guard let value else {
        throw EngineError.invalidArgument(
          "Field \(column) in record \(record) is not a valid \(output.dtype): \(field.text)")
      }
      output.elements(T.self)[record] = value
    }
    switch output.dtype {
    case .float32: try put(NumberText.float(field))
    case .float64: try put(NumberText.double(field))
    case .int32: try put(NumberText.integer(field, Int32.self))
    case .int64: try put(NumberText.integer(field, Int64.self))
    default: output.buffer.strings[record] = field
    }
  }
}
