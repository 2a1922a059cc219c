import EngineCore

/// Copies the intersection of two boxes of one index space, each held by a tensor of its own.
struct SliceCopy {
  private let source: Tensor
  private let sourceStarts: [Int]
  private let target: Tensor
  private let targetStarts: [Int]

  /// The tensors' types agree, and their ranks; `starts` say where in the common space each begins.
  init(from source: Tensor, at sourceStarts: [Int], to target: Tensor, at targetStarts: [Int]) {
    self.source = source
    self.sourceStarts = sourceStarts
    self.target = target
    self.targetStarts = targetStarts
  }

  /// Returns the number of elements copied.
  func run() -> Int {
    let rank = target.rank
    let lower = (0..<rank).map { max(sourceStarts[$0], targetStarts[$0]) }
    let counts = (0..<rank).map { axis in
      let end = min(sourceStarts[axis] + source.shape[axis], targetStarts[axis] + target.shape[axis])
      return max(0, end - lower[axis])
    }
    let total = counts.reduce(1, *)
    if total == 0 { return 0 }
    let run = counts.last ?? 1
    let sourceStrides = Self.strides(source.shape)
    let targetStrides = Self.strides(target.shape)
    var position = [Int](repeating: 0, count: rank)
    for _ in 0..<total / run {
      var from = 0
      var to = 0
      for axis in 0..<rank {
        from += (lower[axis] + position[axis] - sourceStarts[axis]) * sourceStrides[axis]
        to += (lower[axis] + position[axis] - targetStarts[axis]) * targetStrides[axis]
      }
      copy(from: from, to: to, count: run)
      var axis = rank - 2  // the last axis is copied as a whole
      while axis >= 0 {
        position[axis] += 1
        if position[axis] < counts[axis] { break }
        position[axis] = 0
        axis -= 1
      }
    }
    return total
  }

  private func copy(from: Int, to: Int, count: Int) {
    if source.dtype == .string {
      for index in 0..<count { target.buffer.strings[to + index] = source.buffer.strings[from + index] }
    } else {
      let size = source.dtype.itemSize
      (target.pointer + to * size).copyMemory(from: source.pointer + from * size, byteCount: count * size)
    }
  }

  private static func strides(_ shape: [Int]) -> [Int] {
    var result = [Int](repeating: 1, count: shape.count)
    for axis in (0..<max(0, shape.count - 1)).reversed() { result[axis] = result[axis + 1] * shape[axis + 1] }
    return result
  }
}
