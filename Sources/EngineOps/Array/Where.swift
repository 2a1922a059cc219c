import EngineCore
import EngineGraph
import EngineKernels

extension OpDefinition {
  /// The positions of elements that are true (or not 0), in row-major order: `[count, rank]`.
  static let `where` = OpDefinition(
    "Where", inputs: [.tensor("input", "T")], outputs: [.tensor("index", .int64)],
    attributes: [.type("T", Set<DType>.numeric.union([.bool]), default: .bool)],
    shape: { [[nil, $0.input(0).rank]] }, gradient: .none, sample: OpSample([.init([2, 3], .booleans)])
  ) { context in
    let x = context.inputs[0]
    let flags: Tensor
    if x.dtype == .bool {
      flags = x
    } else {
      flags = try Tensor(uninitialized: .bool, shape: x.shape)
      try Kernels.compare(.notEqual, x, try Tensor(scalar: 0, dtype: x.dtype), into: flags)
    }
    let buffer = UnsafeBufferPointer(start: flags.elements(Bool.self), count: x.elementCount)
    let count = buffer.reduce(0) { $0 + ($1 ? 1 : 0) }
    let y = try Tensor(uninitialized: .int64, shape: [count, x.rank])
    let positions = y.elements(Int64.self)
    var row = 0
    for (index, flag) in buffer.enumerated() where flag {
      var rest = index
      for axis in x.shape.indices.reversed() {
        positions[row * x.rank + axis] = Int64(rest % x.shape[axis])
        rest /= x.shape[axis]
      }
      row += 1
    }
    context.setOutput(0, y)
  }
}
