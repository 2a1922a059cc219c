import EngineCore
import EngineGraph

/// Watches the loss, and ends training when it is not a number any more.
public final class NanTensorHook: SessionRunHook {
  private let reference: TensorReference
  private let fails: Bool
  private var request = RunArguments()

  /// - Parameter fails: whether that is a failure, or only a reason to stop.
  public init(loss: TensorReference, failsOnNan: Bool = true) {
    reference = loss
    fails = failsOnNan
  }

  public override var programMethods: HookMethods { [] }
  public override var methods: HookMethods { [.begin, .beforeRun, .afterRun] }

  public override func begin(_ graph: Graph) throws {
    request = RunArguments(fetches: [try reference.resolve(in: graph)])
  }

  public override func beforeRun(_ context: RunContext) throws -> RunArguments? { request }

  /// **Errors**: `NanLossDuringTrainingError`.
  public override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    guard let loss = values.results.first, try loss.containsNaN() else { return }
    let message = "Model diverged with loss = NaN."
    if fails {
      Logger.error(message)
      throw EngineError(kind: .nanLoss, code: .internal, "NaN loss during training.")
    }
    Logger.warning(message)
    context.requestStop()
  }
}
