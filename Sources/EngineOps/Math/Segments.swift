import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Combines neighbouring rows with the same number; numbers rise. Segments without rows hold `empty`.
  static func segment(
    _ name: String, _ operation: ScatterOperation, types: Set<DType>, empty: Double = 0, isMean: Bool = false,
    gradient: GradientRule
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("data", "T"), .tensor("segment_ids", "Tindices")], outputs: [.tensor("output", "T")],
      attributes: [.type("T", types), .type("Tindices", .index)],
      shape: { context in
        let (data, ids) = (context.input(0), try context.input(1, rank: 1))
        guard let dimensions = data.dimensions else { return [.unknown] }
        guard let first = dimensions.first else {
          throw EngineError.value("Shape must be at least rank 1 but is rank 0")
        }
        if let a = first, let b = ids[0], a != b {
          throw EngineError.value("Dimensions must be equal, but are \(a) and \(b)")
        }
        return [Shape([nil] + dimensions.dropFirst())]
      }, gradient: gradient,
      sample: OpSample([.init([5, 2], .uniform(0.5, 2)), .init([5], .fixed([0, 0, 1, 3, 3]), dtype: .int32)])
    ) { context in
      let (data, ids) = (context.inputs[0], context.inputs[1])
      guard ids.rank == 1, data.rank >= 1, data.shape[0] == ids.shape[0] else {
        throw EngineError.invalidArgument(
          "segment_ids should be the same size as dimension 0 of input, got \(data.bracketedShape) and \(ids.bracketedShape)"
        )
      }
      let numbers = try ids.integers()
      try checkRising(numbers)
      let segments = (numbers.last ?? -1) &+ 1
      let y = try Tensor(uninitialized: data.dtype, shape: [segments] + data.shape.dropFirst())
      try Kernels.unsortedSegment(operation, data, numbers, into: y)
      try checkRoom(for: segments, of: Double.self)
      var counts = [Double](repeating: 0, count: segments)
      for number in numbers { counts[number] += 1 }
      if isMean { try divideRows(y, by: counts) }
      let holes = counts.indices.filter { counts[$0] == 0 }
      if !holes.isEmpty, operation == .maximum || operation == .minimum {
        let fill = try Tensor(uninitialized: y.dtype, shape: [holes.count] + y.shape.dropFirst())
        try Kernels.fill(fill, with: try Tensor(scalar: empty, dtype: y.dtype))
        try Kernels.scatter(.assign, y, rows: holes, inner: y.shape.dropFirst().reduce(1, &*), fill)
      }
      context.setOutput(0, y)
    }
  }

  /// **Errors**: `InvalidArgument` for negative numbers and those that fall.
  static func checkRising(_ numbers: [Int]) throws {
    if let first = numbers.first, first < 0 {
      throw EngineError.invalidArgument("segment ids must be >= 0, got \(first)")
    }
    for (n, number) in numbers.enumerated().dropFirst() where number < numbers[n - 1] {
      throw EngineError.invalidArgument(
        "segment ids are not increasing by 1: id \(n) is \(number), after \(numbers[n - 1])")
    }
    // A number far beyond the rows would ask for memory without bound.
    if let last = numbers.last, last >= 1 << 40 { throw EngineError.invalidArgument("segment id \(last) is too large") }
  }

  /// Divides each row by its count; rows with a count of 0 stay.
  static func divideRows(_ y: Tensor, by counts: [Double]) throws {
    let divisors = try Tensor(uninitialized: y.dtype, shape: [counts.count] + [Int](repeating: 1, count: y.rank - 1))
    let narrow = try Tensor(counts.map { $0 == 0 ? 1 : $0 }, shape: divisors.shape)
    if y.dtype == .float64 {
      try Kernels.copyAll(narrow, into: divisors)
    } else {
      try Kernels.cast(narrow, into: divisors)
    }
    try Kernels.binary(y.dtype.isInteger ? .truncateDivide : .divide, y, divisors, into: y)
  }
}
