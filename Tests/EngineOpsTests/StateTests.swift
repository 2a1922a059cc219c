import EngineCore
import EngineGraph
import EngineRuntime
import Testing

@Suite struct StateTests {
  @Test func lifeOfAVariable() throws {
    let scratch = Scratch()
    let graph = scratch.graph
    let (v, initializer) = try scratch.variable("v", try Tensor([1, 2] as [Float], shape: [2]))
    let value = try scratch.read(v)
    let isInitialized = try graph.op("VarIsInitializedOp", v)
    let add = try graph.addNode("AssignAddVariableOp", [v, try scratch.floats([10, 20], [2])])
    #expect(value.shape == [2])
    #expect(try scratch.run(isInitialized)[0].scalars(Bool.self) == [false])
    let error = engineError { _ = try scratch.run(value) }
    #expect(error?.code == .failedPrecondition)
    #expect(error?.message.contains("uninitialized") == true)
    try scratch.run(initializer)
    #expect(try scratch.float(value) == [1, 2])
    let before = try scratch.run(value)[0]
    try scratch.run(add)
    #expect(try scratch.float(value) == [11, 22])
    // What was read stays what it was.
    #expect(try before.scalars(Float.self) == [1, 2])
    // The initial constant did not change with the variable.
    try scratch.run(initializer)
    #expect(try scratch.float(value) == [1, 2])
    try scratch.run(try graph.addNode("DestroyResourceOp", [v]))
    #expect(try scratch.run(isInitialized)[0].scalars(Bool.self) == [false])
  }

