// Trains a classifier on the Iris flowers and prints its accuracy:
//
//   swift run IrisClassifier [path of iris.csv] [directory for the model]
//
// The data are the 150 flowers of R. A. Fisher (1936), as scikit-learn ships them: four measurements and the species.

import SwiftEstimator

func readIris(_ path: String) throws -> (measurements: [Float], species: [Int32]) {
  let text = String(decoding: try FileSystem.readFile(path), as: UTF8.self)
  var measurements: [Float] = []
  var species: [Int32] = []
  for line in text.split(whereSeparator: \.isNewline).dropFirst() {
    let fields = line.split(separator: ",")
    let numbers = fields.prefix(4).compactMap { Float($0) }
    guard fields.count == 5, numbers.count == 4, let kind = Int32(fields[4]) else {
      throw EngineError.value("a line of \(path) is not four measurements and a species: \(line)")
    }
    measurements += numbers
    species.append(kind)
  }
  return (measurements, species)
}

let arguments = CommandLine.arguments
let (measurements, species) = try readIris(arguments.count > 1 ? arguments[1] : "examples/data/iris.csv")

/// Every fifth flower is kept for the test.
func dataset(where isChosen: (Int) -> Bool) throws -> Dataset {
  let rows = species.indices.filter(isChosen)
  return try Dataset(
    features: ["measurements": try Tensor(rows.flatMap { measurements[$0 * 4..<$0 * 4 + 4] }, shape: [rows.count, 4])],
    labels: try Tensor(rows.map { species[$0] }, shape: [rows.count]))
}

let training = try dataset { $0 % 5 != 0 }.shuffled(bufferSize: 120).repeated().batched(32)
let test = try dataset { $0 % 5 == 0 }.batched(30)

let config = try RunConfig(randomSeed: 7, saveCheckpointsSteps: .value(200))
let classifier = try Estimator.denseClassifier(
  feature: "measurements", hiddenUnits: [16], classCount: 3, learningRate: 0.02,
  modelDir: arguments.count > 2 ? arguments[2] : nil, config: config)

try classifier.train(on: training, steps: 400)
let metrics = try classifier.evaluate(on: test)
let accuracy = try metrics["accuracy"]?.scalars(Float.self).first ?? 0
print("accuracy: \(accuracy)")
