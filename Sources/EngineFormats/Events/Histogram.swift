import EngineCore

/// Counts of numbers in buckets whose limits grow by a tenth from one to the next.
///
/// **Numerics**: 774 positive limits from 1e-12 to below 1e20, the largest number, their negatives, and 0; a limit is
/// the exclusive upper bound of its bucket. Sums are taken in float64 in the order of the numbers.
/// **Source**: the buckets of `tf.summary.histogram`.
public struct Histogram: Sendable {
  /// The exclusive upper bounds of the buckets, ascending.
  public static let limits: [Double] = {
    var positive: [Double] = []
    var limit = 1e-12
    while limit < 1e20 {
      positive.append(limit)
      limit *= 1.1
    }
    positive.append(.greatestFiniteMagnitude)
    return positive.reversed().map { -$0 } + [0] + positive
  }()

  /// The smallest number counted; the largest there is when there is none.
  public private(set) var minimum = Double.greatestFiniteMagnitude
  /// The largest number counted; the smallest there is when there is none.
  public private(set) var maximum = -Double.greatestFiniteMagnitude
  /// How many numbers were counted.
  public private(set) var count = 0.0
  /// Their sum.
  public private(set) var sum = 0.0
  /// The sum of their squares.
  public private(set) var sumOfSquares = 0.0
  /// The count of each bucket.
  public private(set) var buckets = [Double](repeating: 0, count: Histogram.limits.count)

  /// A histogram of nothing.
  public init() {}

  /// Counts all elements of a tensor of real numbers.
  /// **Errors**: `InvalidArgument` for NaN and infinity, naming the summary, and for other types.
  public init(_ tensor: Tensor, name: String) throws {
    func addAll<Element: TensorElement>(_ type: Element.Type, _ convert: (Element) -> Double) throws {
      for element in UnsafeBufferPointer(start: tensor.elements(type), count: tensor.elementCount) {
        let value = convert(element)
        guard value.isFinite else {
          throw EngineError.invalidArgument("\(value.isNaN ? "Nan" : "Infinity") in summary histogram for: \(name)")
        }
        add(value)
      }
    }
    switch tensor.dtype {
    case .float32: try addAll(Float.self) { Double($0) }
    case .float64: try addAll(Double.self) { $0 }
    case .float16: try addAll(Half.self) { Double($0.float) }
    case .bfloat16: try addAll(BFloat16.self) { Double($0.float) }
    case .bool: try addAll(Bool.self) { $0 ? 1 : 0 }
    case .int8: try addAll(Int8.self) { Double($0) }
    case .int16: try addAll(Int16.self) { Double($0) }
    case .int32: try addAll(Int32.self) { Double($0) }
    case .int64: try addAll(Int64.self) { Double($0) }
    case .uint8: try addAll(UInt8.self) { Double($0) }
    case .uint16: try addAll(UInt16.self) { Double($0) }
    case .uint32: try addAll(UInt32.self) { Double($0) }
    case .uint64: try addAll(UInt64.self) { Double($0) }
    default:
      throw EngineError.invalidArgument("a histogram cannot be made of \(tensor.dtype) tensors (summary \(name))")
    }
  }

  /// Counts a finite number.
  public mutating func add(_ value: Double) {
    buckets[Histogram.bucket(of: value)] += 1
    minimum = Swift.min(minimum, value)
    maximum = Swift.max(maximum, value)
    count += 1
    sum += value
    sumOfSquares += value * value
  }

  /// The first bucket whose limit is above `value`; the largest number of all stays in the last bucket.
  private static func bucket(of value: Double) -> Int {
    var low = 0
    var high = limits.count - 1
    while low < high {
      let middle = (low + high) / 2
      if value < limits[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// A `HistogramProto`: the filled buckets, each run of empty ones before them as a single bucket.
  public func message() throws -> ProtoMessage {
    var limits: [ProtoValue] = []
    var counts: [ProtoValue] = []
    for index in buckets.indices {
      let isLastOfRun = index + 1 == buckets.count || buckets[index + 1] > 0
      if buckets[index] > 0 || isLastOfRun {
        limits.append(.double(Histogram.limits[index]))
        counts.append(.double(buckets[index]))
      }
    }
    var message = try ProtoMessage("HistogramProto")
    message["min"] = .double(minimum)
    message["max"] = .double(maximum)
    message["num"] = .double(count)
    message["sum"] = .double(sum)
    message["sum_squares"] = .double(sumOfSquares)
    message["bucket_limit"] = .list(limits)
    message["bucket"] = .list(counts)
    return message
  }
}
