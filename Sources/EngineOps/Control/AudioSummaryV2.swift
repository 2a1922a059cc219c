import EngineCore
import EngineFormats
import EngineGraph

extension OpDefinition {
  /// `AudioSummary` with the rate as a tensor.
  static let audioSummaryV2 = summary(
    "AudioSummaryV2", [.tensor("tag", .string), .tensor("tensor", .float32), .tensor("sample_rate", .float32)],
    attributes: [.int("max_outputs", 3)]
  ) { try recordings($0, rate: Float(try $0.number(2, "sample_rate"))) }
}
