// Trains a model of a plane with evaluations and exports in between, and serves the exports:
//
//   swift run ExportAndServe [directory for the model]

import SwiftEstimator

let directory = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : try Platform.makeTemporaryDirectory()
let trained = try trainAndExport(directory: directory)
print("mean error of the heights: \(trained.metrics["error"] ?? .nan)")

let points: [Float] = [0, 0, 1, 0, 0.5, -0.5]
print("heights: \(PlaneModel.heights(of: points))")
for name in ["best", "latest"] {
  if let export = trained.exports[name] { print("\(name): \(try serve(export, points: points))") }
}
if let export = trained.exports["final"] { print("final, by examples: \(try serveExamples(export, points: points))") }
print("without an export: \(try ask(trained.estimator, points: points))")
let fresh = try Platform.makeTemporaryDirectory()
print("loss after a warm start: \(try warmStart(from: directory, directory: fresh))")
