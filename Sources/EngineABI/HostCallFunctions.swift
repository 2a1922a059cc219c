import EngineCore
import EngineGraph
import EngineOps

// Functions of the host that graphs call.
//
//   callback.register(graph, f(list of arrays) -> list of arrays) -> token, for the attribute `token` of PyFunc
//       the function is kept as long as the graph

let hostCallFunctions: [HostFunction] = [
  HostFunction("callback.register") { arguments in
    let graph = try arguments.graph(0)
    let host = try arguments.host(1)
    let token = HostFunctionRegistry.register { inputs in
      let result = try host.call([.list(inputs.map { .fetched($0) })])
      switch result {
      case .list(let items), .tuple(let items):
        return try items.map {
          guard case .tensor(let tensor) = $0 else {
            throw EngineError.type("a function called from a graph must return arrays, got \($0.kindName)")
          }
          return tensor
        }
      default: throw EngineError.type("a function called from a graph must return a list, got \(result.kindName)")
      }
    }
    let tokens = graph.attachments["callbacks"] as? CallbackTokens ?? CallbackTokens()
    tokens.append(token)
    graph.attachments["callbacks"] = tokens
    return .text(token)
  }
]

/// The callbacks of one graph, which end with it.
private final class CallbackTokens {
  private var tokens: [String] = []

  func append(_ token: String) { tokens.append(token) }

  deinit { for token in tokens { HostFunctionRegistry.unregister(token) } }
}
