import EngineCore
import EngineGraph

/// What a model offers for serving under one signature. Base class of the kinds below.
open class ExportOutput {
  public init() {}
}

/// Scores and class names of a classifier.
public final class ClassificationOutput: ExportOutput {
  public let scores: Output?
  public let classes: Output?

  /// **Errors**: `ValueError` when both are missing, scores are not floating-point or classes not strings.
  public init(scores: SpecValue? = nil, classes: SpecValue? = nil) throws {
    if let scores, scores.plainTensor?.dtype.isFloating != true {
      throw EngineError.value("Classification scores must be a float32 Tensor; got \(scores.description)")
    }
    if let classes, classes.plainTensor?.dtype != .string {
      throw EngineError.value("Classification classes must be a string Tensor; got \(classes.description)")
    }
    if scores == nil && classes == nil {
      throw EngineError.value(
        "Cannot create a ClassificationOutput with empty arguments. At least one of `scores` and `classes` must be defined."
      )
    }
    self.scores = scores?.plainTensor
    self.classes = classes?.plainTensor
  }
}

/// The value of a regression.
public final class RegressionOutput: ExportOutput {
  public let value: Output

  /// **Errors**: `ValueError` unless it is a floating-point tensor.
  public init(value: SpecValue) throws {
    guard let tensor = value.plainTensor, tensor.dtype.isFloating else {
      throw EngineError.value("Regression output value must be a float32 Tensor; got \(value.description)")
    }
    self.value = tensor
  }
}

/// Any named tensors.
public final class PredictOutput: ExportOutput {
  public let outputs: [(name: String, output: Output)]

  /// A bare tensor gets the name `output`; tuple keys are joined with slashes.
  /// **Errors**: `ValueError` for keys that are not text and values that are not tensors.
  public init(outputs: SpecValue) throws {
    switch outputs {
    case .dict(let pairs):
      self.outputs = try pairs.map { key, value in
        if key.kind == .other { throw EngineError.value("Prediction output key must be a string; got \(key.text).") }
        return (key.text, try PredictOutput.tensor(value))
      }
    default: self.outputs = [("output", try PredictOutput.tensor(outputs))]
    }
  }

  private static func tensor(_ value: SpecValue) throws -> Output {
    guard let output = value.plainTensor else {
      throw EngineError.value("Prediction output value must be a Tensor; got \(value.description).")
    }
    return output
  }
}
