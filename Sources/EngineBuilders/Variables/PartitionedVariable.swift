import EngineCore
import EngineGraph

/// A part's place in the variable being partitioned, for initializers that scale by the whole.
public struct PartitionInfo: Sendable {
  public let fullShape: [Int]
  public let offset: [Int]
}

/// A variable cut into parts along one axis.
public final class PartitionedVariable: @unchecked Sendable {
  private weak var owner: Graph?
  /// The graph of the parts.
  public var graph: Graph { owner ?? parts.first?.graph ?? Graph() }
  public let name: String
  public let shape: [Int]
  public let dtype: DType
  public let parts: [Variable]
  /// Parts along each axis.
  public let partitions: [Int]
  private var whole: Output?

  init(graph: Graph, name: String, shape: [Int], dtype: DType, parts: [Variable], partitions: [Int]) {
    owner = graph
    self.name = name
    self.shape = shape
    self.dtype = dtype
    self.parts = parts
    self.partitions = partitions
  }

  /// The axis that is cut; 0 when there is one part only.
  public var axis: Int { partitions.firstIndex { $0 > 1 } ?? 0 }

  /// The parts joined, made once.
  public func concatenated() throws -> Output {
    if let whole { return whole }
    let previous = try graph.enterNameScope(nil).previous
    defer { graph.leaveNameScope(previous) }
    let joined: Output
    if parts.count == 1, let only = parts.first {
      joined = try graph.withNameScope(name) { scope in
        try graph.addNode("Identity", [try only.value()], name: scope).output()
      }
    } else {
      joined = try graph.withNameScope("\(name)/ConcatPartitions/") { _ in
        try graph.withNameScope("concat") { scope in
          let values = try parts.map { try $0.value() }
          let axis = try graph.constant(scalar: Int32(truncatingIfNeeded: axis), name: "axis")
          return try graph.addNode("ConcatV2", arguments: [values, [axis]], name: scope).output()
        }
      }
      let scoped = try graph.addNode("Identity", [joined], name: "\(name)").output()
      whole = scoped
      return scoped
    }
    whole = joined
    return joined
  }
}

extension VariableStore {
  func getPartitioned(_ request: VariableRequest, in graph: Graph) throws -> PartitionedVariable {
    let name = request.name
    let shape: Shape? = request.shape
    let partitions = try request.partitioner.map { partitioner in
      guard let shape, shape.isFullyDefined else {
        throw EngineError.value(
          "Shape of a new partitioned variable must be fully defined, but instead was \(shape ?? .unknown).")
      }
      return try checked(try partitioner(shape, request.dtype ?? .float32), shape)
    }
    if let found = partitioned[name] {
      if request.reuse == .never || request.reuse == nil {
        throw EngineError.value(
          "Partitioned variable with name \(name) already exists. Did you mean to set reuse=True or "
            + "reuse=tf.AUTO_REUSE in VarScope?")
      }
      if let shape, !shape.isCompatible(with: found.shape) {
        throw EngineError.value(
          "Trying to reuse partitioned variable \(name), but specified shape \(shape) and found shape "
            + "\(Shape(known: found.shape)).")
      }
      if let dtype = request.dtype, dtype != found.dtype {
        throw EngineError.value(
          "Trying to reuse partitioned variable \(name), but specified dtype \(dtype) and found dtype \(found.dtype).")
      }
      if let partitions, partitions != found.partitions {
        throw EngineError.value(
          "Trying to reuse partitioned variable \(name), but specified partitions \(partitions) and found partitions "
            + "\(found.partitions).")
      }
      return found
    }
    if variables[name] != nil {
      throw EngineError.value(
        "A partitioner was provided, but an unpartitioned version of the variable was found: \(name).  Perhaps a "
          + "variable of the same name was already created without partitioning?")
    }
    if request.reuse == .always {
      throw EngineError.value(
        "PartitionedVariable \(name) does not exist, or was not created with tf.get_variable(). Did you mean to set "
          + "reuse=False or reuse=tf.AUTO_REUSE in VarScope?")
    }
    guard let full = shape?.known, let partitions else {
      throw EngineError.value(
        "Shape of a new partitioned variable must be fully defined, but instead was \(shape ?? .unknown).")
    }
    guard request.initialValue == nil else {
      throw EngineError.value("a partitioned variable cannot be initialized from a constant; pass an initializer")
    }
    let made = try makeParts(request, full, partitions, in: graph)
    partitioned[name] = made
    return made
  }

