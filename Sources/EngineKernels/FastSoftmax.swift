import EngineCore
import KernelTable

/// Kernels that handle one row after the other.
struct VectorRows<Scalar: FloatNumber> {
  let kernels: VectorKernels<Scalar>

  /// Blocks of rows of some thousand elements; `cost` is in picoseconds per element.
  private func forEachRow(_ rows: Int, _ length: Int, _ body: (Int) -> Void) {
    let rowsEach = max(1, 4096 / max(1, length))
    let cost = rowsEach * (50 + length * MemoryLayout<Scalar>.size / 3)
    ThreadPool.shared.parallelFor((rows + rowsEach - 1) / rowsEach, nanosecondsEach: cost) { job in
      for row in job * rowsEach..<min(rows, (job + 1) * rowsEach) { body(row) }
    }
  }

  func softmax(_ x: Tensor, _ y: Tensor, isLogarithmic: Bool) {
    let length = x.shape.last ?? 1
    if x.elementCount == 0 { return }
    let (source, target) = (
      x.pointer.assumingMemoryBound(to: Scalar.self), y.pointer.assumingMemoryBound(to: Scalar.self)
    )
    forEachRow(x.elementCount / length, length) {
      kernels.softmax(length, source + $0 * length, isLogarithmic, target + $0 * length)
    }
  }

  func crossEntropy(_ logits: Tensor, _ labels: Tensor, _ loss: Tensor, _ backprop: Tensor) {
    let (rows, length) = (logits.shape[0], logits.shape[1])
    let source = logits.pointer.assumingMemoryBound(to: Scalar.self)
    let wanted = labels.pointer.assumingMemoryBound(to: Scalar.self)
    let losses = loss.pointer.assumingMemoryBound(to: Scalar.self)
    let target = backprop.pointer.assumingMemoryBound(to: Scalar.self)
    forEachRow(rows, length) {
      losses[$0] =
        length == 0
        ? 0 : kernels.crossEntropy(length, source + $0 * length, wanted + $0 * length, target + $0 * length)
    }
  }

  func sparseCrossEntropy(_ logits: Tensor, _ labels: Tensor, _ loss: Tensor, _ backprop: Tensor) {
    let (rows, length) = (logits.shape[0], logits.shape[1])
    let source = logits.pointer.assumingMemoryBound(to: Scalar.self)
    let losses = loss.pointer.assumingMemoryBound(to: Scalar.self)
    let target = backprop.pointer.assumingMemoryBound(to: Scalar.self)
    let isLong = labels.dtype == .int64
    let short = labels.pointer.assumingMemoryBound(to: Int32.self)
    let long = labels.pointer.assumingMemoryBound(to: Int64.self)
    forEachRow(rows, length) { row in
      let label = isLong ? Int(truncatingIfNeeded: long[row]) : Int(short[row])
      if label >= 0 && label < length {
        losses[row] = kernels.sparseCrossEntropy(length, source + row * length, label, target + row * length)
      } else {
        losses[row] = .nan
        for i in 0..<length { target[row * length + i] = .nan }
      }
    }
  }
}
