import EngineCore
import EngineGraph

extension GradientContext {
  /// The gradient of one input of an einsum: another einsum, of dy and the other inputs. Axes that only this input has
  /// get every sum's gradient; broadcast axes are summed.
  func einsumGradient(_ index: Int, _ equation: EinsumEquation, _ dy: Output) throws -> Output {
    let others = node.inputs.indices.filter { $0 != index }
    let labels = equation.inputs[index]
    let available = Set(equation.output + others.flatMap { equation.inputs[$0] })
    let kept = labels.filter { available.contains($0) }
    let text = EinsumText(([equation.output] + others.map { equation.inputs[$0] }), kept)
    let operands = [dy] + others.map { node.inputs[$0] }
    var gradient = try graph.op("Einsum", arguments: [operands], attributes: ["equation": .string(text.equation)])
    let x = input(index)
    if kept.count < labels.count {
      // The missing axes come back with size 1, then all are stretched.
      for (axis, label) in labels.enumerated() where !available.contains(label) {
        gradient = try graph.op("ExpandDims", gradient, try graph.constant(scalar: Int32(truncatingIfNeeded: axis)))
      }
      let isPlain = !labels.contains { $0 < 0 }
      if isPlain { return try graph.op("BroadcastTo", gradient, try graph.shapeVector(of: x)) }
      let ones = try graph.op("OnesLike", x)
      return try graph.sumToShape(try graph.mul(gradient, ones), of: x)
    }
    let dx = labels.contains { $0 < 0 } ? try graph.sumToShape(gradient, of: x) : gradient
    try dx.setShape(x.shape)
    return dx
  }
}

/// An equation written out with a letter for each label, broadcast axes too: their sizes agree where they meet, but for
/// those of size 1.
private struct EinsumText {
  let equation: String

  init(_ inputs: [[EinsumEquation.Label]], _ output: [EinsumEquation.Label]) {
    func text(_ labels: [EinsumEquation.Label]) -> String {
      var result = ""
      var hasEllipsis = false
      for label in labels {
        if label >= 0 {
          result.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: label)))
        } else if !hasEllipsis {
          hasEllipsis = true
          result += "..."
        }
      }
      return result
    }
    equation = inputs.map(text).joined(separator: ",") + "->" + text(output)
  }
}