  private func checked(_ partitions: [Int], _ shape: Shape) throws -> [Int] {
    guard partitions.count == shape.rank else {
      throw EngineError.value(
        "Partitioner returned a partition list that does not match the Variable's rank: \(partitions) vs. \(shape)")
    }
    guard partitions.allSatisfy({ $0 >= 1 }) else {
      throw EngineError.value("Partitioner returned zero partitions for some axes: \(partitions)")
    }
    guard partitions.filter({ $0 > 1 }).count <= 1 else {
      throw EngineError.value(
        "Can only slice a variable along one dimension: shape: \(shape), partitioning: \(partitions)")
    }
    return partitions
  }

  private func makeParts(_ request: VariableRequest, _ full: [Int], _ given: [Int], in graph: Graph) throws
    -> PartitionedVariable
  {
    var partitions = given
    let axis = partitions.firstIndex { $0 > 1 } ?? 0
    // Axes shorter than the number of parts give one part for each row.
    if full.indices.contains(axis), partitions[axis] > max(full[axis], 1) { partitions[axis] = max(full[axis], 1) }
    let count = partitions.indices.contains(axis) ? partitions[axis] : 1
    var parts: [Variable] = []
    var offset = [Int](repeating: 0, count: full.count)
    for index in 0..<count {
      var shape = full
      // The first parts take the remainder.
      shape[axis] = full[axis] / count + (index < full[axis] % count ? 1 : 0)
      var part = request
      part.name = "\(request.name)/part_\(index)"
      part.shape = Shape(known: shape)
      part.partitioner = nil
      let variable = try getSingle(part, partition: PartitionInfo(fullShape: full, offset: offset), in: graph)
      variable.saveSliceInfo = SaveSliceInfo(fullName: request.name, fullShape: full, offset: offset, shape: shape)
      parts.append(variable)
      offset[axis] += shape[axis]
    }
    return PartitionedVariable(
      graph: graph, name: request.name, shape: full, dtype: request.dtype ?? .float32, parts: parts,
      partitions: given)
  }
}

/// The partitioners of `tf.compat.v1`.
public enum Partitioners {
  /// A fixed number of parts along one axis.
  public static func fixedSize(_ count: Int, axis: Int = 0) -> Partitioner {
    { shape, _ in
      var result = [Int](repeating: 1, count: shape.rank ?? 0)
      guard result.indices.contains(axis) else {
        throw EngineError.value("Cannot partition axis \(axis) of a variable of shape \(shape)")
      }
      if let size = shape[axis] { result[axis] = min(size, count) }
      return result
    }
  }

  /// As few parts as keep each below `maxShardBytes`.
  public static func variableAxisSize(
    maxShardBytes: Int, axis: Int = 0, bytesPerString: Int = 16, maxShards: Int? = nil
  ) throws -> Partitioner {
    guard maxShardBytes >= 1, bytesPerString >= 1 else {
      throw EngineError.value("Both max_shard_bytes and bytes_per_string_element must be positive.")
    }
    if let maxShards, maxShards < 1 { throw EngineError.value("max_shards must be positive.") }
    return { shape, dtype in
      let sizes = try known(shape, axis)
      let itemSize = dtype == .string ? bytesPerString : dtype.itemSize
      let rowBytes = max(
        1, sizes.enumerated().reduce(itemSize) { $1.offset == axis ? $0 : $0.clampedProduct($1.element) })
      let rowsPerShard = max(1, maxShardBytes / rowBytes)
      var parts = max(1, sizes[axis].clampedSum(rowsPerShard - 1) / rowsPerShard)
      if let maxShards { parts = min(parts, maxShards) }
      var result = [Int](repeating: 1, count: sizes.count)
      result[axis] = parts
      return result
    }
  }

  /// At most `maxPartitions` parts, each of at least `minSliceSize` bytes.
  public static func minMax(
    maxPartitions: Int = 1, axis: Int = 0, minSliceSize: Int = 256 << 10, bytesPerString: Int = 16
  ) -> Partitioner {
    { shape, dtype in
      let sizes = try known(shape, axis)
      let total = sizes.reduce(dtype == .string ? bytesPerString : dtype.itemSize) { $0.clampedProduct($1) }
      var result = [Int](repeating: 1, count: sizes.count)
      let wanted = total.clampedSum(max(minSliceSize, 1) - 1) / max(minSliceSize, 1)
      result[axis] = max(1, min(sizes[axis], min(maxPartitions, wanted)))
      return result
    }
  }

  private static func known(_ shape: Shape, _ axis: Int) throws -> [Int] {
    guard let sizes = shape.known, sizes.indices.contains(axis) else {
      throw EngineError.value("The shape is not fully defined: \(shape)")
    }
    return sizes
  }
}
