import EngineCore
import Foundation
import Testing

@testable import EngineFormats

/// Values that jobs write and tests read after they have waited.
private final class Notes: @unchecked Sendable {
  private let lock = Lock()
  private var numbers: [Int] = []
  func add(_ number: Int) { lock.withLock { numbers.append(number) } }
  var all: [Int] { lock.withLock { numbers } }
}

@Suite struct BackgroundFilesTests {
  private let background = BackgroundFiles.shared

  @Test func jobsAreDoneInOrder() throws {
    let notes = Notes()
    let jobs = (0..<100).map { number in background.start { notes.add(number) } }
    try jobs[50].wait()
    #expect(jobs[50].isDone && notes.all.count > 50)
    try jobs[99].wait()
    #expect(notes.all == Array(0..<100))
    let last = background.start { notes.add(100) }
    background.settle()
    #expect(last.isDone && notes.all.count == 101)
  }

  @Test func failuresAreForThoseWhoWait() throws {
    let failing = background.start { throw EngineError.dataLoss("spoiled") }
    let next = background.start {}
    background.settle()
    try next.wait()
    for _ in 0..<2 { expectFailure(.dataLoss, "spoiled") { try failing.wait() } }
  }

  @Test func jobsLetGoOfWhatTheyHold() throws {
    final class Held {}
    weak var held: Held?
    let job: BackgroundFiles.Job
    do {
      let object = Held()
      held = object
      job = background.start { _ = object }
    }
    try job.wait()
    #expect(held == nil)
  }

  @Test func jobsMayReadCheckpoints() throws {
    try withTemporaryDirectory { directory in
      let prefix = directory + "/m"
      let job = background.start {
        let writer = try TensorBundleWriter(prefix: prefix)
        try writer.add("x", Tensor(scalar: Int32(5)))
        try writer.finish()
        guard TensorBundle.exists(prefix) else { throw EngineError.notFound("m") }
        _ = try TensorBundleReader(prefix: prefix).read("x")
      }
      // A reader waits for the job, whoever started it.
      let restored = try TensorBundleReader(prefix: prefix).read("x")
      #expect(restored.elements(Int32.self)[0] == 5)
      try job.wait()
    }
  }

  @Test func filesAreSyncedLater() throws {
    try withTemporaryDirectory { directory in
      let all = try (0..<40).map { number in
        let syncing = BackgroundFiles.Syncing()
        try AtomicFile.write("\(directory)/\(number)", [UInt8(number)], syncing: syncing)
        #expect(try FileSystem.readFile("\(directory)/\(number)") == [UInt8(number)])
        if number % 3 == 0 { try FileSystem.remove("\(directory)/\(number)") }
        background.synchronizeLater(syncing)
        return syncing
      }
      try background.waitUntilDurable(anyOf: [all[39], all[38]])
      #expect(all[38].isDurable || all[39].isDurable)
      background.synchronizeAll()
      for syncing in all {
        #expect(syncing.isDurable)
        try syncing.check()
      }
      #expect(try FileSystem.listDirectory(directory).count == 26)
    }
  }

  @Test func aJobCanWaitForTheDisk() throws {
    try withTemporaryDirectory { directory in
      let syncing = BackgroundFiles.Syncing()
      let job = background.start {
        try AtomicFile.write(directory + "/x", [1], syncing: syncing)
        BackgroundFiles.shared.synchronizeLater(syncing)
        try BackgroundFiles.shared.waitUntilDurable(anyOf: [syncing])
        guard syncing.isDurable else { throw EngineError.dataLoss("not on disk") }
      }
      try job.wait()
    }
  }

  @Test func directoriesMayVanish() throws {
    let syncing = BackgroundFiles.Syncing()
    try withTemporaryDirectory { try AtomicFile.write($0 + "/x", [1], syncing: syncing) }
    background.synchronizeLater(syncing)
    background.synchronizeAll()
    #expect(syncing.isDurable)
  }

  @Test(arguments: [false, true], [false, true])
  func largeTensorsHaveTheSameBytes(inJob: Bool, later: Bool) throws {
    try withTemporaryDirectory { directory in
      let count = (5 << 20) / 4 + 3
      let tensor = try Tensor(Array(0..<Int32(count)), shape: [count])
      let prefix = directory + "/m"
      let write = {
        let syncing = later ? BackgroundFiles.Syncing() : nil
        let writer = try TensorBundleWriter(prefix: prefix, expectedByteCount: tensor.byteCount, syncing: syncing)
        try writer.add("first", Tensor(scalar: Int64(7)))
        try writer.add("large", tensor)
        try writer.add("last", Tensor(scalar: true))
        try writer.finish()
        if let syncing { BackgroundFiles.shared.synchronizeLater(syncing) }
      }
      if inJob { try background.start(write).wait() } else { try write() }
      let reader = try TensorBundleReader(prefix: prefix)
      #expect(contents(try reader.read("large")) == contents(tensor))
      let first = try reader.read("first")
      #expect(first.elements(Int64.self)[0] == 7)
      for name in reader.names { try reader.verify(name) }
      let whole = try FileSystem.readFile(prefix + ".data-00000-of-00001")
      #expect(whole.count == 8 + tensor.byteCount + 1)
      #expect(try reader.entry("large").checksum == Checksum(ByteString(whole[8..<8 + tensor.byteCount])).masked)
      // Damage in any piece is found, with and without keeping the bytes.
      for position in [8, 8 + 1 << 20, 7 + tensor.byteCount] {
        var bytes = whole
        bytes[position] ^= 1
        try writeFile(prefix + ".data-00000-of-00001", bytes)
        let damaged = try TensorBundleReader(prefix: prefix)
        expectFailure(.dataLoss, "checksum") { _ = try damaged.read("large") }
        expectFailure(.dataLoss, "checksum") { try damaged.verify("large") }
      }
      try writeFile(prefix + ".data-00000-of-00001", ByteString(whole.prefix(2 << 20)))
      expectFailure(.dataLoss, "truncated") { try TensorBundleReader(prefix: prefix).verify("large") }
    }
  }

  @Test func checksumsCombine() {
    var generator = SystemRandomNumberGenerator()
    for (first, second) in [(0, 0), (0, 5), (5, 0), (1, 1), (3, 1000), (1000, 3), (4096, 4095), (77, 1 << 16)] {
      let bytes = (0..<first + second).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let parts = (Checksum(ByteString(bytes[..<first])).value, Checksum(ByteString(bytes[first...])).value)
      #expect(Checksum.combine(parts.0, parts.1, byteCount: second) == Checksum(bytes).value)
    }
  }
}
