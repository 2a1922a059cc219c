import SwiftEstimator
import Testing

@testable import SessionsAndHooks

/// The example program's parts.
@Suite struct SessionsAndHooksTests {
  @Test func fitsTheLine() throws {
    let directory = try Platform.makeTemporaryDirectory()
    defer { try? FileSystem.removeTree(directory) }
    let result = try fitLine(directory: directory, goal: 1e-6)
    #expect(abs(result.slope - 2) < 0.01)
    #expect(abs(result.shift - 1) < 0.01)
    #expect(result.losses.count == result.steps)
    #expect(result.losses.last.map { $0 <= 1e-6 } == true)
    // The scaffold's guess of the slope: the first loss is smaller than that of a start at zero.
    let fromZero = try traceOneStep().loss
    #expect(result.losses[0] < fromZero)
    #expect(try FileSystem.listDirectory(directory).contains("model.ckpt-\(result.steps).index"))
    // A second run goes on from the checkpoint, where nothing is left to do.
    let again = try fitLine(directory: directory, goal: 1e-6)
    #expect(again.steps == 1)
    #expect(abs(again.slope - result.slope) < 1e-3)
  }

  @Test func tracesNameTheNodes() throws {
    let (loss, nodes) = try traceOneStep()
    #expect(loss > 1)
    #expect(nodes.contains { $0.contains("mean_squared_error") })
    #expect(!nodes.contains { $0.contains("GradientDescent") })
  }
}
