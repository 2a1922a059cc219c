import EngineCore
import Synchronization

/// Closures of the host program that graphs call by token (`PyFunc` and its relatives).
public enum HostFunctionRegistry {
  public typealias Function = @Sendable ([Tensor]) throws -> [Tensor]

  private static let functions = Mutex<(next: Int, table: [String: Function])>((0, [:]))

  /// Keeps a closure and returns the token that goes into the attribute `token`.
  public static func register(_ function: @escaping Function) -> String {
    functions.withLock { state in
      let token = "pyfunc_\(state.next)"
      state.next += 1
      state.table[token] = function
      return token
    }
  }

  public static func unregister(_ token: String) { functions.withLock { $0.table[token] = nil } }

  static func function(_ token: String) -> Function? { functions.withLock { $0.table[token] } }
}
