import EngineBuilders
import EngineCore
import EngineGraph
import EngineRuntime

/// The pieces that a training session is built from; what is not given gets a default in ``finalize(_:)``.
///
/// **Source**: https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/Scaffold
public final class Scaffold {
  public typealias InitFunction = (Scaffold, Session) throws -> Void

  public var initOp: Node?
  public var initFeeds: [(Output, Tensor)]
  public var initFunction: InitFunction?
  public var readyOp: Output? {
    get {
      addDeferredOps()
      return givenReadyOp
    }
    set { givenReadyOp = newValue }
  }
  public var readyForLocalInitOp: Output? {
    get {
      addDeferredOps()
      return givenReadyForLocalInitOp
    }
    set { givenReadyForLocalInitOp = newValue }
  }
  private var givenReadyOp: Output?
  private var givenReadyForLocalInitOp: Output?
  /// Whether sessions look at the variables themselves to see what is missing, where no op is given for it. The ops,
  /// which are as many as a small model's, are added when somebody asks for them.
  ///
  /// For graphs that end with their session, and that nobody writes to a file.
  var defersReadyOps = false
  private weak var deferredGraph: Graph?
  public var localInitOp: Node?
  public var localInitFeeds: [(Output, Tensor)]
  public var summaryOp: Output?
  public var saver: Saver?
  private var isFinalized = false

  public init(
    initOp: Node? = nil, initFeeds: [(Output, Tensor)] = [], initFunction: InitFunction? = nil,
    readyOp: Output? = nil, readyForLocalInitOp: Output? = nil, localInitOp: Node? = nil,
    localInitFeeds: [(Output, Tensor)] = [], summaryOp: Output? = nil, saver: Saver? = nil,
    copying source: Scaffold? = nil
  ) {
    self.initOp = initOp ?? source?.initOp
    self.initFeeds = initFeeds.isEmpty ? source?.initFeeds ?? [] : initFeeds
    self.initFunction = initFunction ?? source?.initFunction
    givenReadyOp = readyOp ?? source?.readyOp
    givenReadyForLocalInitOp = readyForLocalInitOp ?? source?.readyForLocalInitOp
    self.localInitOp = localInitOp ?? source?.localInitOp
    self.localInitFeeds = localInitFeeds.isEmpty ? source?.localInitFeeds ?? [] : localInitFeeds
    self.summaryOp = summaryOp ?? source?.summaryOp
    self.saver = saver ?? source?.saver
  }

  /// Fills in the defaults, finalizes the graph. Repeating it changes nothing.
  ///
  /// A piece that is not given is taken from the graph's collection of its name when that has one item.
  /// **Errors**: `RuntimeError` when a collection has several.
  public func finalize(_ graph: Graph) throws {
    if !isFinalized {
      initOp = try initOp ?? Scaffold.operation(GraphKeys.initOp, graph) { try Scaffold.defaultInitOp(graph) }
      if defersReadyOps {
        givenReadyOp = try givenReadyOp ?? Scaffold.single(GraphKeys.readyOp, graph)
        givenReadyForLocalInitOp =
          try givenReadyForLocalInitOp ?? Scaffold.single(GraphKeys.readyForLocalInitOp, graph)
        deferredGraph = graph
      } else {
        try addReadyOps(graph)
      }
      localInitOp =
        try localInitOp
        ?? Scaffold.operation(GraphKeys.localInitOp, graph) { try Scaffold.defaultLocalInitOp(graph) }
      summaryOp =
        try summaryOp ?? Scaffold.single(GraphKeys.summaryOp, graph)
        ?? SummaryOps.mergeAll(graph).map { merged in
          graph.addToCollection(GraphKeys.summaryOp, .output(merged))
          return merged
        }
      saver = try saver ?? Saver.fromCollection(graph) ?? Scaffold.defaultSaver(graph)
      try saver?.build(graph)
      isFinalized = true
    }
    graph.finalize()
    Logger.info("Graph was finalized.")
  }

  private func addReadyOps(_ graph: Graph) throws {
    givenReadyOp =
      try givenReadyOp ?? Scaffold.tensor(GraphKeys.readyOp, graph) { try Scaffold.readyOp(graph, nil) }
    givenReadyForLocalInitOp =
      try givenReadyForLocalInitOp
      ?? Scaffold.tensor(GraphKeys.readyForLocalInitOp, graph) {
        try Scaffold.readyOp(graph, graph.globalVariables)
      }
  }

