import EngineCore

extension PlainKernels {
  package static func softmax(_ x: Tensor, into y: Tensor) throws {
    try dispatch(floating: x.dtype, "softmax", Softmax(x: x, y: y, isLogarithmic: false))
  }

  package static func logSoftmax(_ x: Tensor, into y: Tensor) throws {
    try dispatch(floating: x.dtype, "logSoftmax", Softmax(x: x, y: y, isLogarithmic: true))
  }

  package static func softmaxCrossEntropy(
    logits: Tensor, labels: Tensor, loss: Tensor, backprop: Tensor
  ) throws {
    try dispatch(
      floating: logits.dtype, "softmaxCrossEntropy",
      CrossEntropy(logits: logits, labels: labels, loss: loss, backprop: backprop))
  }

  package static func sparseSoftmaxCrossEntropy(
    logits: Tensor, labels: Tensor, loss: Tensor, backprop: Tensor
  ) throws {
    try dispatch(
      floating: logits.dtype, "sparseSoftmaxCrossEntropy",
      SparseCrossEntropy(
        logits: logits, labels: try labels.integers(), loss: loss, backprop: backprop))
  }
}

/// The maximum of a row and log Σ exp(x − maximum).
@inline(__always)
private func rowStatistics<Element: FloatElement>(
  _ row: UnsafeMutablePointer<Element>, _ length: Int
) -> (maximum: Element.Value, logSum: Double, sum: Double) {
  var maximum = Element.Value.lowest
  for i in 0..<length where row[i].value > maximum || row[i].value.isNotANumber { maximum = row[i].value }
  var sum = 0.0
  for i in 0..<length { sum += Double((row[i].value - maximum).exponential) }
  return (maximum, sum.logarithm, sum)
}

private struct Softmax: FloatLoop {
  let x: Tensor
  let y: Tensor
  let isLogarithmic: Bool

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    let length = x.shape.last ?? 1
    if x.elementCount == 0 { return }
    for row in 0..<x.elementCount / length {
      let (source, target) = (x.elements(type) + row * length, y.elements(type) + row * length)
      let (maximum, logSum, sum) = rowStatistics(source, length)
      for i in 0..<length {
        let shifted = source[i].value - maximum
        target[i] = Element(
          value: isLogarithmic
            ? Value(Double(shifted) - logSum) : Value(Double(shifted).exponential / sum))
      }
    }
  }
}

private struct CrossEntropy: FloatLoop {
  let logits: Tensor
  let labels: Tensor
  let loss: Tensor
  let backprop: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    let (rows, length) = (logits.shape[0], logits.shape[1])
    for row in 0..<rows {
      let (source, target) = (logits.elements(type) + row * length, backprop.elements(type) + row * length)
      let wanted = labels.elements(type) + row * length
      let (maximum, logSum, sum) = rowStatistics(source, length)
      var total = 0.0
      for i in 0..<length {
        let shifted = Double(source[i].value - maximum)
        let label = Double(wanted[i].value)
        total += label * (logSum - shifted)
        target[i] = Element(value: Value(shifted.exponential / sum - label))
      }
      loss.elements(type)[row] = Element(value: Value(total))
    }
  }
}

private struct SparseCrossEntropy: FloatLoop {
  let logits: Tensor
  let labels: [Int]
  let loss: Tensor
  let backprop: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    let (rows, length) = (logits.shape[0], logits.shape[1])
    for row in 0..<rows {
      let (source, target) = (logits.elements(type) + row * length, backprop.elements(type) + row * length)
      let label = labels[row]
      guard label >= 0, label < length else {
        loss.elements(type)[row] = Element(value: .nan)
        for i in 0..<length { target[i] = Element(value: .nan) }
        continue
      }
      let (maximum, logSum, sum) = rowStatistics(source, length)
      loss.elements(type)[row] = Element(value: Value(logSum - Double(source[label].value - maximum)))
      for i in 0..<length {
        let probability = Double(source[i].value - maximum).exponential / sum
        target[i] = Element(value: Value(probability - (i == label ? 1 : 0)))
      }
    }
  }
}
