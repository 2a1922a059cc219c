import EngineBuilders
import EngineCore
import EngineEstimator
import EngineFormats
import EngineGraph
import EngineRuntime

// Graphs as serialized messages.
//
//   graph.definition(graph, add shapes?)                    -> GraphDef bytes
//   graph.import(graph, GraphDef bytes, prefix, [(name, output)] that replace nodes, names to return or None)
//                                                           -> None, or nodes and outputs
//   graph.function_names(graph)                             -> names of the graph's functions
//   graph.subgraph(GraphDef bytes, names)                   -> GraphDef bytes
//   graph.without_training_nodes(GraphDef bytes, names to keep)             -> GraphDef bytes
//   graph.frozen(session, GraphDef bytes, outputs, variables to replace or None, variables to keep or None)
//                                                           -> (GraphDef bytes, number of variables replaced)
//   graph.text(message type, bytes)                         -> text form; graph.parse_text(message type, text) -> bytes
//   file.write(path, bytes)                                 replaces a file at once
//   node.definition(node), op.definition(op type)           -> NodeDef, OpDef bytes

let graphFileFunctions: [HostFunction] = [
  HostFunction("graph.definition") { arguments in
    .bytes(try GraphCodec.graphDef(arguments.graph(0), addShapes: arguments.bool(1)).serialized())
  },
  HostFunction("graph.import") { arguments in
    let graph = try arguments.graph(0)
    let definition: GraphDefinition
    do {
      definition = try GraphDefinition(parsing: arguments.byteString(1))
    } catch var error as EngineError where error.code == .invalidArgument {
      error.kind = .value  // as TensorFlow reports a graph that makes no sense
      throw error
    }
    let inputMap = try arguments.outputsByName(3)
    let names = arguments.isNone(4) ? nil : try arguments.strings(4)
    let found = try graph.importDefinition(
      definition, prefix: arguments.string(2), inputMap: inputMap, returns: names ?? [])
    return names == nil ? .none : .list(found.map { .imported($0) })
  },
  HostFunction("graph.function_names") { arguments in .strings(try arguments.graph(0).functions.keys.sorted()) },
  HostFunction("graph.subgraph") { arguments in
    let graph = try ProtoMessage("GraphDef", parsing: arguments.byteString(0))
    return .bytes(try GraphSurgery.subgraph(graph, for: arguments.strings(1)).serialized())
  },
  HostFunction("graph.without_training_nodes") { arguments in
    let graph = try ProtoMessage("GraphDef", parsing: arguments.byteString(0))
    return .bytes(
      try GraphSurgery.removingTrainingNodes(graph, protected: Set(arguments.strings(1))).serialized())
  },
  HostFunction("graph.frozen", blocking: true) { arguments in
    let session: Session = try arguments.object(0)
    let graph = try ProtoMessage("GraphDef", parsing: arguments.byteString(1))
    let (frozen, count) = try FrozenGraph.make(
      graph, session, outputs: arguments.strings(2), replacing: arguments.isNone(3) ? nil : Set(arguments.strings(3)),
      keeping: arguments.isNone(4) ? [] : Set(arguments.strings(4)))
    return .tuple([.bytes(frozen.serialized()), .int(count)])
  },
  HostFunction("graph.text") { arguments in
    .bytes(try ProtoMessage(arguments.string(0), parsing: arguments.byteString(1)).text())
  },
  HostFunction("graph.parse_text") { arguments in
    .bytes(try ProtoMessage(arguments.string(0), parsingText: arguments.byteString(1)).serialized())
  },
  HostFunction("file.write") { arguments in
    try AtomicFile.write(arguments.string(0), arguments.byteString(1))
    return .none
  },
  HostFunction("node.definition") { arguments in
    .bytes(try GraphCodec.nodeDef(arguments.node(0)).serialized())
  },
  HostFunction("op.definition") { arguments in
    .bytes(try GraphCodec.opDef(OpRegistry.definition(named: arguments.string(0))).serialized())
  },
]

extension Value {
  static func imported(_ element: ImportedElement) -> Value {
    switch element {
    case .node(let node): .node(node)
    case .output(let output): .output(output)
    }
  }
}

extension Arguments {
  func strings(_ index: Int) throws -> [String] {
    try list(index).map { try Arguments(function: function, values: [$0]).string(0) }
  }

  /// A list of (name, output) pairs.
  func outputsByName(_ index: Int) throws -> [String: Output] {
    var result: [String: Output] = [:]
    if isNone(index) { return result }
    for pair in try list(index) {
      guard case .tuple(let items) = pair, items.count == 2 else {
        throw EngineError.type("\(function): argument \(index + 1) must be pairs of a name and a Tensor")
      }
      let reader = Arguments(function: function, values: items)
      result[try reader.string(0)] = try reader.output(1)
    }
    return result
  }
}
