import EngineCore
import Testing

@testable import EngineFormats

@Suite struct EventTests {
  static func goldenEvents() throws -> String {
    let names = try FileSystem.glob(fixturePath("events/events.out.tfevents.*"))
    return try #require(names.first)
  }

  @Test func readsAndRebuildsTensorFlowsEventFile() throws {
    let path = try Self.goldenEvents()
    let events = try EventFileReader.events(path)
    #expect(events.count == 3)
    #expect(events[0].string("file_version") == "brain.Event:2")
    let times = events.map { $0.double("wall_time") }
    // The same events, built here, give the same file.
    let values = try Tensor([Float(1), 2, -3, 0, 0.5], shape: [5])
    let rebuilt = [
      try Event.version(wallSeconds: times[0]),
      try Event.summary(
        Summary.message([.scalar("loss", 0.5), .histogram("h", values)]), step: 5, wallSeconds: times[1]),
      try Event.sessionLog(.checkpoint, checkpointPath: "/d/model.ckpt", step: 5, wallSeconds: times[2]),
    ]
    try withTemporaryDirectory { directory in
      let writer = try RecordWriter(directory + "/x")
      for event in rebuilt { try writer.write(event.serialized()) }
      try writer.close()
      #expect(try FileSystem.readFile(directory + "/x") == FileSystem.readFile(path))
    }
  }

  @Test func histogramsAreTensorFlows() throws {
    let lines = String(decoding: try fixture("events/histograms.txt"), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 11)
    #expect(Histogram.limits.count == 2 * 775 + 1)
    for line in lines {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false)
      let numbers = try parts[0].split(separator: " ").map { try #require(Double($0)) }
      let message = try Histogram(Tensor(numbers, shape: [numbers.count]), name: "h").message()
      let hex = message.serialized().map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
      #expect(hex == parts[1], "\(parts[0])")
    }
    expectFailure(.invalidArgument, "Nan in summary histogram for: w") {
      _ = try Histogram(Tensor([Float.nan], shape: [1]), name: "w")
    }
    expectFailure(.invalidArgument, "Infinity") { _ = try Histogram(Tensor([-Double.infinity], shape: [1]), name: "w") }
    expectFailure(.invalidArgument, "string") { _ = try Histogram(Tensor(string: "x"), name: "w") }
    let extreme = try Histogram(
      Tensor([Double.greatestFiniteMagnitude, -.greatestFiniteMagnitude], shape: [2]), name: "w")
    #expect(extreme.buckets.last == 1 && extreme.buckets[1] == 1)
    let counts = try Histogram(Tensor([true, false, true], shape: [3]), name: "w")
    #expect(counts.sum == 2 && counts.count == 3)
  }

  @Test func writerFlushesByCountOnRequestAndOnClose() throws {
    try withTemporaryDirectory { directory in
      let writer = try EventFileWriter(directory: directory + "/a/b", suffix: ".x", queueSize: 3)
      let name = FileSystem.baseName(of: writer.path)
      #expect(name.hasPrefix("events.out.tfevents.1") && name.hasSuffix(".\(FileSystem.hostName).x"))
      #expect(name.split(separator: ".")[3].count == 10)
      func count() throws -> Int { try EventFileReader.events(writer.path).count }
      #expect(try count() == 1)
      for step in 1...2 { try writer.add(Event.summary(Summary.message([.scalar("a", 1)]), step: step)) }
      #expect(try count() == 1)
      try writer.add(Event.summary(Summary.message([.scalar("a", 1)]), step: 3))
      #expect(try count() == 4)
      try writer.add(Event.graph([1, 2, 3]))
      try writer.flush()
      #expect(try count() == 5)
      try writer.add(Event.runMetadata(tag: "t", [], step: 4))
      try writer.close()
      #expect(try count() == 6)
      #expect(try EventFileReader.events(writer.path).map { $0.int("step") } == [0, 1, 2, 3, 0, 4])
      // Closed: ignored. Reopened: another file, even in the same second.
      try writer.add(Event.graph([]))
      let first = writer.path
      try writer.reopen()
      #expect(writer.path != first)
      try writer.add(Event.metaGraph([7]))
      try writer.close()
      #expect(try EventFileReader.events(writer.path)[1].bytes("meta_graph_def") == [7])
    }
  }

  @Test func flushesByTime() throws {
    try withTemporaryDirectory { directory in
      let writer = try EventFileWriter(directory: directory, flushSeconds: 0)
      try writer.add(Event.graph([]))
      #expect(try EventFileReader.events(writer.path).count == 2)
    }
  }

