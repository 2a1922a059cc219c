import EngineCore
import Testing

@testable import EngineFormats

@Suite struct BundleTests {
  static let types: [DType] = [
    .float32, .float64, .int32, .uint8, .int16, .int8, .complex64, .int64, .bool, .bfloat16, .uint16, .complex128,
    .float16, .uint32, .uint64,
  ]

  /// 0 to 5 in each type; Booleans are true but for 0.
  static func sample(_ dtype: DType) throws -> Tensor {
    let numbers = (0..<6).map { Float($0) }
    switch dtype {
    case .complex64: return try Tensor(numbers.flatMap { [$0, 0] }, shape: [2, 6]).viewed(.complex64, [2, 3])
    case .complex128:
      return try Tensor(numbers.flatMap { [Double($0), 0] }, shape: [2, 6]).viewed(.complex128, [2, 3])
    default:
      let target = try Tensor(uninitialized: dtype, shape: [2, 3])
      for (index, number) in numbers.enumerated() {
        let element = try Tensor(scalar: Double(number), dtype: dtype)
        (target.pointer + index * dtype.itemSize).copyMemory(from: element.pointer, byteCount: dtype.itemSize)
      }
      return target
    }
  }

  static func strings() throws -> Tensor {
    try Tensor(
      strings: [ByteString("a".utf8), ByteString("bcd".utf8), [], ByteString(repeating: 0x78, count: 200)],
      shape: [2, 2])
  }

  /// Writes what `Fixtures/make_fixtures.py` writes.
  static func writeGolden(_ prefix: String) throws {
    let writer = try TensorBundleWriter(prefix: prefix)
    for dtype in types { try writer.add("types/\(dtype.name)", sample(dtype)) }
    try writer.add("empty", Tensor(zeros: .float32, shape: [0, 3]))
    try writer.add("global_step", Tensor(scalar: Int64(7)))
    try writer.add("strings", strings())
    try writer.add("no_strings", Tensor(strings: [], shape: [0]))
    try writer.add("\u{e9}t\u{e9}", Tensor([Float(1.5), -2], shape: [2]))
    let rows = (0..<20).map { Float($0) }
    try writer.addSlice(
      "part", fullShape: [10, 2], start: [0, 0], extent: [5, 2], Tensor(Array(rows[..<10]), shape: [5, 2]))
    try writer.addSlice(
      "part", fullShape: [10, 2], start: [5, 0], extent: [5, 2], Tensor(Array(rows[10...]), shape: [5, 2]))
    for column in 0..<2 {
      try writer.addSlice(
        "column", fullShape: [10, 2], slice: TensorSlice(parsing: "-:\(column),1"),
        Tensor((0..<10).map { rows[2 * $0 + column] }, shape: [10, 1]))
    }
    try writer.addSlice("whole", fullShape: [10, 2], start: [0, 0], extent: [10, 2], Tensor(rows, shape: [10, 2]))
    try writer.finish()
  }

  @Test func filesAreTensorFlowsByteForByte() throws {
    try withTemporaryDirectory { directory in
      let prefix = directory + "/sub/model.ckpt-7"
      try Self.writeGolden(prefix)
      for suffix in [".index", ".data-00000-of-00001"] {
        #expect(try FileSystem.readFile(prefix + suffix) == fixture("checkpoint/model.ckpt-7" + suffix), "\(suffix)")
      }
      #expect(try FileSystem.listDirectory(directory + "/sub").count == 2)
    }
  }