  @Test func shapeErrors() throws {
    let scratch = Scratch()
    let (v, _) = try scratch.variable("v", try Tensor([1, 2] as [Float], shape: [2]))
    let error = engineError {
      try scratch.graph.addNode("AssignVariableOp", [v, try scratch.floats([1, 2, 3], [3])])
    }
    #expect(error?.kind == .value)
    #expect(error?.message.contains("Dimension 0 in both shapes must be equal, but are 2 and 3") == true)
    #expect(
      engineError { _ = try scratch.read(v, .int32) }?.message.contains("wrong dtype") == true)
  }

  @Test func scatterAndGather() throws {
    let scratch = Scratch()
    let graph = scratch.graph
    let (v, initializer) = try scratch.variable("v", try Tensor((0..<6).map { Float($0) }, shape: [3, 2]))
    try scratch.run(initializer)
    let indices = try scratch.ints([2, 0, 2])
    let updates = try scratch.floats([1, 1, 2, 2, 3, 3], [3, 2])
    try scratch.run(try graph.addNode("ResourceScatterAdd", [v, indices, updates]))
    let value = try scratch.read(v)
    #expect(try scratch.float(value) == [2, 3, 2, 3, 8, 9])
    try scratch.run(
      try graph.addNode("ResourceScatterUpdate", [v, try scratch.ints([1]), try scratch.floats([7], [])]))
    #expect(try scratch.float(value) == [2, 3, 7, 7, 8, 9])
    let rows = try graph.op("ResourceGather", v, try scratch.ints([2, 1]), attributes: ["dtype": .type(.float32)])
    #expect(rows.shape == [2, 2])
    #expect(try scratch.float(rows) == [8, 9, 7, 7])
    let cells = try graph.op(
      "ResourceGatherNd", v, try scratch.ints([2, 1, 0, 0], [2, 2]), attributes: ["dtype": .type(.float32)])
    #expect(try scratch.float(cells) == [9, 2])
    let bad = try graph.op("ResourceGather", v, try scratch.ints([0, 3]), attributes: ["dtype": .type(.float32)])
    let error = engineError { _ = try scratch.run(bad) }
    #expect(error?.message.contains("indices[1] = 3 is not in [0, 3)") == true)
  }

  /// w = [1, −2], loss = w₀² + ½w₁², so the gradient is [2w₀, w₁]; values from TensorFlow 2.15.1.
  private func train(
    _ op: String, _ slots: [Float], after steps: [[Float]], tolerance: Float = 2e-6,
    attributes: [String: AttributeValue] = [:],
    _ arguments: (Scratch, _ gradient: Output, _ step: Int, _ slots: [Output]) throws -> [Output]
  ) throws {
    let scratch = Scratch()
    let (w, initializer) = try scratch.variable("w", try Tensor([1, -2] as [Float], shape: [2]))
    try scratch.run(initializer)
    var handles: [Output] = []
    for (index, value) in slots.enumerated() {
      let (slot, start) = try scratch.variable("slot\(index)", try Tensor([value, value], shape: [2]))
      try scratch.run(start)
      handles.append(slot)
    }
    for (index, expected) in steps.enumerated() {
      let value = try scratch.read(w)
      let now = try scratch.float(value)
      let gradient = try scratch.floats([2 * now[0], now[1]], [2])
      let inputs = try arguments(scratch, gradient, index + 1, handles)
      try scratch.run(try scratch.graph.addNode(op, [w] + inputs, attributes: attributes))
      let after = try scratch.float(value)
      #expect(
        zip(after, expected).allSatisfy { abs($0 - $1) <= tolerance }, "\(op) step \(index + 1): \(after)")
    }
  }

  private func number(_ scratch: Scratch, _ value: Float) throws -> Output { try scratch.graph.constant(scalar: value) }

  @Test func optimizers() throws {
    try train(
      "ResourceApplyGradientDescent", [], after: [[0.8, -1.8], [0.64, -1.62], [0.512, -1.458]]
    ) { s, g, _, _ in [try number(s, 0.1), g] }
    try train(
      "ResourceApplyMomentum", [0], after: [[0.8, -1.8], [0.46, -1.44], [0.06200001, -0.9719999]]
    ) { s, g, _, slots in [slots[0], try number(s, 0.1), g, try number(s, 0.9)] }
    try train(
      "ResourceApplyMomentum", [0], after: [[0.62, -1.62], [0.2224, -1.1502], [-0.108352, -0.654642]],
      attributes: ["use_nesterov": .bool(true)]
    ) { s, g, _, slots in [slots[0], try number(s, 0.1), g, try number(s, 0.9)] }
    try train(
      "ResourceApplyAdagrad", [0.1],
      after: [[0.9012271, -1.901227], [0.8347373, -1.832777], [0.7822992, -1.777701]]
    ) { s, g, _, slots in [slots[0], try number(s, 0.1), g] }
    try train(
      "ResourceApplyFtrl", [0.1, 0], after: [[0.7450533, -1.58888], [0.685782, -1.527147], [0.6378896, -1.476119]]
    ) { s, g, _, slots in
      [slots[0], slots[1], g, try number(s, 0.1), try number(s, 0), try number(s, 0), try number(s, -0.5)]
    }
    try train(
      "ResourceApplyFtrlV2", [0.1, 0],
      after: [[0.5608984, -1.203673], [0.5098152, -1.137162], [0.4666308, -1.079507]]
    ) { s, g, _, slots in
      // l2 = 0.2 + beta/(2·rate), as the optimizer passes it.
      [slots[0], slots[1], g]
        + (try [0.1, 0.1, 0.2 + 0.5 / 0.2, 0.3, -0.5].map { try number(s, $0) })
    }
    try train(
      "ResourceApplyRMSProp", [1, 0],
      after: [[0.8245884, -1.824588], [0.6872513, -1.675756], [0.574523, -1.544639]]
    ) { s, g, _, slots in slots + (try [0.1, 0.9, 0, 1e-10].map { try number(s, $0) }) + [g] }
    try train(
      "ResourceApplyCenteredRMSProp", [0, 1, 0],
      after: [[0.8218259, -1.821826], [0.5897623, -1.577131], [0.3683229, -1.319868]]
    ) { s, g, _, slots in slots + (try [0.1, 0.9, 0.5, 1e-10].map { try number(s, $0) }) + [g] }
    try train(
      "ResourceApplyProximalAdagrad", [0.1],
      after: [[0.887522, -1.877741], [0.8118584, -1.793136], [0.7522549, -1.725161]]
    ) { s, g, _, slots in slots + (try [0.1, 0.1, 0.2].map { try number(s, $0) }) + [g] }
    try train(
      "ResourceApplyProximalGradientDescent", [],
      after: [[0.7745098, -1.754902], [0.5976548, -1.538639], [0.458945, -1.347819]]
    ) { s, g, _, _ in (try [0.1, 0.1, 0.2].map { try number(s, $0) }) + [g] }
    try train(
      "ResourceApplyAdagradDA", [0, 0.1],
      after: [[-0.09877297, 0.09877297], [-0.08859623, 0.09378339], [-0.07958539, 0.08906202]]
    ) { s, g, step, slots in
      slots + [g] + (try [0.1, 0, 0].map { try number(s, $0) }) + [try s.graph.constant(scalar: Int64(step))]
    }
    try train(
      "ResourceApplyAdadelta", [0, 0],
      after: [[0.9999553, -1.999955], [0.99991, -1.99991], [0.9998643, -1.999864]]
    ) { s, g, _, slots in slots + (try [0.1, 0.95, 1e-8].map { try number(s, $0) }) + [g] }
    try train(
      "ResourceApplyAdaMax", [0, 0], after: [[0.9, -1.9], [0.8051683, -1.802534], [0.7154995, -1.707648]]
    ) { s, g, step, slots in
      let power = (1...step).reduce(Float(1)) { value, _ in value * 0.9 }
      return slots + (try [power, 0.1, 0.9, 0.999, 1e-7].map { try number(s, $0) }) + [g]
    }
    try train(
      "ResourceApplyAdam", [0, 0], after: [[0.9, -1.9], [0.8004126, -1.800167], [0.7015873, -1.700624]]
    ) { s, g, step, slots in
      let powers = (1...step).reduce((Float(1), Float(1))) { value, _ in (value.0 * 0.9, value.1 * 0.999) }
      return slots + (try [powers.0, powers.1, 0.1, 0.9, 0.999, 1e-8].map { try number(s, $0) }) + [g]
    }
  }

  @Test func sparseUpdatesTouchTheirRowsOnly() throws {
    let scratch = Scratch()
    let (w, first) = try scratch.variable("w", try Tensor([1, 1, -2, -2] as [Float], shape: [2, 2]))
    let (a, second) = try scratch.variable("a", try Tensor([0.1, 0.1, 0.1, 0.1] as [Float], shape: [2, 2]))
    try scratch.run(first)
    try scratch.run(second)
    try scratch.run(
      try scratch.graph.addNode(
        "ResourceSparseApplyAdagrad",
        [w, a, try number(scratch, 0.1), try scratch.floats([-2, -2], [1, 2]), try scratch.ints([1])]))
    let after = try scratch.float(try scratch.read(w))
    #expect(after[0] == 1 && after[1] == 1)
    #expect(abs(after[2] + 1.901227) < 2e-6)
  }

  @Test func countUpTo() throws {
    let scratch = Scratch()
    let (v, initializer) = try scratch.variable("n", Tensor(scalar: Int64(0)))
    try scratch.run(initializer)
    let next = try scratch.graph.op("ResourceCountUpTo", v, attributes: ["limit": .int(2), "T": .type(.int64)])
    #expect(try scratch.run(next)[0].integers() == [0])
    #expect(try scratch.run(next)[0].integers() == [1])
    let error = engineError { _ = try scratch.run(next) }
    #expect(error?.code == .outOfRange)
    #expect(error?.message.contains("Reached limit of 2") == true)
  }
}
