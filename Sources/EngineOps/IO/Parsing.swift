import EngineCore
import EngineGraph

extension Set<DType> {
  /// The types that features have.
  static let features: Set<DType> = [.float32, .int64, .string]
}

extension Node {
  func strings(_ name: String) -> [ByteString] {
    if case .strings(let values)? = attributes[name] { return values }
    return []
  }
}

extension AttributeDefinition {
  static func featureTypes(_ name: String, _ value: [DType]? = nil) -> AttributeDefinition {
    .init(name, .types, default: value.map { .types($0) }, types: .features)
  }
}

extension ShapeContext {
  /// The shapes of a sparse tensor's parts, one part after the other for `count` tensors.
  func sparseParts(count: Int, rank: Int?) -> [Shape] {
    [Shape](repeating: [nil, rank], count: count) + [Shape](repeating: .vector(nil), count: count)
      + [Shape](repeating: .vector(rank), count: count)
  }
}

extension KernelContext {
  /// Sets `count` sparse outputs from output `first` on: all indices, then all values, then all shapes.
  func setSparseOutputs(_ first: Int, count: Int, _ make: (Int) throws -> (Tensor, Tensor, Tensor)) throws {
    for number in 0..<count {
      let (indices, values, shape) = try make(number)
      setOutput(first + number, indices)
      setOutput(first + count + number, values)
      setOutput(first + 2 * count + number, shape)
    }
  }

  /// The elements of a vector of strings; several scalars, as older ops take keys, count as one vector.
  func keys(_ inputs: Range<Int>) -> [ByteString] { inputs.flatMap { self.inputs[$0].strings } }

  /// Dense features by keys and the op's attributes; `defaults` is the first input with a default value.
  func denseFeatures(_ keys: [ByteString], types: [DType], shapes: [Shape], defaults: Int?) throws -> [DenseFeature] {
    guard keys.count == types.count, shapes.count == types.count else {
      throw EngineError.invalidArgument(
        "Expected as many dense keys and shapes as dense types: \(keys.count) keys, \(shapes.count) shapes, "
          + "\(types.count) types")
    }
    return try keys.indices.map { number in
      try DenseFeature(
        keys[number], types[number], shapes[number], defaultValue: defaults.map { inputs[$0 + number] }, number: number)
    }
  }

  /// The work of the ops for plain examples. Outputs are those of `ParseExample`.
  func parseExamples(
    _ serialized: Tensor, names: Tensor?, sparseKeys: [ByteString], denseKeys: [ByteString], defaults: Int
  ) throws {
    guard serialized.rank <= 1 else {
      throw EngineError.invalidArgument(
        "Expected serialized to be a scalar or vector, got shape: \(serialized.bracketedShape)")
    }
    if let names, names.elementCount > 0, names.shape != serialized.shape {
      throw EngineError.invalidArgument(
        "Expected names have the same shape as serialized: name.shape=\(names.bracketedShape), "
          + "serialized.shape=\(serialized.bracketedShape)")
    }
    let sparseTypes = node.types("sparse_types")
    guard sparseKeys.count == sparseTypes.count else {
      throw EngineError.invalidArgument(
        "Expected len(sparse_keys) == len(sparse_types): \(sparseKeys.count) vs. \(sparseTypes.count)")
    }
    let dense = try denseFeatures(
      denseKeys, types: node.types("Tdense"), shapes: node.shapes("dense_shapes"), defaults: defaults)
    let columns = FeatureColumns(
      index: try FeatureIndex(serialized.strings, keys: denseKeys + sparseKeys), names: names?.strings ?? [],
      isSingle: serialized.rank == 0)
    for (number, feature) in dense.enumerated() {
      setOutput(3 * sparseKeys.count + number, try columns.dense(number, feature))
    }
    try setSparseOutputs(0, count: sparseKeys.count) { number in
      try columns.sparse(dense.count + number, sparseKeys[number], sparseTypes[number])
    }
  }
}
