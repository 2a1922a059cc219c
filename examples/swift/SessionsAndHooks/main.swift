// Fits a line to points in a monitored session, with hooks and a scaffold:
//
//   swift run SessionsAndHooks [directory for the checkpoints]
//
// Run twice with the same directory, it goes on from the checkpoint of the first run.

import SwiftEstimator

let directory = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : try Platform.makeTemporaryDirectory()
let result = try fitLine(directory: directory)
print("y = \(result.slope) x + \(result.shift) after \(result.steps) steps")
print("a step runs \(try traceOneStep().nodes.count) nodes")
