import EngineCore
import EngineGraph
import EngineRuntime

/// A tensor given directly or by name.
public enum TensorReference {
  case output(Output)
  /// `op` or `op:index`.
  case name(String)

  /// **Errors**: `ValueError` for a name without index whose op has several outputs; `KeyError` for unknown names.
  public func resolve(in graph: Graph) throws -> Output {
    switch self {
    case .output(let output): return output
    case .name(let name):
      if name.contains(":") { return try graph.output(named: name) }
      if let node = graph.node(named: name), node.outputTypes.count > 1 {
        throw EngineError.value(
          "Name \(name) is ambiguous, as this `Operation` has multiple outputs (at least 2).")
      }
      return try graph.output(named: name + ":0")
    }
  }
}

/// Logs the values of tensors every so many runs or seconds.
open class LoggingTensorHook: SessionRunHook {
  public typealias Formatter = ([(tag: String, value: Tensor)]) throws -> String

  private let references: [(tag: String, tensor: TensorReference)]
  private let formatter: Formatter?
  private let logsAtEnd: Bool
  private let timer: SecondOrStepTimer?
  private var request = RunArguments()
  private var iteration = 0
  private var isDue = false
  private var isInRun = false
  /// Told the values whenever they are logged; used by the progress report.
  var onValues: (([(tag: String, value: Tensor)]) -> Void)?

  /// - Parameters:
  ///   - tensors: what to log, in the order of the text.
  ///   - everyIterations: counts this hook's own runs from 0, whatever the global step is.
  /// **Errors**: `ValueError` for a wrong set of intervals.
  public init(
    _ tensors: [(tag: String, tensor: TensorReference)], everyIterations: Int? = nil, everySecs: Double? = nil,
    atEnd: Bool = false, formatter: Formatter? = nil
  ) throws {
    let onlyAtEnd = atEnd && everyIterations == nil && everySecs == nil
    if !onlyAtEnd && (everyIterations == nil) == (everySecs == nil) {
      throw EngineError.value("either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.")
    }
    if let everyIterations, everyIterations <= 0 {
      throw EngineError.value("invalid every_n_iter=\(everyIterations).")
    }
    references = tensors
    self.formatter = formatter
    logsAtEnd = atEnd
    timer = onlyAtEnd ? nil : try SecondOrStepTimer(everySecs: everySecs, everySteps: everyIterations)
  }

  /// Whether the program writes the lines itself.
  public var hasFormatter: Bool { formatter != nil }
  open override var programMethods: HookMethods {
    hasFormatter || type(of: self) != LoggingTensorHook.self ? methods : []
  }
  open override var methods: HookMethods { [.begin, .beforeRun, .afterRun, .end] }

  open override func begin(_ graph: Graph) throws {
    timer?.reset()
    iteration = 0
    request = RunArguments(fetches: try references.map { try $0.tensor.resolve(in: graph) })
  }

  open override func saveState(_ encoder: inout StateEncoder) throws {
    guard let timer else { return }
    // In the middle of a run, what its end will do has to be counted in.
    encoder.append(Int64(iteration + (isInRun ? 1 : 0)))
    let last = isInRun && isDue ? iteration : timer.lastTriggeredStep
    encoder.append(optional: last) { $0.append(Int64($1)) }
  }

  open override func restoreState(_ decoder: inout StateDecoder) throws {
    guard let timer else { return }
    iteration = try decoder.steps()
    try timer.restoreState(&decoder)
  }

  open override func beforeRun(_ context: RunContext) throws -> RunArguments? {
    isInRun = true
    isDue = timer?.shouldTrigger(forStep: iteration) ?? false
    return isDue ? request : nil
  }

  open override func afterRun(_ context: RunContext, _ values: RunValues) throws {
    isInRun = false
    if isDue { try log(values.results) }
    iteration += 1
  }

  open override func end(_ session: Session) throws {
    if logsAtEnd { try log(try session.run(fetches: request.fetches)) }
  }

  /// Logs values, one for each tensor of the hook; subclasses may replace it.
  open func log(_ results: [Tensor]) throws {
    let elapsed = timer?.updateLastTriggeredStep(iteration)
    let values = zip(references, results).map { (tag: $0.tag, value: $1) }
    if let formatter {
      try Logger.info(try formatter(values))
    } else {
      var text = try values.map { "\($0.tag) = \(try NumberText.text($0.value))" }.joined(separator: ", ")
      if let elapsed { text += " (\(Platform.format("%.3f", elapsed.elapsedSecs)) sec)" }
      Logger.info(text)
    }
    onValues?(values)
  }
}
