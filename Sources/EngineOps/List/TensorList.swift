import EngineCore
import EngineGraph
import EngineKernels

/// What variant scalars of list ops hold: tensors of one type. It never changes; ops make new lists.
final class TensorList: Sendable {
  let dtype: DType
  /// What all elements have in common.
  let elementShape: Shape
  /// `nil` for elements that nobody has set; these count as zeros.
  let items: [Tensor?]

  init(_ dtype: DType, _ elementShape: Shape, _ items: [Tensor?]) {
    self.dtype = dtype
    self.elementShape = elementShape
    self.items = items
  }

  func tensor() throws -> Tensor { try Tensor(dtype: .variant, shape: [], buffer: Buffer(resource: self)) }

  func with(_ items: [Tensor?]) -> TensorList { TensorList(dtype, elementShape, items) }

  /// The shape of the elements, from the list's own, the op's and that of the first element which has been set.
  /// **Errors**: `InvalidArgument` when they do not fit.
  func shape(merging wanted: Shape) throws -> Shape {
    guard elementShape.isCompatible(with: wanted) else {
      throw EngineError.invalidArgument(
        "Incompatible shapes during merge: \(elementShape.bracketed) vs. \(wanted.bracketed)")
    }
    return try elementShape.merged(with: wanted)
  }

  /// An element; zeros when it has not been set and the shape is known.
  /// **Errors**: `InvalidArgument` for an index out of range, an element of another shape, or one that is not known.
  func item(_ index: Int, shape wanted: Shape) throws -> Tensor {
    guard items.indices.contains(index) else {
      throw EngineError.invalidArgument("Trying to access element \(index) in a list with \(items.count) elements.")
    }
    if let item = items[index] {
      guard wanted.isCompatible(with: item.shape) else {
        throw EngineError.invalidArgument(
          "Tried to read an element of shape \(item.bracketedShape) as \(wanted.bracketed)")
      }
      return item
    }
    var shape = try shape(merging: wanted)
    if !shape.isFullyDefined, let known = items.lazy.compactMap({ $0 }).first { shape = Shape(known: known.shape) }
    guard let known = shape.known else {
      throw EngineError.invalidArgument(
        "Trying to read an uninitialized element but element_shape is not fully defined: \(shape.bracketed) and no list element is set."
      )
    }
    return try Tensor(zeros: dtype, shape: known)
  }

  /// All elements along a new first axis.
  /// **Errors**: `InvalidArgument` for elements of several shapes, or of a shape that is not known.
  func stacked(_ chosen: [Int]? = nil, shape wanted: Shape) throws -> Tensor {
    let indices = chosen ?? Array(items.indices)
    var shape = try shape(merging: wanted)
    for index in indices where items.indices.contains(index) {
      guard let item = items[index] else { continue }
      guard shape.isCompatible(with: item.shape) else {
        throw EngineError.invalidArgument(
          "Tried to stack an element of shape \(item.bracketedShape) in a list of elements of shape \(shape.bracketed)"
        )
      }
      shape = Shape(known: item.shape)
    }
    guard let known = shape.known else {
      throw EngineError.invalidArgument(
        "Tried to stack elements of a list with non-fully-defined element_shape: \(shape.bracketed)")
    }
    let result = try Tensor(uninitialized: dtype, shape: [indices.count] + known)
    var begin = [Int](repeating: 0, count: result.rank)
    for (place, index) in indices.enumerated() {
      begin[0] = place
      try Kernels.paste(try item(index, shape: shape).reshaped([1] + known), into: result, begin: begin)
    }
    return result
  }

  /// The slices of a tensor along its first axis.
  static func slices(_ tensor: Tensor) throws -> [Tensor] {
    guard let count = tensor.shape.first else {
      throw EngineError.invalidArgument("Tensor must be at least a vector, but saw shape: []")
    }
    let shape = Array(tensor.shape.dropFirst())
    var begin = [Int](repeating: 0, count: tensor.rank)
    return try (0..<count).map { index in
      begin[0] = index
      let part = try Tensor(uninitialized: tensor.dtype, shape: [1] + shape)
      try Kernels.slice(tensor, begin: begin, into: part)
      return try part.reshaped(shape)
    }
  }

