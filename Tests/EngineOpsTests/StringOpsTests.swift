import EngineCore
import EngineGraph
import EngineRuntime
import EngineTestSupport
import Testing

@testable import EngineOps

/// String ops against what TensorFlow 2.15 gives for the same inputs.
@Suite struct StringOpsTests {
  init() { OpCatalog.install() }

  private func strings(_ values: [String], shape: [Int]? = nil) throws -> Tensor {
    try Tensor(strings: values.map { ByteString($0.utf8) }, shape: shape ?? [values.count])
  }

  private func run(
    _ op: String, _ arguments: [[Tensor]], _ attributes: [String: AttributeValue] = [:]
  ) throws -> [Tensor] {
    let graph = Graph()
    let outputs = try arguments.map { try $0.map { try graph.constant($0) } }
    let node = try graph.addNode(op, arguments: outputs, attributes: attributes)
    return try Session(graph: graph).run(fetches: node.outputs)
  }

  private func texts(_ tensor: Tensor) -> [String] { tensor.strings.map { String(decoding: $0, as: UTF8.self) } }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as EngineError {
      return error.message
    } catch {
      return "\(error)"
    }
  }

  @Test func numbersAsText() throws {
    func format(_ tensor: Tensor, _ attributes: [String: AttributeValue] = [:]) throws -> [String] {
      texts(try run("AsString", [[tensor]], attributes)[0])
    }
    let floats = try Tensor([Float(1.5), -2.25, 1e10, .nan, .infinity], shape: [5])
    #expect(try format(floats) == ["1.500000", "-2.250000", "10000000000.000000", "nan", "inf"])
    let two = try Tensor([Float(1.5), -2.25], shape: [2])
    #expect(
      try format(two, ["precision": .int(3), "width": .int(8), "fill": .string("0")]) == ["0001.500", "-002.250"])
    let small = try Tensor([Float(1.5), 1e-7], shape: [2])
    #expect(try format(small, ["shortest": .bool(true)]) == ["1.5", "1e-07"])
    #expect(try format(small, ["scientific": .bool(true), "precision": .int(2)]) == ["1.50e+00", "1.00e-07"])
    let integers = try Tensor([Int32(1), -20], shape: [2])
    #expect(try format(integers, ["width": .int(5)]) == ["    1", "  -20"])
    #expect(message { _ = try format(integers, ["precision": .int(5)]) }.contains("precision not supported"))
    #expect(try format(Tensor([true, false], shape: [2])) == ["true", "false"])
    #expect(try format(Tensor([Half(1.1)], shape: [1])) == ["1.099609"])
    #expect(try format(Tensor([UInt64.max], shape: [1])) == ["18446744073709551615"])
  }

  @Test(arguments: [
    (" a  b c ", "", -1, ["a", "b", "c"]), (" a  b c ", "", 1, ["a", "b c "]),
    ("a,b,,c", ",", -1, ["a", "b", "", "c"]), ("a,b,,c", ",", 2, ["a", "b", ",c"]), ("", ",", -1, [""]),
    ("", "", -1, []), ("a<>b<>", "<>", -1, ["a", "b", ""]),
  ])
  func splitting(_ text: String, _ separator: String, _ limit: Int, _ expected: [String]) throws {
    let result = try run(
      "StringSplitV2", [[try strings([text])], [Tensor(string: separator)]], ["maxsplit": .int(limit)])
    #expect(texts(result[1]) == expected)
    #expect(try result[0].integers() == expected.indices.flatMap { [0, $0] })
    #expect(try result[2].integers() == [1, expected.count])
  }

  @Test(arguments: [
    (" a  b c ", " ", true, ["a", "b", "c"]), ("a,b,,c", ",", false, ["a", "b", "", "c"]), ("", ",", false, []),
    ("a,b;c", ",;", true, ["a", "b", "c"]), ("ab", "", true, ["a", "b"]),
  ])
  func splittingAtCharacters(_ text: String, _ delimiter: String, _ skips: Bool, _ expected: [String]) throws {
    let result = try run(
      "StringSplit", [[try strings([text])], [Tensor(string: delimiter)]], ["skip_empty": .bool(skips)])
    #expect(texts(result[1]) == expected)
    #expect(try result[0].integers() == expected.indices.flatMap { [0, $0] })
    #expect(try result[2].integers() == [1, expected.count])
  }

  @Test(arguments: [
    ([0], ["a-c", "b-d"]), ([-1], ["a-b", "c-d"]), ([0, 1], ["a-c-b-d"]), ([1, 0], ["a-b-c-d"]),
    ([], ["a", "b", "c", "d"]),
  ])
  func joiningAlongAxes(_ axes: [Int], _ expected: [String]) throws {
    let matrix = try strings(["a", "b", "c", "d"], shape: [2, 2])
    let indices = try Tensor(axes.map { Int32($0) }, shape: [axes.count])
    let result = try run("ReduceJoin", [[matrix], [indices]], ["separator": .string("-")])
    #expect(texts(result[0]) == expected)
  }

  @Test func substrings() throws {
    func cut(_ values: [String], _ position: Int32, _ length: Int32, _ unit: String = "BYTE") throws -> [String] {
      texts(
        try run(
          "Substr", [[try strings(values)], [Tensor(scalar: position)], [Tensor(scalar: length)]],
          ["unit": .string(unit)])[0])
    }
    #expect(try cut(["hello", "héllo"], 1, 2, "UTF8_CHAR") == ["el", "él"])
    #expect(try cut(["hello", "abc"], -3, 2) == ["ll", "ab"])
    #expect(try cut(["hello"], 5, 2) == [""])
    #expect(try cut(["hello"], 2, -1) == ["llo"])
    #expect(message { _ = try cut(["hello"], 6, 2) } == "pos 6 out of range for string b'hello' at index 0")
  }

  @Test func textAsNumbers() throws {
    let floats = try run("StringToNumber", [[try strings([" 1.5 ", "-3e2", "inf", "0x10", "nan"])]])[0].doubles()
    #expect(floats[..<4] == [1.5, -300, .infinity, 16])
    #expect(floats[4].isNaN)
    let integers = ["out_type": AttributeValue.type(.int64)]
    #expect(try run("StringToNumber", [[try strings([" -15 "])]], integers)[0].integers() == [-15])
    for bad in ["1.5", "+7", "", "x"] {
      let text = message { _ = try run("StringToNumber", [[try strings([bad])]], integers) }
      #expect(text == "StringToNumberOp could not correctly convert string: \(bad)")
    }
  }

  @Test func caseAndLength() throws {
    let unicode = ["encoding": AttributeValue.string("utf-8")]
    #expect(texts(try run("StringLower", [[try strings(["AbÉ"])]])[0]) == ["abÉ"])
    #expect(texts(try run("StringLower", [[try strings(["AbÉ"])]], unicode)[0]) == ["abé"])
    #expect(texts(try run("StringUpper", [[try strings(["abé"])]], unicode)[0]) == ["ABÉ"])
    #expect(texts(try run("StringStrip", [[try strings([" a b\t\n"])]])[0]) == ["a b"])
    #expect(try run("StringLength", [[try strings(["héllo"])]])[0].integers() == [6])
    #expect(
      try run("StringLength", [[try strings(["héllo"])]], ["unit": .string("UTF8_CHAR")])[0].integers() == [5])
  }

  @Test func joining() throws {
    let result = try run(
      "StringJoin", [[try strings(["a", "b"]), Tensor(string: "x"), try strings(["1", "2"])]],
      ["separator": .string("-")])[0]
    #expect(texts(result) == ["a-x-1", "b-x-2"])
  }

  @Test func rawBytes() throws {
    let bytes = try Tensor(strings: [[1, 2, 3, 4]], shape: [1])
    let big = try run("DecodeRaw", [[bytes]], ["out_type": .type(.int16), "little_endian": .bool(false)])[0]
    #expect(big.shape == [1, 2])
    #expect(try big.integers() == [258, 772])
    #expect(
      message { _ = try run("DecodeRaw", [[try strings(["abc"])]], ["out_type": .type(.int16)]) }
        == "Input to DecodeRaw has length 3 that is not a multiple of 2, the size of int16")
  }

  @Test func base64() throws {
    let input = try Tensor(
      strings: [ByteString("a".utf8), ByteString("ab".utf8), [0xc3, 0xbf, 0xc3, 0xbe, 0x7e]], shape: [3])
    #expect(texts(try run("EncodeBase64", [[input]])[0]) == ["YQ", "YWI", "w7_Dvn4"])
    #expect(texts(try run("EncodeBase64", [[input]], ["pad": .bool(true)])[0])[..<2] == ["YQ==", "YWI="])
    let decoded = try run("DecodeBase64", [[try strings(["YQ", "YQ==", "YWI=", "_v8"])]])[0]
    #expect(decoded.strings == [[0x61], [0x61], [0x61, 0x62], [0xfe, 0xff]])
    #expect(
      message { _ = try run("DecodeBase64", [[try strings(["Y"])]]) } == "Base64 string length cannot be 1 modulo 4.")
    #expect(message { _ = try run("DecodeBase64", [[try strings(["Y+=="])]]) } == "Invalid character found in base64.")
  }

  @Test func commaSeparatedValues() throws {
    let number = Tensor(scalar: Int32(7))
    let required = try Tensor([Int32](), shape: [0])
    func decode(
      _ record: String, _ defaults: [Tensor], _ attributes: [String: AttributeValue] = [:]
    ) throws -> [Tensor] { try run("DecodeCSV", [[try strings([record])], defaults], attributes) }
    let text = Tensor(string: "x")
    let three = try decode("1,2.5,abc", [number, Tensor(scalar: Float(0)), text])
    #expect(try three[0].integers() == [1])
    #expect(try three[1].doubles() == [2.5])
    #expect(texts(three[2]) == ["abc"])
    #expect(try decode(",", [number, text])[0].integers() == [7])
    #expect(texts(try decode("1,\"a \"\"b\"\", c\"", [number, text])[1]) == ["a \"b\", c"])
    #expect(texts(try decode("1,\"a\"", [number, text], ["use_quote_delim": .bool(false)])[1]) == ["\"a\""])
    let selected = try decode(
      "NA;3;4", [number, number],
      ["field_delim": .string(";"), "na_value": .string("NA"), "select_cols": .ints([0, 2])])
    #expect(try selected.map { try $0.integers() } == [[7], [4]])
    #expect(try decode("1,2,\n", [number, number]).map { try $0.integers() } == [[1], [2]])
    let failures: [(String, [Tensor], String)] = [
      (",2", [required, number], "Field 0 is required but missing in record 0!"),
      ("1,a\"b", [number, text], "Unquoted fields cannot have quotes/CRLFs inside"),
      ("1,\"ab", [number, text], "Quoted field has to end with quote followed by delim or end"),
      ("1,\"ab\"c", [number, text], "Quote inside a string has to be escaped by another quote"),
      ("1", [number, text], "Expect 2 fields but have 1 in record 0"),
      ("x,a", [number, text], "Field 0 in record 0 is not a valid int32: x"),
      ("1,2,3", [number, text], "Expect 2 fields but have 3 in record 0"),
      ("1,a\r\n", [number, text], "Unquoted fields cannot have quotes/CRLFs inside"),
      ("", [number], "Expect 1 fields but have 0 in record 0"),
    ]
    for (record, defaults, expected) in failures {
      #expect(message { _ = try decode(record, defaults) } == expected)
    }
  }

  @Test func hashesAreTensorFlows() throws {
    let words =
      ["", "a", "hello"].map { ByteString($0.utf8) } + [
        ByteString(repeating: 0x78, count: 17), ByteString(repeating: 0x79, count: 40),
        ByteString(repeating: 0x7a, count: 100), ByteString(repeating: 0x77, count: 64),
        ByteString(repeating: 0x76, count: 65), ByteString("abcd".utf8), ByteString("abcdefgh".utf8),
        ByteString(repeating: 0x71, count: 128),
      ]
    let buckets = ["num_buckets": AttributeValue.int(1 << 61)]
    let input = try Tensor(strings: words, shape: [words.count])
    #expect(
      try run("StringToHashBucketFast", [[input]], buckets)[0].integers() == [
        1_936_946_117_179_621_455, 1_388_589_064_740_894_179, 1_480_529_417_359_330_536, 2_082_709_914_559_524_773,
        276_292_113_409_495_006, 2_303_320_919_522_884_217, 2_249_564_936_284_866_554, 978_096_718_525_207_200,
        1_897_425_971_756_105_985, 2_227_542_566_675_949_833, 743_647_671_857_563_274,
      ])
    #expect(
      try run("StringToHashBucketStrong", [[input]], buckets.merging(["key": .ints([1, 2])]) { $1 })[0].integers() == [
        443_797_209_252_341_627, 546_566_331_822_570_742, 651_357_319_376_107_670, 806_052_706_558_408_272,
        546_253_200_436_764_653, 2_294_447_551_208_190_567, 961_158_343_003_684_371, 2_286_023_482_883_693_641,
        1_971_495_942_962_216_147, 343_174_993_046_816_156, 758_637_561_544_298_530,
      ])
    #expect(
      try run("StringToHashBucket", [[input]], buckets)[0].integers() == [
        105_434_511_174_508_091, 690_789_896_157_841_916, 1_331_861_223_480_393_034, 1_855_313_144_442_106_166,
        454_532_225_563_961_465, 1_186_615_579_875_097_071, 417_399_292_188_722_093, 1_161_459_134_797_928_279,
        404_301_170_780_174_469, 1_124_008_166_558_006_354, 225_805_161_818_832_979,
      ])
  }
}
