import EngineCore

/// One element of a dataset on its way through a pipeline.
///
/// Slices of tensors travel as row numbers and are copied only once: into the batch that they end up in, or when a
/// function needs them.
public enum DatasetElement: Sendable {
  case tensors([Tensor])
  case row(TensorRows, Int)
  /// The components of several elements, one after the other (what zipping gives).
  case parts([DatasetElement])

  /// The components as tensors.
  public func tensors() throws -> [Tensor] {
    switch self {
    case .tensors(let tensors): return tensors
    case .row(let rows, let index): return try rows.row(index)
    case .parts(let parts):
      var result: [Tensor] = []
      for part in parts { result.append(contentsOf: try part.tensors()) }
      return result
    }
  }
}

/// Tensors whose rows (slices along the first axis) are a dataset's elements.
public final class TensorRows: Sendable {
  public let components: [Tensor]
  public let count: Int
  /// Elements of one row, for each component.
  let rowSizes: [Int]

  /// **Errors**: `InvalidArgument` when a component is a scalar or first dimensions differ.
  public init(_ components: [Tensor]) throws {
    guard let first = components.first, let count = first.shape.first else {
      throw EngineError.invalidArgument("All components must be at least 1-dimensional")
    }
    for (index, component) in components.enumerated() {
      guard let rows = component.shape.first else {
        throw EngineError.invalidArgument(
          "All components must be at least 1-dimensional, component \(index) is a scalar")
      }
      guard rows == count else {
        throw EngineError.invalidArgument(
          "All components must have the same size in the 0th dimension: \(count) and \(rows) for component \(index)")
      }
    }
    self.components = components
    self.count = count
    rowSizes = components.map { $0.shape.dropFirst().reduce(1, &*) }
  }

  func row(_ index: Int) throws -> [Tensor] {
    var result: [Tensor] = []
    result.reserveCapacity(components.count)
    for (component, size) in zip(components, rowSizes) {
      let shape = Array(component.shape.dropFirst())
      if component.dtype == .string {
        result.append(
          try Tensor(strings: Array(component.strings[(index * size)..<((index + 1) * size)]), shape: shape))
      } else {
        let row = try Tensor(uninitialized: component.dtype, shape: shape)
        let bytes = size * component.dtype.itemSize
        row.pointer.copyMemory(from: component.pointer + index * bytes, byteCount: bytes)
        result.append(row)
      }
    }
    return result
  }

  /// The rows of these numbers, stacked.
  func gather(_ indices: ArraySlice<Int>) throws -> [Tensor] {
    var result: [Tensor] = []
    result.reserveCapacity(components.count)
    for (component, size) in zip(components, rowSizes) {
      let shape = [indices.count] + component.shape.dropFirst()
      if component.dtype == .string {
        let source = component.strings
        var strings: [ByteString] = []
        strings.reserveCapacity(indices.count * size)
        for index in indices { strings.append(contentsOf: source[(index * size)..<((index + 1) * size)]) }
        result.append(try Tensor(strings: strings, shape: shape))
        continue
      }
      let stacked = try Tensor(uninitialized: component.dtype, shape: shape)
      let bytes = size * component.dtype.itemSize
      let (source, target) = (component.pointer, stacked.pointer)
      defer { withExtendedLifetime((component, stacked)) {} }
      switch bytes {
      case 4:
        let (from, to) = (source.assumingMemoryBound(to: UInt32.self), target.assumingMemoryBound(to: UInt32.self))
        for (place, index) in indices.enumerated() { to[place] = from[index] }
      case 8:
        let (from, to) = (source.assumingMemoryBound(to: UInt64.self), target.assumingMemoryBound(to: UInt64.self))
        for (place, index) in indices.enumerated() { to[place] = from[index] }
      default:
        for (place, index) in indices.enumerated() {
          (target + place * bytes).copyMemory(from: source + index * bytes, byteCount: bytes)
        }
      }
      result.append(stacked)
    }
    return result
  }
}

/// Stacks elements into a batch.
/// **Errors**: `InvalidArgument` when components differ in number, type or shape.
func stacked(_ elements: [DatasetElement]) throws -> [Tensor] {
  guard let first = elements.first else { return [] }
  switch first {
  case .row(let rows, _):
    var indices: [Int] = []
    indices.reserveCapacity(elements.count)
    for element in elements {
      guard case .row(let other, let index) = element, other === rows else { return try stackedTensors(elements) }
      indices.append(index)
    }
    return try rows.gather(indices[...])
  case .parts(let parts):
    var columns = [[DatasetElement]](repeating: [], count: parts.count)
    for element in elements {
      guard case .parts(let others) = element, others.count == parts.count else { return try stackedTensors(elements) }
      for (index, part) in others.enumerated() { columns[index].append(part) }
    }
    return try columns.flatMap(stacked)
  case .tensors: return try stackedTensors(elements)
  }
}

private func stackedTensors(_ elements: [DatasetElement]) throws -> [Tensor] {
  let rows = try elements.map { try $0.tensors() }
  guard let first = rows.first else { return [] }
  return try first.indices.map { component in
    let model = first[component]
    for (index, row) in rows.enumerated() {
      guard component < row.count, row[component].dtype == model.dtype else {
        throw EngineError.invalidArgument("Cannot batch elements of different types in component \(component).")
      }
      guard row[component].shape == model.shape else {
        throw EngineError.invalidArgument(
          "Cannot batch tensors with different shapes in component \(component). First element had shape "
            + "\(model.shapeText) and element \(index) had shape \(row[component].shapeText). Cannot add tensor to the batch: "
            + "number of elements does not match. Shapes are: [tensor]: \(model.shapeText), [batch]: "
            + row[component].shapeText)
      }
    }
    let shape = [rows.count] + model.shape
    if model.dtype == .string { return try Tensor(strings: rows.flatMap { $0[component].strings }, shape: shape) }
    guard model.dtype.isPlainData else {
      throw EngineError.unimplemented("Batching of \(model.dtype) elements (component \(component)) is not supported")
    }
    let result = try Tensor(uninitialized: model.dtype, shape: shape)
    let bytes = model.byteCount
    for (index, row) in rows.enumerated() {
      (result.pointer + index * bytes).copyMemory(from: row[component].pointer, byteCount: bytes)
    }
    return result
  }
}
