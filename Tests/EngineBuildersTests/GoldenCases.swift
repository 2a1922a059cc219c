import EngineCore
import EngineGraph
import Testing

@testable import EngineBuilders

/// Graphs built node by node as TensorFlow builds them; `Fixtures/builders/make_nodes.py` has the same models in Python.
@Suite struct GoldenCases {
  @Test func variables() throws {
    try Goldens.check("variables") { graph in
      _ = try graph.variable(.init("w", shape: [2, 3]))
      try graph.withVariableScope(.name("s"), .init(initializer: ConstantInitializer(2))) { _ in
        _ = try graph.variable(.init("u", shape: [2]))
        _ = try graph.variable(.init("c", initialValue: .tensor(Tensor([Float(1), 2], shape: [2]))))
        _ = try graph.variable(.init("z", shape: [2], dtype: .int32, initializer: Zeros()))
      }
      let v = try Variable(in: graph, name: "pv", initialValue: .tensor(Tensor([Float(1), 2], shape: [2])))
      _ = try Variable(in: graph, name: "pv", initialValue: .closure { try graph.zeros(shape: [2], dtype: .float32) })
      try v.assignAdd(.tensor(try graph.floats(2)))
      try v.assign(.tensor(try graph.floats(2)))
      _ = try v.readValue()
      _ = try graph.reportUninitializedVariables()
      _ = try graph.globalVariablesInitializer()
      _ = try graph.localVariablesInitializer()
      _ = try graph.tablesInitializer()
    }
  }

  @Test func scopes() throws {
    try Goldens.check("scopes") { graph in
      func inside(_ name: String = "x") throws {
        try graph.addNode("NoOp", name: "a")
        _ = try graph.variable(.init(name, shape: [1], initializer: Zeros()))
      }
      let s = try graph.withVariableScope(.name("s")) { scope in
        try inside()
        return scope
      }
      try graph.withVariableScope(.name("s"), .init(reuse: .automatic)) { _ in try inside() }
      try graph.withVariableScope(.scope(s), .init(reuse: .always)) { _ in try inside() }
      try graph.withVariableScope(.name("q")) { _ in
        try graph.withVariableScope(.scope(s)) { _ in try inside("y") }
        try graph.withVariableScope(.defaultName("dn")) { _ in try inside() }
        try graph.withVariableScope(.defaultName("dn")) { _ in try inside() }
        try graph.withNameScope("nn") { _ in try graph.withVariableScope(.name("zz")) { _ in try inside() } }
      }
      try graph.withVariableScope(.name("q")) { _ in
        _ = try graph.withVariableScope(.defaultName("dn")) { _ in try graph.addNode("NoOp", name: "a") }
      }
      try graph.withVariableScope(.name("q"), .init(opensNameScope: false)) { _ in try inside("yq") }
    }
  }

  @Test func initializers() throws {
    try Goldens.check("initializers") { graph in
      let all: [(String, any VariableInitializer)] = [
        ("zeros", Zeros()), ("ones", Ones()), ("uniform", RandomUniform(-1, 1)), ("normal", RandomNormal()),
        ("truncated", RandomNormal(standardDeviation: 0.1, isTruncated: true)),
        ("glorot", VarianceScaling.glorotNormal()),
        ("scaling", try VarianceScaling(distribution: .untruncatedNormal)), ("unit", UniformUnitScaling()),
        ("orthogonal", Orthogonal()), ("constant", ConstantInitializer([1, 2])),
      ]
      for (name, initializer) in all {
        _ = try graph.variable(.init(name, shape: [3, 2], initializer: initializer))
      }
      _ = try graph.variable(.init("big", shape: [2000], initializer: Zeros()))
      _ = try graph.variable(.init("big1", shape: [2000], initializer: Ones()))
    }
  }

  @Test func partitions() throws {
    try Goldens.check("partitions") { graph in
      let result = try graph.getVariable(.init("v", shape: [5, 2], partitioner: Partitioners.fixedSize(2)))
      guard case .partitioned(let parts) = result else {
        Issue.record("not partitioned")
        return
      }
      #expect(parts.parts.map { $0.saveSliceInfo?.specification } == ["5 2 0,3:0,2", "5 2 3,2:0,2"])
      _ = try parts.concatenated()
    }
  }

