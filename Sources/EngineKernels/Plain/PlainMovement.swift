import EngineCore

/// Sixteen bytes that are moved as one element.
private struct Wide: BitwiseCopyable {
  var low: UInt64
  var high: UInt64
}

extension PlainKernels {
  package static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor, into z: Tensor) throws {
    guard condition.dtype == .bool else { throw Kernels.unsupported("select by", condition.dtype) }
    let plan = BroadcastPlan(output: z.shape, inputs: [condition.shape, a.shape, b.shape])
    if z.elementCount == 0 { return }
    if z.dtype == .string {
      let (left, right) = (a.strings, b.strings)
      var result: [ByteString] = []
      result.reserveCapacity(z.elementCount)
      walk(plan, condition) { chosen, l, r, _ in result.append(chosen ? left[l] : right[r]) }
      z.buffer.strings = result
      return
    }
    func move<Element: BitwiseCopyable>(_ type: Element.Type) {
      let left = a.pointer.assumingMemoryBound(to: type)
      let right = b.pointer.assumingMemoryBound(to: type)
      let target = z.pointer.assumingMemoryBound(to: type)
      walk(plan, condition) { chosen, l, r, index in target[index] = chosen ? left[l] : right[r] }
    }
    switch z.dtype.itemSize {
    case 1: move(UInt8.self)
    case 2: move(UInt16.self)
    case 4: move(UInt32.self)
    case 8: move(UInt64.self)
    case 16: move(Wide.self)
    default: throw Kernels.unsupported("select", z.dtype)
    }
  }

  @inline(__always)
  private static func walk(
    _ plan: BroadcastPlan, _ condition: Tensor, _ body: (_ chosen: Bool, _ a: Int, _ b: Int, _ index: Int) -> Void
  ) {
    let flags = condition.elements(UInt8.self)
    let (flagStep, leftStep, rightStep) = (plan.step(0), plan.step(1), plan.step(2))
    var index = 0
    for row in 0..<plan.rowCount {
      let (flag, left, right) = (plan.offset(0, row: row), plan.offset(1, row: row), plan.offset(2, row: row))
      for i in 0..<plan.rowLength {
        body(flags[flag + i * flagStep] != 0, left + i * leftStep, right + i * rightStep, index)
        index += 1
      }
    }
  }

  package static func fill(_ y: Tensor, with x: Tensor) throws {
    let count = y.elementCount
    func spread<Element: BitwiseCopyable>(_ type: Element.Type) {
      let value = x.pointer.assumingMemoryBound(to: type)[0]
      let target = y.pointer.assumingMemoryBound(to: type)
      for i in 0..<count { target[i] = value }
    }
    switch y.dtype {
    case .string:
      // In place: a second array might not fit.
      let filler = x.strings[0]
      for index in y.buffer.strings.indices { y.buffer.strings[index] = filler }
    case .resource, .variant: throw Kernels.unsupported("fill", y.dtype)
    default:
      switch y.dtype.itemSize {
      case 1: spread(UInt8.self)
      case 2: spread(UInt16.self)
      case 4: spread(UInt32.self)
      case 8: spread(UInt64.self)
      default: spread(Wide.self)
      }
    }
  }
}
