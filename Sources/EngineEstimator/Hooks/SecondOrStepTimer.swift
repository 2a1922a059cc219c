import EngineCore

/// Decides when something is due that happens every so many seconds or steps.
public final class SecondOrStepTimer {
  public let everySecs: Double?
  public let everySteps: Int?
  public private(set) var lastTriggeredStep: Int?
  private var lastTriggeredTime: Double?
  private let clock: () -> Double

  /// **Errors**: `ValueError` unless exactly one interval is given.
  public init(
    everySecs: Double? = nil, everySteps: Int? = nil, clock: @escaping () -> Double = Platform.monotonicTime
  ) throws {
    if everySecs == nil && everySteps == nil {
      throw EngineError.value("Either every_secs or every_steps should be provided.")
    }
    if everySecs != nil && everySteps != nil {
      throw EngineError.value("Can not provide both every_secs and every_steps.")
    }
    self.everySecs = everySecs
    self.everySteps = everySteps
    self.clock = clock
  }

  public func reset() {
    lastTriggeredStep = nil
    lastTriggeredTime = nil
  }

  /// Writes the step at which it happened last. Times mean nothing to another process.
  func saveState(_ encoder: inout StateEncoder) { encoder.append(optional: lastTriggeredStep) { $0.append(Int64($1)) } }

  func restoreState(_ decoder: inout StateDecoder) throws {
    lastTriggeredStep = try decoder.optional { try $0.steps() }
    lastTriggeredTime = lastTriggeredStep == nil ? nil : clock()
  }

  public func shouldTrigger(forStep step: Int) -> Bool {
    guard let lastTriggeredStep else { return true }
    if step == lastTriggeredStep { return false }
    if let everySecs, let lastTriggeredTime, clock() >= lastTriggeredTime + everySecs { return true }
    if let everySteps, step >= lastTriggeredStep.clampedSum(everySteps) { return true }
    return false
  }

  /// Records that it happened. Returns what has passed since the time before; nothing the first time.
  @discardableResult
  public func updateLastTriggeredStep(_ step: Int) -> (elapsedSecs: Double, elapsedSteps: Int)? {
    let now = clock()
    defer {
      lastTriggeredStep = step
      lastTriggeredTime = now
    }
    guard let lastTriggeredStep, let lastTriggeredTime else { return nil }
    return (now - lastTriggeredTime, step.clampedDifference(lastTriggeredStep))
  }
}
