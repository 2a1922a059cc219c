import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// The records of files of comma-separated values, one component for each column. Quoted fields may hold line ends.
  static let csvDatasetV2 = csvDataset("CSVDatasetV2", hasExcludedColumns: true)

  /// `CSVDatasetV2` without `exclude_cols`.
  static func csvDataset(_ name: String, hasExcludedColumns: Bool) -> OpDefinition {
    let excluded: [ArgumentDefinition] = hasExcludedColumns ? [.tensor("exclude_cols", .int64)] : []
    return OpDefinition(
      name,
      inputs: [
        .tensor("filenames", .string), .tensor("compression_type", .string), .tensor("buffer_size", .int64),
        .tensor("header", .bool), .tensor("field_delim", .string), .tensor("use_quote_delim", .bool),
        .tensor("na_value", .string), .tensor("select_cols", .int64), .list("record_defaults", types: "output_types"),
      ] + excluded, outputs: [.tensor("handle", .variant)],
      attributes: [
        .init("output_types", .types, types: [.float32, .float64, .int32, .int64, .string]),
        .shapes("output_shapes"),
      ],
      isStateful: true, shape: ShapeContext.scalar, gradient: .none
    ) { context in
      let count = context.node.types("output_types").count
      let defaults = Array(context.inputs[8..<(8 + count)])
      for value in defaults where value.elementCount > 1 {
        throw EngineError.invalidArgument("Each record default should be at most 1 element")
      }
      let delimiter = ByteString(try context.text(4).utf8)
      guard delimiter.count == 1 else { throw EngineError.invalidArgument("field_delim should be only 1 char") }
      let selected = try context.integers(7)
      guard selected.isEmpty || selected.count == count else {
        throw EngineError.invalidArgument("select_cols should match output size")
      }
      guard zip(selected, selected.dropFirst()).allSatisfy({ $0 < $1 }), selected.first ?? 0 >= 0 else {
        throw EngineError.invalidArgument("select_cols should be strictly increasing indices")
      }
      if hasExcludedColumns, try !context.integers(8 + count).isEmpty {
        throw EngineError.unimplemented("exclude_cols of CSVDatasetV2")
      }
      let columns = CSVColumns(
        defaults: defaults, selected: selected, delimiter: delimiter[0], usesQuotes: try context.flag(5),
        missing: ByteString(try context.text(6).utf8))
      let (compression, blockSize) = (try context.compression(1), try context.integer(2))
      let hasHeader = try context.flag(3)
      let source = FileSource(try context.fileNames(0), element: columns.element) { path, _ in
        let file = try FileInputStream(path, compression: compression, blockSize: blockSize)
        if hasHeader { _ = try columns.record(file) }
        return { try columns.record(file) }
      }
      context.setOutput(0, try Tensor.dataset(source))
    }
  }
}

/// How the fields of a record become tensors.
private struct CSVColumns: @unchecked Sendable {
  let defaults: [Tensor]
  let selected: [Int]
  let delimiter: UInt8
  let usesQuotes: Bool
  let missing: ByteString

  func element(_ record: ByteString) throws -> [Tensor] {
    let fields = try CSVRecord.fields(record, delimiter: delimiter, quotes: usesQuotes)
    if selected.isEmpty {
      guard fields.count <= defaults.count else {
        throw EngineError.invalidArgument("Expect \(defaults.count) fields but have more in record")
      }
      guard fields.count == defaults.count else {
        throw EngineError.invalidArgument("Expect \(defaults.count) fields but have \(fields.count) in record")
      }
    } else if let last = selected.last, last >= fields.count {
      throw EngineError.invalidArgument("Expect at least \(last + 1) fields but have \(fields.count) in record")
    }
    return try defaults.indices.map { column in
      let number = selected.isEmpty ? column : selected[column]
      let field = fields[number]
      if field.isEmpty || field == missing {
        guard defaults[column].elementCount == 1 else {
          throw EngineError.invalidArgument("Field \(number) is required but missing in record!")
        }
        return try defaults[column].reshaped([])
      }
      return try value(field, defaults[column].dtype, number)
    }
  }

  private func value(_ field: ByteString, _ dtype: DType, _ number: Int) throws -> Tensor {
    func scalar<T: TensorElement>(_ value: T?) throws -> Tensor {
      guard let value else {
        throw EngineError.invalidArgument(
          "Field \(number) in record is not a valid \(dtype.messageName): \(field.text)")
      }
      return Tensor(scalar: value)
    }
    switch dtype {
    case .float32: return try scalar(NumberText.float(field))
    case .float64: return try scalar(NumberText.double(field))
    case .int32: return try scalar(NumberText.integer(field, Int32.self))
    case .int64: return try scalar(NumberText.integer(field, Int64.self))
    default: return try Tensor(strings: [field], shape: [])
    }
  }

  /// A record: a line, or several when a quoted field goes on over their ends. Empty lines count for nothing.
  func record(_ file: FileInputStream) throws -> ByteString? {
    while let line = try file.line() {
      if line.isEmpty { continue }
      var record = line
      while usesQuotes, record.lazy.filter({ $0 == 0x22 }).count % 2 == 1, let more = try file.line() {
        record.append(0x0a)
        record += more
      }
      return record
    }
    return nil
  }
}
