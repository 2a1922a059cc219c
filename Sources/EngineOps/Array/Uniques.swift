import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Distinct slices along `axis` in the order of first appearance, and for each slice the number of its equal.
  static func runUnique(_ context: KernelContext, axis: Int) throws {
    let x = context.inputs[0]
    let (outer, size) = (x.shape[..<axis].reduce(1, &*), x.shape[axis])
    let inner = x.shape[(axis + 1)...].reduce(1, &*)
    var first: [Int] = []
    var numbers = [Int](repeating: 0, count: size)
    var counts: [Int] = []
    /// Gives slice n the number of its equal, or a new one.
    func note(_ n: Int, _ known: Int?) -> Int {
      if let known {
        numbers[n] = known
        counts[known] += 1
        return known
      }
      first.append(n)
      counts.append(1)
      numbers[n] = first.count - 1
      return first.count - 1
    }
    if outer == 1, inner == 1, x.dtype.isInteger, size < 1 << 30 {
      var numbering = IntegerNumbering(count: size)
      for (n, value) in try x.integers().enumerated() {
        let (number, isNew) = numbering.number(of: value)
        _ = note(n, isNew ? nil : number)
      }
    } else if outer == 1, inner == 1 {
      let keys = try elementKeys(x)
      var seen: [ElementKey: Int] = [:]
      for n in 0..<size { seen[keys[n]] = note(n, seen[keys[n]]) }
    } else {
      let keys = try elementKeys(x)
      var seen: [[ElementKey]: Int] = [:]
      for n in 0..<size {
        var slice: [ElementKey] = []
        for o in 0..<outer {
          let start = (o * size + n) * inner
          slice += keys[start..<(start + inner)]
        }
        seen[slice] = note(n, seen[slice])
      }
    }
    var shape = x.shape
    shape[axis] = first.count
    let y = try Tensor(uninitialized: x.dtype, shape: shape)
    try Kernels.gather(x, first, batch: 1, outer: outer, axisSize: size, inner: inner, into: y)
    context.setOutput(0, y)
    context.setOutput(1, try shapeVector(numbers, context.node.outputTypes[1]))
    if context.node.outputTypes.count > 2 { context.setOutput(2, try shapeVector(counts, context.node.outputTypes[2])) }
  }

  static func requireVector(_ x: Tensor, _ op: String) throws {
    guard x.rank == 1 else {
      throw EngineError.invalidArgument("\(op) expects a 1D vector, got shape \(x.bracketedShape)")
    }
  }
}