  @Test func model() throws {
    try Goldens.check("model") { graph in
      _ = try graph.getOrCreateGlobalStep()
      let x = try graph.floats(nil, 4)
      let y = try graph.longs(nil)
      let hidden = try Dense(in: graph, .init(units: 3, activation: { try graph.op("Relu", $0) }))(x)
      let logits = try Dense(in: graph, .init(units: 2), name: "out")(hidden)
      let loss = try Losses.sparseSoftmaxCrossEntropy(labels: y, logits: logits)
      let classes = try graph.apply("ArgMax", .tensor(logits), .integer(1))
      _ = try Metrics.accuracy(labels: y, predictions: classes)
      _ = try Metrics.mean(loss)
      #expect(graph.losses() == [loss])
      #expect(graph.variables(in: "metric_variables").map(\.name).count == 4)
    }
  }

  @Test func denseReuse() throws {
    try Goldens.check("dense_reuse") { graph in
      let x = try graph.floats(nil, 4)
      _ = try Dense(in: graph, .init(units: 3), name: "d", reuse: .automatic)(x)
      _ = try Dense(in: graph, .init(units: 3), name: "d", reuse: .always)(x)
      var configuration = Dense.Configuration(units: 2, usesBias: false)
      configuration.kernel.initializer = Zeros()
      let layer = try Dense(in: graph, configuration)
      _ = try layer(x)
      _ = try layer(x)
      try graph.withVariableScope(.name("vs"), .init(initializer: Ones())) { _ in
        _ = try Dense(in: graph, .init(units: 3))(x)
        _ = try graph.withNameScope("ns") { _ in try Dense(in: graph, .init(units: 3))(x) }
      }
      _ = try Dense(in: graph, .init(units: 3))(try graph.floats(nil, 5, 4))
    }
  }
}

/// One dense and one sparse step of each optimizer.
@Suite struct GoldenOptimizers {
  func check(_ name: String, _ make: (Operand) throws -> Optimizer) throws {
    try Goldens.check("dense_" + name) { graph in
      let step = try graph.getOrCreateGlobalStep()
      let v = try graph.variable(.init("v", shape: [4, 2], initializer: Zeros()))
      let w = try graph.variable(.init("w", shape: [2], initializer: Zeros()))
      let optimizer = try make(step)
      let pairs: [GradientAndVariable] = [
        (.dense(try graph.floats(4, 2)), v), (.dense(try graph.floats(2)), w),
      ]
      let node = try optimizer.applyGradients(pairs, globalStep: step)
      #expect(graph.collection("train_op").contains { $0.isSame(as: .node(node)) })
    }
    try Goldens.check("sparse_" + name) { graph in
      let step = try graph.getOrCreateGlobalStep()
      let v = try graph.variable(.init("v", shape: [4, 2], initializer: Zeros()))
      let slices = IndexedSlices(
        values: try graph.floats(nil, 2), indices: try graph.longs(nil), denseShape: try graph.constant([Int32(4), 2]))
      try make(step).applyGradients([(.slices(slices), v)], globalStep: step)
    }
  }

  @Test func sgd() throws { try check("sgd") { _ in try GradientDescentOptimizer(0.1) } }
  @Test func adam() throws { try check("adam") { _ in try AdamOptimizer() } }
  @Test func adagrad() throws { try check("adagrad") { _ in try AdagradOptimizer(0.1) } }
  @Test func momentum() throws { try check("momentum") { _ in try MomentumOptimizer(0.1, momentum: 0.9) } }
  @Test func rmsprop() throws {
    try check("rmsprop") { _ in try RMSPropOptimizer(0.1) }
    try check("rmsprop_centered") { _ in try RMSPropOptimizer(0.1, isCentered: true) }
  }
  @Test func adadelta() throws { try check("adadelta") { _ in try AdadeltaOptimizer() } }
  @Test func adagradDA() throws { try check("adagrad_da") { try AdagradDAOptimizer(0.1, globalStep: $0) } }
  @Test func ftrl() throws {
    try check("ftrl") { _ in try FtrlOptimizer(0.1) }
    var configuration = FtrlOptimizer.Configuration()
    configuration.l2Shrinkage = 0.1
    try check("ftrl_shrinkage") { _ in try FtrlOptimizer(0.1, configuration) }
  }
  @Test func proximal() throws {
    try check("proximal_adagrad") { _ in try ProximalAdagradOptimizer(0.1) }
    try check("proximal_sgd") { _ in try ProximalGradientDescentOptimizer(0.1) }
  }
}
