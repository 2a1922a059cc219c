import EngineCore
import EngineGraph

/// Rows of embedding tables.
public enum Embedding {
  /// How ids are spread over the parts of a table.
  public enum Strategy: String, Sendable {
    /// Id i is row `i / parts` of part `i % parts`.
    case mod
    /// Parts hold consecutive ids.
    case div
  }

  /// The parts of a table.
  public static func parts(of result: VariableResult) -> [Operand] {
    switch result {
    case .single(let variable): [.variable(variable)]
    case .partitioned(let parts): parts.parts.map { .variable($0) }
    }
  }

  /// The rows of `ids`.
  ///
  /// - Parameter maximumNorm: rows with a larger norm are scaled down to it.
  /// **Shapes**: result `ids.shape + row shape`
  /// **Errors**: `ValueError` for no table.
  public static func lookup(
    _ tables: [Operand], _ ids: Output, strategy: Strategy = .mod, maximumNorm: Double? = nil, name: String? = nil
  ) throws -> Output {
    guard let first = tables.first else { throw EngineError.value("Argument `params` must not be empty or None.") }
    let graph = ids.graph
    return try graph.withNameScope(name ?? "embedding_lookup") { scope in
      if tables.count == 1 {
        let rows = try gather(first, ids, name: scope, graph)
        let clipped = try clip(rows, ids, maximumNorm)
        return try graph.addNode("Identity", [clipped]).output()
      }
      return try lookupParts(tables, ids, strategy, maximumNorm, scope, graph)
    }
  }

  private static func gather(_ table: Operand, _ ids: Output, name: String, _ graph: Graph) throws -> Output {
    if case .variable(let variable) = table { return try variable.gather(ids, name: name) }
    return try graph.withNameScope(name) { scope in
      let axis = try graph.constant(scalar: Int32(0), name: "axis")
      return try graph.addNode("GatherV2", [try graph.tensor(table), ids, axis], name: scope).output()
    }
  }

  private static func clip(_ rows: Output, _ ids: Output, _ maximumNorm: Double?) throws -> Output {
    guard let maximumNorm else { return rows }
    let idRank = ids.shape.rank ?? 1
    let rank = rows.shape.rank ?? idRank + 1
    return try Clipping.byNorm(rows, .number(maximumNorm), axes: Array(min(idRank, rank)..<rank))
  }

  private static func lookupParts(
    _ tables: [Operand], _ ids: Output, _ strategy: Strategy, _ maximumNorm: Double?, _ scope: String, _ graph: Graph
  ) throws -> Output {
    let flat = try graph.reshape(ids, [-1])
    let positions = try graph.range(try graph.size(flat))
    let count = Double(tables.count)
    var part: Output
    let local: Output
    switch strategy {
    case .mod:
      part = try graph.apply("FloorMod", as: "mod", .tensor(flat), .number(count))
      local = try graph.apply("FloorDiv", as: "floordiv", .tensor(flat), .number(count))
    case .div:
      // The first `extra` parts hold one id more.
      var rows = 0
      for table in tables {
        guard let size = table.shape[0] else {
          throw EngineError.value("the parts of an embedding table must have a known number of rows")
        }
        rows += size
      }
      let total = try graph.constant(Tensor(scalar: Double(rows), dtype: flat.dtype))
      let each = try graph.apply("FloorDiv", as: "floordiv", .tensor(total), .number(count))
      let extra = try graph.apply("FloorMod", as: "mod", .tensor(total), .number(count))
      func wider() throws -> Operand { .tensor(try graph.add(.tensor(each), 1)) }
      func rest() throws -> Operand { .tensor(try graph.subtract(.tensor(flat), .tensor(extra))) }
      let byWide = try graph.apply("FloorDiv", as: "floordiv", .tensor(flat), try wider())
      let byNarrow = try graph.apply("FloorDiv", as: "floordiv", try rest(), .tensor(each))
      part = try graph.op("Maximum", byWide, byNarrow)
      let isWide = try graph.op("Less", part, extra)
      let inWide = try graph.apply("FloorMod", as: "mod", .tensor(flat), try wider())
      let inNarrow = try graph.apply("FloorMod", as: "mod", try rest(), .tensor(each))
      local = try graph.select(isWide, inWide, inNarrow)
    }
    part = try graph.cast(part, to: .int32)
    let attributes: [String: AttributeValue] = ["num_partitions": .int(tables.count)]
    let ownIds = try graph.addNode("DynamicPartition", [local, part], attributes: attributes)
    let ownPositions = try graph.addNode("DynamicPartition", [positions, part], attributes: attributes)
    let rows = try tables.enumerated().map { index, table in
      try gather(table, ownIds.output(index), name: "Gather", graph)
    }
    let stitched = try graph.addNode(
      "ParallelDynamicStitch", arguments: [ownPositions.outputs, rows], name: scope
    ).output()
    let rowShape = tables[0].shape.removing(axis: 0)
    guard let known = rowShape.known else {
      throw EngineError.value("the rows of an embedding table must have a known shape")
    }
    let outer = try graph.shapeVector(ids)
    let shape = try graph.concatenate([.tensor(outer), .integers(known)], axis: 0)
    let result = try graph.addNode("Reshape", [stitched, shape]).output()
    try result.setShape(ids.shape.concatenated(with: rowShape))
    return try clip(result, ids, maximumNorm)
  }
}
