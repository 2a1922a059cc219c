import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// Distinct slices along `axis` in the order of first appearance, and for each slice the number of its equal.
  static func runUnique(_ context: KernelContext, axis: Int) throws {
    let x = context.inputs[0]
    if axis == 0, try numberIntegers(context, x) { return }
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

  /// The distinct integers of a vector and the number of each element; false for other tensors and for ops that count.
  private static func numberIntegers(_ context: KernelContext, _ x: Tensor) throws -> Bool {
    guard x.rank == 1, context.node.outputTypes.count == 2, x.elementCount < 1 << 30 else { return false }
    let numbers = try context.newOutput(1, shape: x.shape)
    switch (x.dtype, numbers.dtype) {
    case (.int32, .int32): try number(context, x, numbers, Int32.self, Int32.self)
    case (.int32, .int64): try number(context, x, numbers, Int32.self, Int64.self)
    case (.int64, .int32): try number(context, x, numbers, Int64.self, Int32.self)
    case (.int64, .int64): try number(context, x, numbers, Int64.self, Int64.self)
    default: return false
    }
    return true
  }

  @inline(__always)
  private static func number<Value: TensorElement & FixedWidthInteger, Number: TensorElement & FixedWidthInteger>(
    _ context: KernelContext, _ x: Tensor, _ numbers: Tensor, _ valueType: Value.Type, _ numberType: Number.Type
  ) throws {
    let count = x.elementCount
    let distinct = try Tensor(uninitialized: x.dtype, shape: [count])
    let (values, places, found) = (x.elements(valueType), numbers.elements(numberType), distinct.elements(valueType))
    var numbering = IntegerNumbering(count: count)
    let known = numbering.number(values, count, places, found)
    let y = try Tensor(uninitialized: x.dtype, shape: [known])
    y.pointer.copyMemory(from: distinct.pointer, byteCount: y.byteCount)
    withExtendedLifetime((x, distinct)) {}
    context.setOutput(0, y)
    context.setOutput(1, numbers)
  }

  static func requireVector(_ x: Tensor, _ op: String) throws {
    guard x.rank == 1 else {
      throw EngineError.invalidArgument("\(op) expects a 1D vector, got shape \(x.bracketedShape)")
    }
  }
}
