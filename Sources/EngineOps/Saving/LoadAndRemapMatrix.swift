import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// Reads a matrix from a checkpoint with its rows and columns in another order; cells without a counterpart take the
  /// values of a list, row by row.
  ///
  /// **Shapes**: `row_remapping: [num_rows]`, `col_remapping: [num_cols]` or empty for the columns as they are,
  /// `initializing_values`: one for each cell without a counterpart.
  /// **Errors**: `NotFound` without such a tensor; `InvalidArgument` for a tensor that is no float matrix, for
  /// remappings that do not fit or have a row twice, and for a wrong number of values.
  static let loadAndRemapMatrix = OpDefinition(
    "LoadAndRemapMatrix",
    inputs: [
      .tensor("ckpt_path", .string), .tensor("old_tensor_name", .string), .tensor("row_remapping", .int64),
      .tensor("col_remapping", .int64), .tensor("initializing_values", .float32),
    ],
    outputs: [.tensor("output_matrix", .float32)],
    attributes: [.int("num_rows"), .int("num_cols"), .int("max_rows_in_memory", -1)], isStateful: true,
    shape: { context in [Shape(known: [max(0, context.node.int("num_rows")), max(0, context.node.int("num_cols"))])] },
    gradient: .none
  ) { context in
    let (rowCount, columnCount) = (context.node.int("num_rows"), context.node.int("num_cols"))
    guard rowCount >= 0, columnCount >= 0 else {
      throw EngineError.invalidArgument("num_rows and num_cols must not be negative, got \(rowCount), \(columnCount)")
    }
    let rows = try context.inputs[2].integers()
    let columns = try context.inputs[3].integers()
    guard rows.count == rowCount else {
      throw EngineError.invalidArgument("Size of row_remapping is \(rows.count) intead of num_rows \(rowCount)")
    }
    guard columns.isEmpty || columns.count == columnCount else {
      throw EngineError.invalidArgument(
        "Provided col_remapping, but its size is \(columns.count) instead of being num_cols \(columnCount)")
    }
    let name = try context.scalarText(1)
    let old = try TensorBundleReader(prefix: context.scalarText(0)).read(name)
    guard old.dtype == .float32, old.rank == 2 else {
      throw EngineError.invalidArgument(
        "Old tensor \(name) must be a matrix of floats, got \(old.dtype) of shape \(old.shapeText)")
    }
    let (oldRows, oldColumns) = (old.shape[0], old.shape[1])
    try checkPlaces(rows, oldRows, "row_remapping")
    try checkPlaces(columns, oldColumns, "col_remapping")
    guard !columns.isEmpty || columnCount == oldColumns || rowCount == 0 else {
      throw EngineError.invalidArgument("Old tensor \(name) has \(oldColumns) columns instead of \(columnCount)")
    }
    let missing = rows.reduce(0) { count, row in
      count + (row < 0 ? columnCount : columns.count { $0 < 0 })
    }
    let filler = context.inputs[4]
    guard filler.elementCount == missing else {
      throw EngineError.invalidArgument(
        "initializing_values contained \(filler.elementCount) elements, but \(missing) are needed")
    }
    let result = try Tensor(uninitialized: .float32, shape: [rowCount, columnCount])
    withExtendedLifetime((old, filler, result)) {
      let source = old.elements(Float.self)
      let fill = filler.elements(Float.self)
      let target = result.elements(Float.self)
      var (written, used) = (0, 0)
      for row in rows {
        for column in 0..<columnCount {
          let place = columns.isEmpty ? column : columns[column]
          if row >= 0 && place >= 0 {
            target[written] = source[row * oldColumns + place]
          } else {
            target[written] = fill[used]
            used += 1
          }
          written += 1
        }
      }
    }
    context.setOutput(0, result)
  }

  private static func checkPlaces(_ places: [Int], _ limit: Int, _ name: String) throws {
    var seen = Set<Int>()
    for place in places where place >= 0 {
      guard place < limit else {
        throw EngineError.invalidArgument("\(name) has \(place), but the old tensor ends at \(limit)")
      }
      guard seen.insert(place).inserted else {
        throw EngineError.invalidArgument("\(name) has \(place) twice")
      }
    }
  }
}