  @Test func readsTensorFlowsFiles() throws {
    let reader = try TensorBundleReader(prefix: fixturePath("checkpoint/model.ckpt-7"))
    #expect(
      reader.names
        == (["column", "empty", "global_step", "no_strings", "part", "strings", "whole", "\u{e9}t\u{e9}"]
        + Self.types.map { "types/\($0.name)" }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    for dtype in Self.types {
      let tensor = try reader.read("types/\(dtype.name)")
      #expect(tensor.dtype == dtype && tensor.shape == [2, 3])
      #expect(try contents(tensor) == contents(Self.sample(dtype)), "\(dtype)")
      #expect(Int(bitPattern: tensor.pointer) % 64 == 0)
    }
    #expect(try reader.read("strings").strings == Self.strings().strings)
    #expect(try reader.read("empty").shape == [0, 3])
    #expect(try reader.read("no_strings").shape == [0])
    #expect(try reader.read("global_step").scalars(Int64.self) == [7])
    let rows = (0..<20).map { Float($0) }
    for name in ["part", "column", "whole"] {
      #expect(try reader.entry(name).shape == [10, 2])
      #expect(try reader.read(name).scalars(Float.self) == rows, "\(name)")
      // Across the seam of the stored parts.
      let slice = try reader.readSlice(name, start: [3, 1], extent: [4, 1])
      #expect(slice.shape == [4, 1])
      #expect(try slice.scalars(Float.self) == [7, 9, 11, 13], "\(name)")
    }
    #expect(reader.contains("part") && !reader.contains("nope") && !reader.contains(""))
    expectFailure(.notFound, "Key nope not found in checkpoint") { _ = try reader.read("nope") }
    expectFailure(.invalidArgument) { _ = try reader.readSlice("part", start: [8, 0], extent: [3, -1]) }
    expectFailure(.notFound, "Failed to find any matching files") { _ = try TensorBundleReader(prefix: "/nowhere/x") }
  }

  @Test func indexOfSeveralBlocksIsTensorFlows() throws {
    let words = String(decoding: try fixture("many_tensors_index.txt"), as: UTF8.self).split(separator: " ")
    try withTemporaryDirectory { directory in
      let writer = try TensorBundleWriter(prefix: directory + "/m")
      for index in 0..<16000 {
        try writer.add("scope_\(index % 7)/a_rather_long_variable_name/number_\(index)", Tensor(scalar: Float(index)))
      }
      try writer.finish()
      let index = try FileSystem.readFile(directory + "/m.index")
      #expect(index.count == Int(words[0]))
      #expect(String(Checksum(index).value) == words[1].dropLast())
      let reader = try TensorBundleReader(prefix: directory + "/m")
      #expect(reader.names.count == 16000)
      #expect(try reader.read("scope_3/a_rather_long_variable_name/number_15991").scalars(Float.self) == [15991])
    }
  }

  @Test func mistakesAreReported() throws {
    try withTemporaryDirectory { directory in
      let one = Tensor(scalar: Float(1))
      let writer = try TensorBundleWriter(prefix: directory + "/m")
      try writer.add("a", one)
      expectFailure(.invalidArgument, "duplicate key: a") { try writer.add("a", one) }
      expectFailure(.invalidArgument) { try writer.add("", one) }
      expectFailure(.unimplemented, "resource") { try writer.add("r", Tensor(resource: writer)) }
      let row = try Tensor([Float(1), 2], shape: [1, 2])
      expectFailure(.invalidArgument, "has shape [2,2]") {
        try writer.addSlice("s", fullShape: [4, 2], start: [0, 0], extent: [2, 2], row)
      }
      try writer.addSlice("s", fullShape: [4, 2], start: [0, 0], extent: [1, 2], row)
      expectFailure(.invalidArgument, "does not agree") {
        try writer.addSlice("s", fullShape: [5, 2], start: [1, 0], extent: [1, 2], row)
      }
      expectFailure(.invalidArgument, "duplicate slice") {
        try writer.addSlice("s", fullShape: [4, 2], start: [0, 0], extent: [1, 2], row)
      }
      try writer.finish()
      expectFailure(.failedPrecondition) { try writer.finish() }
      expectFailure(.failedPrecondition) { try writer.add("b", one) }
      let reader = try TensorBundleReader(prefix: directory + "/m")
      expectFailure(.dataLoss, "do not cover") { _ = try reader.read("s") }
      #expect(try reader.readSlice("s", start: [0, 0], extent: [1, 1]).scalars(Float.self) == [1])
    }
  }

  @Test func unfinishedWritersLeaveNothing() throws {
    try withTemporaryDirectory { directory in
      do {
        let writer = try TensorBundleWriter(prefix: directory + "/m")
        try writer.add("a", Tensor(scalar: Float(1)))
      }
      #expect(try FileSystem.listDirectory(directory) == [])
    }
  }

  @Test func mergesShards() throws {
    try withTemporaryDirectory { directory in
      let rows = (0..<6).map { Float($0) }
      for shard in 0..<3 {
        let writer = try TensorBundleWriter(prefix: "\(directory)/m_temp/part-0000\(shard)-of-00003")
        try writer.add("v\(shard)", Tensor(scalar: Int32(shard)))
        try writer.addSlice(
          "part", fullShape: [3, 2], start: [shard, 0], extent: [1, 2],
          Tensor(Array(rows[2 * shard..<2 * shard + 2]), shape: [1, 2]))
        try writer.finish()
      }
      let sources = (0..<3).map { "\(directory)/m_temp/part-0000\($0)-of-00003" }
      try TensorBundle.merge(sources, into: directory + "/m", removesDirectories: true)
      #expect(
        try FileSystem.listDirectory(directory)
          == ["m.data-00000-of-00003", "m.data-00001-of-00003", "m.data-00002-of-00003", "m.index"])
      let reader = try TensorBundleReader(prefix: directory + "/m")
      #expect(reader.shardCount == 3)
      #expect(try reader.read("part").scalars(Float.self) == rows)
      #expect(try reader.read("v2").scalars(Int32.self) == [2])
      let twice = try TensorBundleWriter(prefix: directory + "/a")
      try twice.add("v0", Tensor(scalar: Int32(1)))
      try twice.finish()
      expectFailure(.invalidArgument, "Duplicate tensor keyed by v0") {
        try TensorBundle.merge([directory + "/m", directory + "/a"], into: directory + "/b")
      }
      try TensorBundle.remove(directory + "/m")
      #expect(try FileSystem.listDirectory(directory) == ["a.data-00000-of-00001", "a.index"])
    }
  }

