import EngineCore
import EngineGraph
import Testing

/// Convolutions of small multiples of powers of two, so that results are exact and can be compared with TensorFlow's.
@Suite struct NNConvolutionTests {
  private func image(_ scratch: Scratch) throws -> Output {
    try scratch.floats((0..<80).map { Float($0 * 7 % 11 - 5) / 4 }, [2, 5, 4, 2])
  }
  private func filter(_ scratch: Scratch, _ shape: [Int]) throws -> Output {
    try scratch.floats((0..<shape.reduce(1, *)).map { Float($0 * 5 % 7 - 3) / 2 }, shape)
  }
  private func gradient(_ scratch: Scratch, like y: Output) throws -> Output {
    let shape = try #require(y.shape.known)
    return try scratch.floats((0..<shape.reduce(1, *)).map { Float($0 % 5 - 2) }, shape)
  }

  @Test func same() throws {
    let scratch = Scratch()
    let (x, w) = (try image(scratch), try filter(scratch, [3, 2, 2, 3]))
    let attributes: [String: AttributeValue] = ["strides": .ints([1, 2, 2, 1]), "padding": .string("SAME")]
    let y = try scratch.graph.op("Conv2D", x, w, attributes: attributes)
    #expect(y.shape == [2, 3, 2, 3])
    let values = try scratch.float(y)
    #expect(Array(values.prefix(6)) == [-2.75, -0.125, 3.375, 0.75, 0.5, 1.125])
    #expect(values.reduce(0, +) == 2.5)
    let gradients = try scratch.graph.gradients(of: [y], withRespectTo: [x, w], gradYs: [gradient(scratch, like: y)])
    guard case .dense(let dx)? = gradients[0], case .dense(let dw)? = gradients[1] else {
      Issue.record("no dense gradients")
      return
    }
    let (first, second) = (try scratch.float(dx), try scratch.float(dw))
    #expect(Array(first.prefix(6)) == [-0.5, -2, -3.5, 2, 2.5, 3])
    #expect(first.reduce(0, +) == 3.5)
    #expect(Array(second.prefix(6)) == [-1.5, -5.75, -3.75, -1.5, 7.25, 3.5])
    #expect(second.reduce(0, +) == -17.25)
  }

  @Test func valid() throws {
    let scratch = Scratch()
    let (x, w) = (try image(scratch), try filter(scratch, [3, 2, 2, 3]))
    let attributes: [String: AttributeValue] = ["strides": .ints([1, 1, 1, 1]), "padding": .string("VALID")]
    let y = try scratch.graph.op("Conv2D", x, w, attributes: attributes)
    let values = try scratch.float(y)
    #expect(Array(values.prefix(6)) == [3.125, -4, 4.625, -0.125, 2.5, 1.625])
    #expect(values.reduce(0, +) == 0.25)
    let dilated = try scratch.graph.op(
      "Conv2D", x, w, attributes: attributes.merging(["dilations": .ints([1, 2, 1, 1])]) { $1 })
    #expect(dilated.shape == [2, 1, 3, 3])
    #expect(Array(try scratch.float(dilated).prefix(6)) == [4.375, -0.375, 1.875, -0.25, 2, 1.625])
  }

  @Test func channelsFirstEqualsChannelsLast() throws {
    let scratch = Scratch()
    let (x, w) = (try image(scratch), try filter(scratch, [3, 2, 2, 3]))
    let last = try scratch.run(
      try scratch.graph.op(
        "Conv2D", x, w, attributes: ["strides": .ints([1, 2, 1, 1]), "padding": .string("SAME")]))[0]
    // The same image with its channels first.
    let source = try scratch.run(x)[0].scalars(Float.self)
    var planes = [Float](repeating: 0, count: source.count)
    for n in 0..<2 {
      for c in 0..<2 { for p in 0..<20 { planes[(n * 2 + c) * 20 + p] = source[(n * 20 + p) * 2 + c] } }
    }
    let y = try scratch.run(
      try scratch.graph.op(
        "Conv2D", try scratch.floats(planes, [2, 2, 5, 4]), w,
        attributes: [
          "strides": .ints([1, 1, 2, 1]), "padding": .string("SAME"), "data_format": .string("NCHW"),
        ]))[0]
    #expect(y.shape == [2, 3, 3, 4])
    let (a, b) = (try last.scalars(Float.self), try y.scalars(Float.self))
    for n in 0..<2 {
      for c in 0..<3 { for p in 0..<12 { #expect(a[(n * 12 + p) * 3 + c] == b[(n * 3 + c) * 12 + p]) } }
    }
  }

  @Test func shapesOfPartialInputs() throws {
    let scratch = Scratch()
    let x = try scratch.graph.op(
      "Placeholder", attributes: ["dtype": .type(.float32), "shape": .shape([nil, 28, nil, 1])])
    let y = try scratch.graph.op(
      "Conv2D", x, try filter(scratch, [5, 5, 1, 32]),
      attributes: ["strides": .ints([1, 1, 1, 1]), "padding": .string("VALID")])
    #expect(y.shape == [nil, 24, nil, 32])
    let pool = try scratch.graph.op(
      "MaxPool", y,
      attributes: [
        "ksize": .ints([1, 2, 2, 1]), "strides": .ints([1, 2, 2, 1]), "padding": .string("SAME"),
      ])
    #expect(pool.shape == [nil, 12, nil, 32])
    let error = engineError {
      _ = try scratch.graph.op(
        "Conv2D", try image(scratch), try filter(scratch, [6, 2, 2, 3]),
        attributes: ["strides": .ints([1, 1, 1, 1]), "padding": .string("VALID")])
    }
    #expect(error?.kind == .value)
    #expect(error?.message.contains("Negative dimension size caused by subtracting 6 from 5") == true)
  }
}
