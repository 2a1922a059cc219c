import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineOps
import EngineRuntime
import Testing

@testable import EngineEstimator

/// A model with one weight `w` that a step moves by -0.1, and a global step.
struct ToyModel {
  let graph: Graph
  let weight: Variable
  let loss: Output
  let trainOp: Node

  init(in given: Graph? = nil, initialWeight: Float = 1) throws {
    SummaryStubs.install()
    let graph = given ?? Graph()
    if try graph.globalStep() == nil { try graph.createGlobalStep() }
    _ = try GlobalStep.read(in: graph)
    let weight = try graph.variable(VariableRequest("w", initialValue: .tensor(Tensor(scalar: initialWeight))))
    loss = try graph.op("Mul", weight.snapshot, try graph.constant(scalar: Float(2)), name: "toy_loss")
    let update = try graph.addNode(
      "AssignSubVariableOp", [weight.handle, try graph.constant(scalar: Float(0.1))],
      attributes: ["dtype": .type(.float32)], controlInputs: [loss.node])
    let step = try graph.incrementGlobalStep(by: 1)
    trainOp = try graph.group([update, step.node], name: "train_op")
    self.graph = graph
    self.weight = weight
  }

  func spec(_ change: (inout EstimatorSpec.Fields) -> Void = { _ in }) throws -> EstimatorSpec {
    var fields = EstimatorSpec.Fields()
    fields.loss = .output(loss)
    fields.trainOp = .node(trainOp)
    fields.predictions = .dict([(SpecKey("weight"), .output(weight.snapshot))])
    change(&fields)
    return try EstimatorSpec(mode: ModeKeys.train, graph: graph, fields)
  }
}

/// A hook that writes down its calls.
final class RecordingHook: SessionRunHook {
  let name: String
  let trace: Trace
  var onAfterRun: ((RunContext) throws -> Void)?
  var onBeforeRun: ((RunContext) throws -> RunArguments?)?

  init(_ name: String, _ trace: Trace) {
    self.name = name
    self.trace = trace
  }

  override func begin(_ graph: Graph) throws { trace.add("\(name).begin") }
  override func afterCreateSession(_ session: Session, _ coordinator: Coordinator) throws { trace.add("\(name).acs") }
  override func beforeRun(_ context: RunContext) throws -> RunArguments? {
    trace.add("\(name).br")
    return try onBeforeRun?(context)
  }
  override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    trace.add("\(name).ar")
    try onAfterRun?(context)
  }
  override func end(_ session: Session) throws { trace.add("\(name).end") }
}

final class Trace {
  private(set) var calls: [String] = []
  func add(_ call: String) { calls.append(call) }
  var text: String { calls.joined(separator: " ") }
}

/// A directory that is gone when the object is.
final class TemporaryDirectory {
  let path: String
  init() throws { path = try Platform.makeTemporaryDirectory(prefix: "estimator") }
  deinit { try? FileSystem.removeTree(path) }
  func file(_ name: String) -> String { FileSystem.join(path, name) }
  var names: [String] { (try? FileSystem.listDirectory(path)) ?? [] }
  func text(_ name: String) throws -> String { String(decoding: try FileSystem.readFile(file(name)), as: UTF8.self) }
}

/// Runs `body` and checks kind and message of the failure.
func expectFailure(
  _ kind: EngineError.Kind, _ phrase: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no failure", sourceLocation: sourceLocation)
  } catch let error as EngineError {
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    #expect(error.message.contains(phrase), "\(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}
