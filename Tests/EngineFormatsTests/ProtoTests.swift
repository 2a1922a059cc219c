import EngineCore
import Testing

@testable import EngineFormats

@Suite struct ProtoTests {
  @Test func everyReferenceOfTheSchemaResolves() throws {
    for name in ProtoSchema.messageNames {
      let descriptor = try ProtoSchema.message(name)
      #expect(descriptor.fields.map(\.number) == descriptor.fields.map(\.number).sorted(), "\(name)")
      for field in descriptor.fields {
        // What TensorFlow's Python API alone understands is left out on purpose.
        if case .message("SavedObjectGraph") = field.type { continue }
        if case .message(let inner) = field.type { _ = try ProtoSchema.message(inner) }
      }
    }
  }

  @Test func wireFormIsTensorFlows() throws {
    for (type, name) in [
      ("NodeDef", "text/node.pb"), ("GraphDef", "graph/graph.pb"), ("GraphDef", "graph/graph_shapes.pb"),
    ] {
      let bytes = try fixture(name)
      #expect(try ProtoMessage(type, parsing: bytes).serialized() == bytes, "\(name)")
    }
  }

  @Test func textFormIsTensorFlows() throws {
    for (type, name) in [
      ("NodeDef", "text/node"), ("GraphDef", "graph/graph"), ("GraphDef", "graph/graph_shapes"),
    ] {
      let message = try ProtoMessage(type, parsing: fixture(name + ".pb"))
      let text = try fixture(name + ".pbtxt")
      #expect(String(decoding: message.text(), as: UTF8.self) == String(decoding: text, as: UTF8.self), "\(name)")
      #expect(try ProtoMessage(type, parsingText: text).serialized() == message.serialized(), "\(name)")
    }
  }

  @Test func savedModelSurvives() throws {
    let model = try ProtoMessage("SavedModel", parsing: fixture("saved_model/saved_model.pb"))
    let again = try ProtoMessage("SavedModel", parsing: model.serialized())
    #expect(again.text() == model.text())
    #expect(try ProtoMessage("SavedModel", parsingText: model.text()).text() == model.text())
    let meta = try #require(model.messages("meta_graphs").first)
    #expect(meta.message("meta_info_def")?.strings("tags") == ["serve"])
    let signature = try #require(meta.entry("signature_def", "serving_default"))
    #expect(signature.entry("inputs", "x")?.string("name") == "x:0")
  }

  @Test func defaultsAreLeftOutUnlessTheyHavePresence() throws {
    var event = try ProtoMessage("Event")
    event["step"] = 0
    event["file_version"] = ""
    #expect(event.serialized() == [0x1a, 0])
    event["summary"] = .message(try ProtoMessage("Summary"))
    #expect(event.serialized() == [0x2a, 0])  // the other member of the oneof is gone
    event["wall_time"] = .double(-0.0)
    #expect(event.serialized().count == 11)
  }

  @Test func packedAndSingleElementsAreBothRead() throws {
    var list = try ProtoMessage("VersionDef")
    list["bad_consumers"] = .list([1, -1])
    let packed = list.serialized()
    #expect(packed == [0x1a, 11, 1] + [UInt8](repeating: 0xff, count: 9) + [1])
    let single: ByteString = [0x18, 1, 0x18] + [UInt8](repeating: 0xff, count: 9) + [1]
    #expect(try ProtoMessage("VersionDef", parsing: single).ints("bad_consumers") == [1, -1])
    #expect(try ProtoMessage("VersionDef", parsing: packed).ints("bad_consumers") == [1, -1])
  }

  @Test func unknownFieldsAreSkipped() throws {
    // Number 100 in all wire types, a group among them, around field 1.
    let bytes: ByteString =
      [0xa0, 6, 5, 0xa1, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xa2, 6, 2, 9, 9, 0xa5, 6, 1, 2, 3, 4, 0xa3, 6, 8, 1, 0xa4, 6]
    #expect(try ProtoMessage("VersionDef", parsing: bytes + [8, 3]).int("producer") == 3)
  }

