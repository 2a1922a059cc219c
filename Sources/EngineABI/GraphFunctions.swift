import EngineCore
import EngineGraph
import EngineOps

// Functions that build and inspect graphs.
//
//   graph.new()                                            -> Graph
//   graph.add_node(graph, op, arguments, attributes, name, controls, origin) -> node
//   graph.node(graph, name), graph.output(graph, name)     -> node or None; output (KeyError, ValueError)
//   graph.node_at(graph, id)                               -> node
//   graph.count(graph)                                     -> number of nodes
//   graph.unique_name(graph, name, mark)                   -> text
//   graph.enter_scope(graph, name)                         -> (scope, previous)
//   graph.leave_scope(graph, previous)
//   graph.scope(graph)                                     -> text
//   graph.enter_controls(graph, nodes or None), graph.leave_controls(graph)
//   graph.enter_init_scope(graph)                          -> previous; graph.leave_init_scope(graph, previous)
//   graph.set_device(graph, text), graph.set_origin(graph, text or None)
//   graph.seed(graph), graph.set_seed(graph, int or None), graph.op_seeds(graph, op seed) -> (seed, seed2)
//   graph.finalize(graph), graph.unfinalize(graph), graph.is_finalized(graph)
//   graph.gradients(graph, ys, xs, grad ys, stops, zero?, name) -> list of None, output or slices
//   graph.new_body(graph)                                  -> Graph whose nodes may use the outer graph's tensors
//   graph.add_function(graph, name, body, inputs, outputs) -> captured outer outputs, in the order of the extra inputs;
//                                                             captures that stand among the inputs are no extra ones
//   graph.captures(body)                                   -> (outer output, output of the body) of what was captured
//   graph.extract_function(graph, name, outputs)           copies what the outputs need into a function without inputs
//   node.facts(node)                                       -> (name, type, origin, output dtypes, device)
//   node.inputs(node), node.controls(node), node.attribute(node, name), node.attributes(node)
//   node.add_control(node, node), node.set_device(node, text)
//   output.shape(output), output.set_shape(output, shape), output.constant_value(output)
//   op.signature(name)                                     -> dict of inputs, outputs, attributes
//   op.names()