  /// The sums of the elements of lists of equal length.
  static func sum(_ lists: [TensorList]) throws -> TensorList {
    guard let first = lists.first else { throw EngineError.invalidArgument("no lists to add") }
    var items = first.items
    for list in lists.dropFirst() {
      guard list.items.count == items.count else {
        throw EngineError.invalidArgument(
          "Trying to add two lists of tensors of different lengths. One is \(items.count) and other is \(list.items.count)"
        )
      }
      guard list.dtype == first.dtype else {
        throw EngineError.invalidArgument("Trying to add two lists of \(first.dtype) and \(list.dtype)")
      }
      for (index, item) in list.items.enumerated() {
        guard let item else { continue }
        guard let known = items[index] else {
          items[index] = item
          continue
        }
        guard known.shape == item.shape else {
          throw EngineError.invalidArgument(
            "Trying to add list elements of shapes \(known.bracketedShape) and \(item.bracketedShape)")
        }
        let sum = try Tensor(uninitialized: first.dtype, shape: item.shape)
        try Kernels.addN([known, item], into: sum)
        items[index] = sum
      }
    }
    return first.with(items)
  }

  /// A list of as many zeros: of elements that stay unset where the common shape says enough.
  func zeros() throws -> TensorList {
    if elementShape.isFullyDefined { return with([Tensor?](repeating: nil, count: items.count)) }
    return with(try items.map { item in try item.map { try Tensor(zeros: $0.dtype, shape: $0.shape) } })
  }
}

extension Tensor {
  /// The list that a variant scalar stands for.
  /// **Errors**: `InvalidArgument` for any other tensor.
  func asTensorList() throws -> TensorList {
    guard let list = buffer.resource as? TensorList else {
      throw EngineError.invalidArgument(
        "Input handle is not a list. Saw: \(dtype) of shape \(Shape(known: shape).bracketed)")
    }
    return list
  }

  /// A shape as a vector; a scalar -1 for one of unknown rank.
  func asElementShape() throws -> Shape {
    let numbers = try integers()
    if rank == 0 {
      guard numbers == [-1] else {
        throw EngineError.invalidArgument("The only valid scalar shape tensor is the fully unknown shape, -1.")
      }
      return .unknown
    }
    return Shape(
      try numbers.map { number in
        guard number >= -1 else {
          throw EngineError.invalidArgument("Dimension \(number) of an element shape must be >= -1")
        }
        return number == -1 ? nil : number
      })
  }
}

extension Shape {
  /// The opposite of ``Tensor/asElementShape()``.
  func asVector(_ dtype: DType) throws -> Tensor {
    let numbers = dimensions.map { $0.map { $0 ?? -1 } }
    if dtype == .int64 {
      return try numbers.map { try Tensor($0.map { Int64($0) }, shape: [$0.count]) } ?? Tensor(scalar: Int64(-1))
    }
    return try numbers.map { try Tensor($0.map { Int32(truncatingIfNeeded: $0) }, shape: [$0.count]) }
      ?? Tensor(scalar: Int32(-1))
  }
}

extension KernelContext {
  func list(_ index: Int = 0) throws -> TensorList { try inputs[index].asTensorList() }

  /// The list input, after checking that it holds what the node says.
  func list(of attribute: String) throws -> TensorList {
    let (list, dtype) = (try list(), node.dtype(attribute))
    guard list.dtype == dtype else {
      throw EngineError.invalidArgument("Invalid data types; op elements \(dtype) but list elements \(list.dtype)")
    }
    return list
  }
}

extension ShapeContext {
  /// An element shape given by an input, as far as it is known.
  func elementShape(_ index: Int) throws -> Shape {
    if let value = constant(index) { return try value.asElementShape() }
    return input(index).rank == 0 ? .unknown : try shape(fromInput: index)
  }
}

extension GradientContext {
  /// Whether the elements are numbers that gradients flow to.
  var elementsAreDifferentiable: Bool {
    let dtype = node.dtype("element_dtype")
    return dtype.isFloating || dtype.isComplex
  }
}

extension Graph {
  /// The shape of the slices of `x` along its first axis, as a vector.
  func sliceShape(of x: Output) throws -> Output {
    if let known = x.shape.known { return try constant(known.dropFirst().map { Int32(truncatingIfNeeded: $0) }) }
    let one = try constant([Int32(1)])
    return try op("StridedSlice", try shapeVector(of: x), one, one, one, attributes: ["end_mask": .int(1)])
  }
}