  @Test func malformedInputIsDataLoss() throws {
    let cases: [ByteString] = [
      [8], [0x80], [0, 1], [0x0a, 5, 1], [0x0a] + [UInt8](repeating: 0xff, count: 9) + [1],
      [8] + [UInt8](repeating: 0xff, count: 12), [0x0e, 1], [0x0b, 0x1c], [0x0a, 2, 0xff, 0xfe], [0x0f],
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ]
    for bytes in cases {
      expectFailure(.dataLoss) { _ = try ProtoMessage("NodeDef", parsing: bytes) }
    }
  }

  @Test func depthIsLimited() throws {
    // FullTypeDef { args { args { ... } } }
    var bytes: ByteString = []
    for _ in 0..<3000 {
      var encoder = ProtoEncoder()
      encoder.tag(2, 2)
      encoder.lengthDelimited(bytes)
      bytes = encoder.bytes
    }
    expectFailure(.dataLoss, "nested too deeply") { _ = try ProtoMessage("FullTypeDef", parsing: bytes) }
    let groups = ByteString(repeating: 0x2b, count: 100_000)
    expectFailure(.dataLoss, "nested too deeply") { _ = try ProtoMessage("FullTypeDef", parsing: groups) }
    let text = ByteString((String(repeating: "args {", count: 3000)).utf8)
    expectFailure(.invalidArgument, "nested too deeply") { _ = try ProtoMessage("FullTypeDef", parsingText: text) }
  }

  @Test func textFormIsReadLiberally() throws {
    let text = """
      # a comment
      name: 'a' "b\\x41\\101\\n\\u00e9"  op: "x";  input: ["p", "q"], input: "r"
      attr < key: "f" value: { f: 1.5f } >
      attr { value { i: 0x10 } key: "i" }
      attr { key: "l" value { list { b: [true, f, 1] type: DT_FLOAT type: 3 f: [1, -inf, 2e-3, .5] } } }
      """
    let node = try ProtoMessage("NodeDef", parsingText: ByteString(text.utf8))
    #expect(node.string("name") == "abAA\n\u{e9}")
    #expect(node.strings("input") == ["p", "q", "r"])
    #expect(node.entry("attr", "f")?.double("f") == 1.5)
    #expect(node.entry("attr", "i")?.int("i") == 16)
    let list = try #require(node.entry("attr", "l")?.message("list"))
    #expect(list.ints("type") == [1, 3])
    #expect(list.doubles("f") == [1, -.infinity, Double(Float(2e-3)), 0.5])
    for bad in [
      "nope: 1", "name 1", "name: \"a", "name: 1", "attr { key: \"a\"", "attr { key: 1 }", "name: \"a\" name: \"b\"",
      "}",
      "input: [\"a\"", "name: \"\\q\"", "\u{1}", "attr { key: \"a\" value { i: 99999999999999999999 } }",
      "device: \"\\xff\"",
    ] {
      expectFailure(.invalidArgument, "line 1") { _ = try ProtoMessage("NodeDef", parsingText: ByteString(bad.utf8)) }
    }
  }

  @Test func damagedBytesNeverTrap() throws {
    for (type, name) in [("NodeDef", "text/node"), ("GraphDef", "graph/graph_shapes")] {
      let bytes = try fixture(name + ".pb")
      for index in bytes.indices {
        for mask: UInt8 in [0x01, 0x80, 0x18] {
          var damaged = bytes
          damaged[index] ^= mask
          _ = try? ProtoMessage(type, parsing: damaged).text()
        }
        _ = try? ProtoMessage(type, parsing: ByteString(bytes[..<index]))
      }
      let text = try fixture(name + ".pbtxt")
      for index in stride(from: 0, to: text.count, by: 17) {
        var damaged = text
        damaged[index] ^= 0x15
        _ = try? ProtoMessage(type, parsingText: damaged)
        _ = try? ProtoMessage(type, parsingText: ByteString(text[..<index]))
      }
    }
  }
}
