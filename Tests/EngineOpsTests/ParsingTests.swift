import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime
import Testing

@testable import EngineOps

/// Parsing ops against what TensorFlow 2.15 gives for the same examples.
@Suite struct ParsingTests {
  init() { OpCatalog.install() }

  private enum List {
    case floats([Float]), integers([Int64]), texts([String]), nothing
  }

  private func feature(_ list: List) throws -> ProtoMessage {
    var feature = try ProtoMessage("Feature")
    func set(_ field: String, _ type: String, _ values: [ProtoValue]) throws {
      var message = try ProtoMessage(type)
      message["value"] = .list(values)
      feature[field] = .message(message)
    }
    switch list {
    case .floats(let values): try set("float_list", "FloatList", values.map { .float($0) })
    case .integers(let values): try set("int64_list", "Int64List", values.map { .int($0) })
    case .texts(let values): try set("bytes_list", "BytesList", values.map { .bytes(ByteString($0.utf8)) })
    case .nothing: break
    }
    return feature
  }

  private func example(_ lists: [String: List]) throws -> ByteString {
    var features = try ProtoMessage("Features")
    for (key, list) in lists { features.setEntry("feature", key, .message(try feature(list))) }
    var example = try ProtoMessage("Example")
    example["features"] = .message(features)
    return example.serialized()
  }

  private func examples() throws -> [ByteString] {
    [
      try example(["a": .floats([1, 2]), "b": .integers([3, 4]), "c": .texts(["x"])]),
      try example(["a": .floats([5, 6]), "b": .nothing, "c": .texts(["y", "z"])]),
    ]
  }

  private struct Wish {
    var sparse: [(String, DType)] = []
    var dense: [(String, DType, Shape, Tensor)] = []
  }

  private func parse(_ serialized: Tensor, _ wish: Wish) throws -> [Tensor] {
    let graph = Graph()
    func keys(_ names: [String]) throws -> Output {
      try graph.constant(Tensor(strings: names.map { ByteString($0.utf8) }, shape: [names.count]))
    }
    let node = try graph.addNode(
      "ParseExampleV2",
      arguments: [
        [try graph.constant(serialized)], [try keys([])], [try keys(wish.sparse.map(\.0))],
        [try keys(wish.dense.map(\.0))], [try keys([])], try wish.dense.map { try graph.constant($0.3) },
      ],
      attributes: [
        "num_sparse": .int(wish.sparse.count), "sparse_types": .types(wish.sparse.map(\.1)),
        "ragged_value_types": .types([]), "ragged_split_types": .types([]),
        "dense_shapes": .shapes(wish.dense.map(\.2)), "Tdense": .types(wish.dense.map(\.1)),
      ])
    let results = try Session(graph: graph).run(fetches: node.outputs)
    for (result, output) in zip(results, node.outputs) { #expect(output.shape.isCompatible(with: result.shape)) }
    return results
  }

  private func batch() throws -> Tensor { try Tensor(strings: try examples(), shape: [2]) }

  @Test func denseAndSparseFeatures() throws {
    let results = try parse(
      try batch(),
      Wish(
        sparse: [("c", .string)],
        dense: [
          ("a", .float32, [2], try Tensor([Float](), shape: [0])), ("b", .int64, [nil], Tensor(scalar: Int64(7))),
          ("d", .float32, [1], try Tensor([Float(9)], shape: [1])),
        ]))
    #expect(try results[0].integers() == [0, 0, 1, 0, 1, 1])
    #expect(results[1].strings.map(\.text) == ["x", "y", "z"])
    #expect(try results[2].integers() == [2, 2])
    #expect(try results[3].scalars(Float.self) == [1, 2, 5, 6])
    #expect(try results[4].integers() == [3, 4, 7, 7])
    #expect(try results[5].scalars(Float.self) == [9, 9])
    #expect(results[3].shape == [2, 2] && results[4].shape == [2, 2] && results[5].shape == [2, 1])
  }

  @Test func oneExample() throws {
    let results = try parse(
      try Tensor(strings: [try examples()[1]], shape: []),
      Wish(sparse: [("c", .string)], dense: [("a", .float32, [2], try Tensor([Float](), shape: [0]))]))
    #expect(try results[0].integers() == [0, 1] && results[0].shape == [2, 1])
    #expect(try results[2].integers() == [2])
    #expect(results[3].shape == [2])
  }

  @Test(arguments: [
    ("q", DType.float32, 2, "Feature: q (data type: float) is required but could not be found"),
    ("a", .float32, 3, "Number of float values != expected.  Values size: 2 but output shape: [3]"),
    ("a", .int64, 2, "Data types don't match. Data type: float but expected type: int64"),
    ("c", .string, 2, "Key: c, Index: 0.  Number of bytes values != expected"),
  ])
  func messages(_ key: String, _ dtype: DType, _ size: Int, _ phrase: String) throws {
    let wish = Wish(dense: [(key, dtype, [size], try Tensor(uninitialized: dtype, shape: [0]))])
    do {
      _ = try parse(try batch(), wish)
      Issue.record("no error")
    } catch let error as EngineError {
      #expect(error.code == .invalidArgument && error.message.contains(phrase), "\(error)")
    }
  }

  /// Examples cut off anywhere, with bytes changed: an error or a result, never an end of the process.
  @Test func damagedExamples() throws {
    let good = try examples()[0]
    let empty = try Tensor([Float](), shape: [0])
    var failures = 0
    for place in good.indices {
      for change in [UInt8(0xff), 0x80, 0x01] {
        var bytes = good
        bytes[place] ^= change
        for data in [bytes, ByteString(bytes.prefix(place))] {
          do {
            _ = try parse(
              try Tensor(strings: [data], shape: [1]),
              Wish(sparse: [("b", .int64), ("c", .string)], dense: [("a", .float32, [2], empty)]))
          } catch let error as EngineError {
            #expect(error.code == .invalidArgument, "\(error)")
            failures += 1
          }
        }
      }
    }
    #expect(failures > good.count)
  }
}