  @Test func orderedCodeIsTensorFlows() {
    func signed(_ value: Int64) -> ByteString {
      var code = OrderedCode()
      code.append(signed: value)
      return code.bytes
    }
    #expect(signed(0) == [0x80])
    #expect(signed(5) == [0x85])
    #expect(signed(-1) == [0x7f])
    #expect(signed(63) == [0xbf])
    #expect(signed(64) == [0xc0, 0x40])
    #expect(signed(-64) == [0x40])
    #expect(signed(-65) == [0x3f, 0xbf])
    #expect(signed(1000) == [0xc3, 0xe8])
    #expect(signed(8192) == [0xe0, 0x20, 0x00])
    #expect(signed(.max) == [0xff, 0xc0, 0x7f] + [UInt8](repeating: 0xff, count: 7))
    #expect(signed(.min) == [0x00, 0x3f, 0x80] + [UInt8](repeating: 0, count: 7))
    let values = [Int64.min, -1 << 56, -70000, -65, -64, -1, 0, 1, 63, 64, 8191, 8192, 1 << 40, 1 << 56, .max]
    #expect(zip(values, values.dropFirst()).allSatisfy { signed($0).lexicographicallyPrecedes(signed($1)) })
  }

  /// Every flipped bit and every truncation of either file gives an error or the same data.
  @Test func damageIsNoticed() throws {
    try withTemporaryDirectory { directory in
      let prefix = directory + "/m"
      let writer = try TensorBundleWriter(prefix: prefix)
      try writer.add("a", Tensor([Float(1), 2], shape: [2]))
      try writer.add("s", Tensor(strings: [[1, 2], [], [3]], shape: [3]))
      try writer.addSlice("p", fullShape: [2], start: [0], extent: [1], Tensor([true], shape: [1]))
      try writer.addSlice("p", fullShape: [2], start: [1], extent: [1], Tensor([false], shape: [1]))
      try writer.finish()
      func everything() throws -> [String: [ByteString]] {
        let reader = try TensorBundleReader(prefix: prefix)
        return Dictionary(uniqueKeysWithValues: try reader.names.map { ($0, contents(try reader.read($0))) })
      }
      let expected = try everything()
      for suffix in [".index", ".data-00000-of-00001"] {
        let bytes = try FileSystem.readFile(prefix + suffix)
        func check(_ damaged: ByteString, _ what: String) throws {
          try writeFile(prefix + suffix, damaged)
          do {
            #expect(try everything() == expected, "\(suffix) \(what)")
          } catch let error as EngineError {
            #expect([.dataLoss, .invalidArgument, .unimplemented].contains(error.code), "\(suffix) \(what): \(error)")
          }
        }
        for index in bytes.indices {
          for bit in 0..<8 {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(bit)
            try check(damaged, "byte \(index) bit \(bit)")
          }
          try check(ByteString(bytes[..<index]), "cut at \(index)")
        }
        try check(bytes, "whole")
      }
    }
  }