let graphFunctions: [HostFunction] = [
  HostFunction("graph.new") { _ in .object(Graph()) },
  HostFunction("graph.add_node") { arguments in
    let graph = try arguments.graph(0)
    let op = try arguments.string(1)
    let definition = try OpRegistry.definition(named: op)
    let inputs: [[Output]] = try arguments.list(2).map { item in
      switch item {
      case .output(let output): return [output]
      case .list(let items), .tuple(let items):
        return try items.map {
          guard case .output(let output) = $0 else {
            throw EngineError.type("Op '\(op)' takes Tensors, got \($0.kindName)")
          }
          return output
        }
      default: throw EngineError.type("Op '\(op)' takes Tensors, got \(item.kindName)")
      }
    }
    var attributes: [String: AttributeValue] = [:]
    for (key, value) in try arguments.dict(3) {
      attributes[key] = try value.asAttribute(definition.attribute(named: key)?.kind, "'\(key)' of Op '\(op)'")
    }
    graph.currentOrigin = try arguments.optionalString(6)
    return .node(
      try graph.addNode(
        op, arguments: inputs, attributes: attributes, name: try arguments.optionalString(4),
        controlInputs: arguments.isNone(5) ? [] : try arguments.nodes(5)))
  },
  HostFunction("graph.node") { arguments in
    try arguments.graph(0).node(named: try arguments.string(1)).map { .node($0) } ?? .none
  },
  HostFunction("graph.output") { arguments in .output(try arguments.graph(0).output(named: try arguments.string(1))) },
  HostFunction("graph.node_at") { arguments in
    let (graph, id) = (try arguments.graph(0), try arguments.int(1))
    guard graph.nodes.indices.contains(id) else { throw EngineError.value("the graph has no node \(id)") }
    return .node(graph.nodes[id])
  },
  HostFunction("graph.count") { arguments in .int(try arguments.graph(0).version) },
  HostFunction("graph.unique_name") { arguments in
    .text(try arguments.graph(0).uniqueName(try arguments.string(1), markAsUsed: try arguments.bool(2)))
  },
  HostFunction("graph.enter_scope") { arguments in
    let (scope, previous) = try arguments.graph(0).enterNameScope(try arguments.optionalString(1))
    return .tuple([.text(scope), .text(previous)])
  },
  HostFunction("graph.leave_scope") { arguments in
    try arguments.graph(0).leaveNameScope(try arguments.string(1))
    return .none
  },
  HostFunction("graph.scope") { arguments in .text(try arguments.graph(0).nameScope) },
  HostFunction("graph.enter_controls") { arguments in
    try arguments.graph(0).enterControlDependencies(arguments.isNone(1) ? nil : try arguments.nodes(1))
    return .none
  },
  HostFunction("graph.leave_controls") { arguments in
    try arguments.graph(0).leaveControlDependencies()
    return .none
  },
  HostFunction("graph.enter_init_scope") { arguments in
    let graph = try arguments.graph(0)
    let previous = graph.nameScope
    graph.enterControlDependencies(nil)
    return .text(previous)
  },
  HostFunction("graph.leave_init_scope") { arguments in
    let graph = try arguments.graph(0)
    graph.leaveControlDependencies()
    graph.leaveNameScope(try arguments.string(1))
    return .none
  },
  HostFunction("graph.set_device") { arguments in
    try arguments.graph(0).device = try arguments.string(1)
    return .none
  },
  HostFunction("graph.set_origin") { arguments in
    try arguments.graph(0).currentOrigin = try arguments.optionalString(1)
    return .none
  },
  HostFunction("graph.seed") { arguments in try arguments.graph(0).seed.map { .int($0) } ?? .none },
  HostFunction("graph.set_seed") { arguments in
    try arguments.graph(0).seed = try arguments.optionalInt(1)
    return .none
  },
  HostFunction("graph.op_seeds") { arguments in
    let (seed, seed2) = try arguments.graph(0).randomSeeds(op: try arguments.optionalInt(1))
    return .tuple([.int(seed), .int(seed2)])
  },
  HostFunction("graph.finalize") { arguments in
    try arguments.graph(0).finalize()
    return .none
  },
  HostFunction("graph.unfinalize") { arguments in
    try arguments.graph(0).unfinalize()
    return .none
  },
  HostFunction("graph.is_finalized") { arguments in .bool(try arguments.graph(0).isFinalized) },
  HostFunction("graph.gradients") { arguments in
    let graph = try arguments.graph(0)
    let gradYs: [Output?]? =
      arguments.isNone(3)
      ? nil
      : try arguments.list(3).map { value in
        if case .output(let output) = value { return output }
        return nil
      }
    let result = try graph.gradients(
      of: try arguments.outputs(1), withRespectTo: try arguments.outputs(2), gradYs: gradYs,
      stopGradients: arguments.isNone(4) ? [] : try arguments.outputs(4),
      unconnected: try arguments.bool(5) ? .zero : .none, name: try arguments.optionalString(6) ?? "gradients")
    return .list(result.map { Value.gradient($0) })
  },
  HostFunction("graph.new_body") { arguments in
    let body = Graph()
    let outer = try arguments.graph(0)
    body.outer = outer
    body.seed = outer.seed
    return .object(body)
  },
  HostFunction("graph.add_function") { arguments in
    let body: Graph = try arguments.object(2)
    let declared = try arguments.outputs(3)
    let inputs = declared + body.captures.map(\.inner).filter { !declared.contains($0) }
    try arguments.graph(0).addFunction(
      GraphFunction(name: try arguments.string(1), body: body, inputs: inputs, outputs: try arguments.outputs(4)))
    return .list(body.captures.map { .output($0.outer) })
  },
  HostFunction("graph.captures") { arguments in
    .list(try arguments.graph(0).captures.map { .tuple([.output($0.outer), .output($0.inner)]) })
  },
  HostFunction("graph.extract_function") { arguments in
    let graph = try arguments.graph(0)
    try graph.addFunction(graph.extractFunction(named: try arguments.string(1), outputs: try arguments.outputs(2)))
    return .none
  },
  HostFunction("node.facts") { arguments in
    let node = try arguments.node(0)
    return .tuple([
      .text(node.name), .text(node.type), node.origin.map { .text($0) } ?? .none,
      .ints(node.outputTypes.map { Int($0.rawValue) }), .text(node.device),
    ])
  },
  HostFunction("node.inputs") { arguments in .list(try arguments.node(0).inputs.map { .output($0) }) },
  HostFunction("node.controls") { arguments in .list(try arguments.node(0).controlInputs.map { .node($0) }) },
  HostFunction("node.attribute") { arguments in
    let node = try arguments.node(0)
    let name = try arguments.string(1)
    guard let value = node.attributes[name] else {
      throw EngineError.value("Operation '\(node.name)' has no attr named '\(name)'.")
    }
    return .tuple([.text(value.kindName), .attribute(value)])
  },
  HostFunction("node.attributes") { arguments in .strings(try arguments.node(0).attributes.keys.sorted()) },
  HostFunction("node.add_control") { arguments in
    try arguments.node(0).addControlInput(try arguments.node(1))
    return .none
  },
  HostFunction("node.set_device") { arguments in
    try arguments.node(0).device = try arguments.string(1)
    return .none
  },
  HostFunction("output.shape") { arguments in .shape(try arguments.output(0).shape) },
  HostFunction("output.set_shape") { arguments in
    try arguments.output(0).setShape(try arguments.shape(1))
    return .none
  },
  HostFunction("output.constant_value") { arguments in
    constantValue(of: try arguments.output(0)).map { .tensor($0) } ?? .none
  },
  HostFunction("op.signature") { arguments in
    let definition = try OpRegistry.definition(named: try arguments.string(0))
    return .dict([
      ("inputs", .list(definition.inputs.map { .argument($0) })),
      ("outputs", .list(definition.outputs.map { .argument($0) })),
      (
        "attributes",
        .list(
          definition.attributes.map { attribute in
            .tuple([
              .text(attribute.name), .text(attribute.kind.rawValue),
              attribute.defaultValue.map { .attribute($0) } ?? .none,
              attribute.allowedTypes.map { .ints($0.map { Int($0.rawValue) }.sorted()) } ?? .none,
            ])
          })
      ), ("is_stateful", .bool(definition.isStateful)),
    ])
  },
  HostFunction("op.names") { _ in .strings(OpRegistry.names) },
]