  @Test func failuresOfWritingAreErrors() throws {
    try withTemporaryDirectory { directory in
      let writer = try EventFileWriter(directory: directory)
      try FileSystem.remove(writer.path)
      try writer.add(Event.graph([]))
      expectFailure(.unknown, "has disappeared") { try writer.flush() }
      let file = try OutputFile(directory + "/file", .create)
      try file.close()
      expectFailure(.alreadyExists) { _ = try EventFileWriter(directory: directory + "/file/sub") }
    }
    guard FileSystem.exists("/dev/full") else { return }
    let full = try OutputFile("/dev/full", .append)
    try full.write([1])
    expectFailure(.resourceExhausted, "/dev/full; ") { try full.flush() }
    expectFailure(.resourceExhausted) { try full.write([1]) }
  }

  @Test func recordFilesAreTensorFlows() throws {
    let golden = fixturePath("records/plain.tfrecord")
    let records: [ByteString] = [
      [], ByteString("abc".utf8), (0..<768).map { UInt8(truncatingIfNeeded: $0) },
    ]
    for bufferSize in [1, 64, 100, 1 << 18] {
      let reader = try RecordReader(golden, bufferSize: bufferSize)
      for record in records { #expect(try reader.next() == record) }
      #expect(try reader.next() == nil)
      #expect(try reader.next() == nil)
    }
    try withTemporaryDirectory { directory in
      let writer = try RecordWriter(directory + "/x")
      for record in records { try writer.write(record) }
      try writer.close()
      #expect(try FileSystem.readFile(directory + "/x") == FileSystem.readFile(golden))
    }
    expectFailure(.dataLoss, "incorrect header check") {
      _ = try RecordReader(golden, compression: RecordCompression(named: "GZIP")).next()
    }
    expectFailure(.invalidArgument, "LZ4") { _ = try RecordCompression(named: "LZ4") }
    expectFailure(.notFound) { _ = try RecordReader("/nowhere/x") }
  }

  @Test func damagedRecordsAreNoticed() throws {
    let bytes = try fixture("records/plain.tfrecord")
    try withTemporaryDirectory { directory in
      let path = directory + "/x"
      func read(_ content: ByteString) throws -> [ByteString] {
        try writeFile(path, content)
        let reader = try RecordReader(path)
        var records: [ByteString] = []
        while let record = try reader.next() { records.append(record) }
        return records
      }
      let whole = try read(bytes)
      for index in bytes.indices {
        var damaged = bytes
        damaged[index] ^= 1 << UInt8(index % 8)
        expectFailure(.dataLoss, "corrupted record at ") { _ = try read(damaged) }
        // A cut in a header counts as the end; one in a record is an error.
        let isInHeader = [0..<12, 16..<28, 35..<47].contains { $0.contains(index) }
        if isInHeader {
          #expect(try read(ByteString(bytes[..<index])) == Array(whole.prefix(index < 12 ? 0 : index < 28 ? 1 : 2)))
        } else if ![16, 35].contains(index) {
          expectFailure(.dataLoss, "truncated record at ") { _ = try read(ByteString(bytes[..<index])) }
        }
      }
    }
  }

  @Test func growingFilesAreFollowed() throws {
    try withTemporaryDirectory { directory in
      let bytes = try FileSystem.readFile(Self.goldenEvents())
      let file = try OutputFile(directory + "/x", .create)
      let reader = try EventFileReader(directory + "/x")
      var count = 0
      for byte in bytes {
        try file.write([byte])
        try file.flush()
        while try reader.next() != nil { count += 1 }
      }
      #expect(count == 3)
    }
  }

  @Test func containersHoldWhatTheyAreGiven() throws {
    let tensor = try Tensor([Int32(1), 2, 3], shape: [3])
    let summary = try Summary.message([
      .image(Summary.elementTag("i", kind: "image", index: 1, of: 2), height: 2, width: 3, colorspace: 4, encoded: [9]),
      .audio(
        Summary.elementTag("a", kind: "audio", index: 0, of: 1), sampleRate: 8000, channels: 2, frames: 5, encoded: [8]),
      .tensor("t", tensor, pluginName: "text"), .tensor("s", Tensor(string: "x")),
    ])
    let values = try ProtoMessage("Summary", parsing: summary.serialized()).messages("value")
    #expect(values.map { $0.string("tag") } == ["i/image/1", "a/audio", "t", "s"])
    #expect(values[0].message("image")?.int("colorspace") == 4)
    #expect(values[1].message("audio")?.string("content_type") == "audio/wav")
    #expect(try values[2].message("tensor")?.tensorValue().scalars(Int32.self) == [1, 2, 3])
    #expect(values[2].message("metadata")?.message("plugin_data")?.string("plugin_name") == "text")
    #expect(try values[3].message("tensor")?.tensorValue().strings == [ByteString("x".utf8)])
  }
}
