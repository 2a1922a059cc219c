import EngineCore
@_exported import KernelTable

/// The engine's arithmetic, on tensors whose shapes have been checked.
///
/// Callers (the ops) validate; a kernel reports only dtypes that it does not serve, and division by zero of integers.
/// Unless a comment says otherwise, the output may be the very memory of an input of the same element type and size.
/// **Numerics**: float16 and bfloat16 are storage: arithmetic happens in `Float`, rounded once. Reductions work in fixed
/// tiles, so results are the same bit for bit with any number of threads.
public enum Kernels {
  static func unsupported(_ kernel: String, _ dtype: DType) -> EngineError {
    .unimplemented("no \(kernel) kernel for \(dtype)")
  }

  /// Runs a kernel on half-precision tensors by way of `Float`: the result is rounded once.
  static func throughFloat(_ inputs: [Tensor], _ output: Tensor, _ body: ([Tensor], Tensor) throws -> Void) throws {
    let wide = try inputs.map { input in
      let copy = try Tensor(uninitialized: .float32, shape: input.shape)
      try cast(input, into: copy)
      return copy
    }
    let result = try Tensor(uninitialized: .float32, shape: output.shape)
    try body(wide, result)
    try cast(result, into: output)
  }
}