  /// An index with valid checksums may still claim anything.
  @Test func hostileEntriesAreRefused() throws {
    func entry(_ shape: [Int64], offset: Int64 = 0, size: Int64, dtype: Int64 = 1, shard: Int64 = 0) throws
      -> ByteString
    {
      var message = try ProtoMessage("BundleEntryProto")
      var shapeMessage = try ProtoMessage("TensorShapeProto")
      for dimension in shape {
        var dim = try ProtoMessage("TensorShapeProto.Dim")
        dim["size"] = .int(dimension)
        shapeMessage.append("dim", .message(dim))
      }
      message["dtype"] = .int(dtype)
      message["shape"] = .message(shapeMessage)
      message["offset"] = .int(offset)
      message["size"] = .int(size)
      message["shard_id"] = .int(shard)
      return message.serialized()
    }
    let cases = [
      try entry([-1], size: 4), try entry([1 << 62, 4], size: 0), try entry([2], size: 4), try entry([1], size: -4),
      try entry([1], offset: -1, size: 4), try entry([1], offset: .max, size: 4), try entry([1 << 40], size: 4 << 40),
      try entry([1 << 40], size: 1 << 40, dtype: 7), try entry([1], size: 4, shard: 9),
      try entry([1], size: 4, dtype: 99),
      try entry([1], size: 4, shard: -1), try entry([], size: 0, dtype: 20), [0xff], [8],
    ]
    try withTemporaryDirectory { directory in
      for (index, value) in cases.enumerated() {
        let prefix = directory + "/m\(index)"
        let file = try OutputFile(prefix + ".index", .create)
        var table = SortedTableWriter(file)
        try table.add([], BundleHeader.serialized(shardCount: 1))
        try table.add(ByteString("x".utf8), value)
        try table.finish()
        try file.close()
        let data = try OutputFile(prefix + ".data-00000-of-00001", .create)
        try data.write([1, 2, 3, 4, 5, 6, 7, 8])
        try data.close()
        do {
          _ = try TensorBundleReader(prefix: prefix).read("x")
          Issue.record("case \(index) was accepted")
        } catch let error as EngineError {
          #expect([.dataLoss, .unimplemented, .invalidArgument].contains(error.code), "\(index): \(error)")
        }
      }
    }
  }

  @Test func tablesAgreeWithTheInstruction() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 3) }
    #expect(Checksum(ByteString("123456789".utf8)).value == 0xe306_9283)
    bytes.withUnsafeBytes { all in
      for start in 0..<9 {
        for count in [0, 1, 7, 8, 9, 63, 500] {
          let part = UnsafeRawBufferPointer(rebasing: all[start..<start + count])
          #expect(~Checksum.updateByTables(0xffff_ffff, part) == Checksum(part).value)
        }
      }
    }
    #expect(Checksum.unmask(Checksum.mask(0x1234_5678)) == 0x1234_5678)
  }
}

extension Tensor {
  /// The same bytes as another type and shape.
  func viewed(_ dtype: DType, _ shape: [Int]) throws -> Tensor {
    try Tensor(dtype: dtype, shape: shape, buffer: buffer)
  }
}