  private func addDeferredOps() {
    guard let graph = deferredGraph else { return }
    deferredGraph = nil
    let isFinal = graph.isFinalized
    graph.unfinalize()
    defer { if isFinal { graph.finalize() } }
    // They are made of nodes that the graph knows how to add; without them, there is nothing to be had.
    try? addReadyOps(graph)
  }

  /// What says whether the model is ready: an op, or all of these variables.
  enum Readiness {
    case op(Output?)
    case variables([Variable])
  }

  /// Readiness before the local initialisation and after it. For a finalized scaffold.
  func readiness(_ graph: Graph) -> (forLocalInit: Readiness, whole: Readiness) {
    guard deferredGraph != nil else { return (.op(readyForLocalInitOp), .op(readyOp)) }
    return (
      givenReadyForLocalInitOp.map { .op($0) } ?? .variables(graph.globalVariables),
      givenReadyOp.map { .op($0) } ?? .variables(graph.globalVariables + graph.localVariables)
    )
  }

  private static func moreThanOne(_ collection: String) -> EngineError {
    EngineError.runtime(
      "More than one item in the collection \"\(collection)\". Please indicate which one to use by passing it to the "
        + "tf.Scaffold constructor as: tf.Scaffold(\(collection)=item to use)")
  }

  private static func single(_ collection: String, _ graph: Graph) throws -> Output? {
    let items = graph.collection(collection)
    if items.count > 1 { throw moreThanOne(collection) }
    if case .output(let output)? = items.first { return output }
    return nil
  }

  private static func tensor(_ collection: String, _ graph: Graph, make: () throws -> Output) throws -> Output {
    if let only = try single(collection, graph) { return only }
    let made = try make()
    graph.addToCollection(collection, .output(made))
    return made
  }

  /// A vector of the names of variables without values; `nil` stands for global and local ones.
  private static func readyOp(_ graph: Graph, _ variables: [Variable]?) throws -> Output {
    try graph.withControlDependencies(nil) {
      let missing = try graph.reportUninitializedVariables(variables)
      // Tables and iterators are made when they are first used, so none is ever missing.
      let resources = try graph.withNameScope("report_uninitialized_resources") { _ in
        try graph.constant(try Tensor(strings: [], shape: [0]), name: "Const")
      }
      return try graph.withNameScope("concat") { scope in
        let axis = try graph.constant(scalar: Int32(0), name: "axis")
        return try graph.addNode("ConcatV2", arguments: [[missing, resources], [axis]], name: scope).output()
      }
    }
  }

  private static func operation(_ collection: String, _ graph: Graph, make: () throws -> Node) throws -> Node {
    let items = graph.operations(in: collection)
    if items.count > 1 { throw moreThanOne(collection) }
    if let only = items.first { return only }
    let made = try make()
    graph.addToCollection(collection, .node(made))
    return made
  }

  private static func defaultSaver(_ graph: Graph) -> Saver {
    let saver = Saver(allowsEmpty: true, isSharded: true)
    graph.addToCollection(GraphKeys.savers, .object(saver))
    return saver
  }

  /// Gives global variables and shared resources their initial values.
  static func defaultInitOp(_ graph: Graph) throws -> Node {
    try graph.group(
      [
        try graph.globalVariablesInitializer(),
        try graph.group(graph.operations(in: GraphKeys.resources), name: "init"),
      ] + graph.operations(in: GraphKeys.savedModelInitializers), name: "group_deps")
  }

  /// Gives local variables their initial values and fills lookup tables.
  public static func defaultLocalInitOp(_ graph: Graph) throws -> Node {
    try graph.group(
      [
        try graph.localVariablesInitializer(), try graph.tablesInitializer(),
        try graph.group(graph.operations(in: GraphKeys.localResources), name: "init"),
      ], name: "group_deps")
  }
}

/// Summaries of a graph.
public enum SummaryOps {
  /// One tensor with all summaries of the collection; `nil` when there are none.
  public static func mergeAll(_ graph: Graph, collection: String = CollectionName.summaries) throws -> Output? {
    let summaries = graph.collection(collection).compactMap { item -> Output? in
      if case .output(let output) = item { return output }
      return nil
    }
    if summaries.isEmpty { return nil }
    return try graph.op("MergeSummary", arguments: [summaries], name: "Merge/MergeSummary")
  }
}
