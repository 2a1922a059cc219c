import EngineCore
import Foundation
import Testing

@testable import EngineFormats

@Suite struct FileTests {
  @Test func filesAndDirectories() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a/b/c"
      try FileSystem.makeDirectories(path)
      try FileSystem.makeDirectories(path)
      #expect(FileSystem.isDirectory(path) && !FileSystem.isDirectory(path + "/x"))
      try AtomicFile.write(path + "/file", [1, 2, 3])
      try AtomicFile.write(path + "/file", [4])
      #expect(try FileSystem.readFile(path + "/file") == [4])
      #expect(try FileSystem.status(path + "/file").byteCount == 1)
      #expect(abs(try FileSystem.status(path + "/file").modificationSeconds - FileSystem.wallSeconds) < 60)
      try FileSystem.rename(path + "/file", to: path + "/.other")
      try AtomicFile.write(path + "/x1", [])
      try AtomicFile.write(path + "/x2", [])
      #expect(try FileSystem.listDirectory(path) == [".other", "x1", "x2"])
      #expect(try FileSystem.glob(path + "/x?") == [path + "/x1", path + "/x2"])
      #expect(try FileSystem.glob(path + "/y*") == [])
      expectFailure(.failedPrecondition) { try FileSystem.removeDirectory(path) }
      try FileSystem.removeTree(directory + "/a")
      #expect(!FileSystem.exists(directory + "/a"))
    }
  }

  @Test func failuresHaveTensorFlowsCodes() throws {
    try withTemporaryDirectory { directory in
      try AtomicFile.write(directory + "/file", [1])
      expectFailure(.notFound, directory + "/none; No such file or directory") {
        _ = try FileSystem.readFile(directory + "/none")
      }
      expectFailure(.notFound) { _ = try FileSystem.listDirectory(directory + "/none") }
      expectFailure(.notFound) { try FileSystem.remove(directory + "/none") }
      expectFailure(.notFound) { try AtomicFile.write(directory + "/none/x", []) }
      expectFailure(.alreadyExists) { _ = try OutputFile(directory + "/file", .create) }
      expectFailure(.alreadyExists) { try FileSystem.makeDirectories(directory + "/file") }
      expectFailure(.alreadyExists) { try FileSystem.makeDirectories(directory + "/file/x") }
      expectFailure(.invalidArgument) { _ = try FileSystem.readFile(directory) }
      #expect(FileSystem.failure("x", ENOSPC).code == .resourceExhausted)
      #expect(FileSystem.failure("x", EACCES).code == .permissionDenied)
      #expect(FileSystem.failure("x", EIO).code == .unknown)
      #expect(try FileSystem.listDirectory(directory) == ["file"])
    }
  }

  @Test func uncommittedFilesVanish() throws {
    try withTemporaryDirectory { directory in
      do {
        let file = try AtomicFile(directory + "/x")
        try file.output.write([1, 2])
        #expect(try FileSystem.listDirectory(directory).count == 1)
      }
      #expect(try FileSystem.listDirectory(directory) == [])
    }
  }

  @Test func largeAndSmallWritesKeepTheirOrder() throws {
    try withTemporaryDirectory { directory in
      let file = try OutputFile(directory + "/x", .create)
      var expected = ByteString()
      for index in 0..<40 {
        let piece = ByteString(repeating: UInt8(index), count: index % 7 == 3 ? 300_000 : 1000 * index)
        try file.write(piece)
        expected += piece
      }
      #expect(file.byteCount == expected.count)
      try file.synchronize()
      try file.close()
      try file.close()
      expectFailure(.failedPrecondition) { try file.write([1]) }
      #expect(try FileSystem.readFile(directory + "/x") == expected)
    }
  }

  @Test func paths() throws {
    #expect(FileSystem.join("a", "b") == "a/b")
    #expect(FileSystem.join("a/", "b") == "a/b")
    #expect(FileSystem.join("a", "/b") == "/b")
    #expect(FileSystem.join("", "b") == "b")
    #expect(FileSystem.directory(of: "/a/b") == "/a")
    #expect(FileSystem.directory(of: "/a") == "/")
    #expect(FileSystem.directory(of: "a") == "")
    #expect(FileSystem.baseName(of: "/a/b") == "b")
    #expect(try FileSystem.relative("/a/b/c", to: "/a/d") == "../b/c")
    #expect(try FileSystem.relative("x/m-1", to: "x/") == "m-1")
    #expect(try FileSystem.relative("/a/./b/../c", to: "/a") == "c")
    #expect(try FileSystem.relative("/a", to: "/a") == ".")
  }

  @Test func checkpointStateIsTensorFlows() throws {
    try withTemporaryDirectory { directory in
      func text() throws -> String {
        String(decoding: try FileSystem.readFile(directory + "/checkpoint"), as: UTF8.self)
      }
      #expect(try CheckpointState.read(directory: directory) == nil)
      try CheckpointState.update(
        directory: directory, modelCheckpointPath: directory + "/m-1", allModelCheckpointPaths: [directory + "/m-0"],
        savesRelativePaths: true)
      #expect(
        try text() == """
          model_checkpoint_path: "m-1"
          all_model_checkpoint_paths: "m-0"
          all_model_checkpoint_paths: "m-1"

          """)
      let state = try #require(try CheckpointState.read(directory: directory))
      #expect(state.modelCheckpointPath == directory + "/m-1")
      #expect(state.allModelCheckpointPaths == [directory + "/m-0", directory + "/m-1"])
      try CheckpointState.update(
        directory: directory, modelCheckpointPath: "/x/m-1", allModelCheckpointPaths: ["/x/m-0", "/x/m-1"],
        timestamps: [1.5, 1_700_000_000.123],
        lastPreservedTimestamp: 1e9)
      #expect(
        try text() == """
          model_checkpoint_path: "/x/m-1"
          all_model_checkpoint_paths: "/x/m-0"
          all_model_checkpoint_paths: "/x/m-1"
          all_model_checkpoint_timestamps: 1.5
          all_model_checkpoint_timestamps: 1700000000.123
          last_preserved_timestamp: 1000000000.0

          """)
      #expect(try CheckpointState.read(directory: directory)?.timestamps == [1.5, 1_700_000_000.123])
      expectFailure(.invalidArgument, "must match checkpoint paths") {
        try CheckpointState.update(directory: directory, modelCheckpointPath: "m", timestamps: [1, 2])
      }
      expectFailure(.internal, "conflicts with path") {
        try CheckpointState.update(directory: directory, modelCheckpointPath: directory + "/checkpoint")
      }
    }
  }

  @Test func latestCheckpointNeedsItsFiles() throws {
    try withTemporaryDirectory { directory in
      let first = directory + "/first"
      let writer = try TensorBundleWriter(prefix: first + "/m-3")
      try writer.add("a", Tensor(scalar: Float(1)))
      try writer.finish()
      #expect(try CheckpointState.latestCheckpoint(first) == nil)
      try CheckpointState.update(directory: first, modelCheckpointPath: first + "/m-3", savesRelativePaths: true)
      #expect(try CheckpointState.latestCheckpoint(first) == first + "/m-3")
      // The directory may be moved.
      let second = directory + "/second"
      try FileSystem.rename(first, to: second)
      #expect(try CheckpointState.latestCheckpoint(second) == second + "/m-3")
      var warnings: [String] = []
      try TensorBundle.remove(second + "/m-3")
      #expect(try CheckpointState.latestCheckpoint(second) { warnings.append($0) } == nil)
      #expect(warnings == ["Couldn't match files for checkpoint \(second)/m-3"])
      try AtomicFile.write(second + "/checkpoint", ByteString("model_checkpoint_path: \"".utf8))
      #expect(try CheckpointState.latestCheckpoint(second) { warnings.append($0) } == nil)
      #expect(warnings.last?.contains("Checkpoint ignored") == true)
      try AtomicFile.write(second + "/checkpoint", ByteString("model_checkpoint_path: \"\"".utf8))
      expectFailure(.invalidArgument, "Invalid checkpoint state loaded from") {
        _ = try CheckpointState.latestCheckpoint(second)
      }
    }
  }
}

@Suite struct TemporaryFileTests {
  @Test func namesTellTheirWriter() throws {
    #expect(AtomicFile.writer(of: "a.index.tempstate17_2_1700000000") == 17)
    for name in ["a", "tempstate1_2_3", ".tempstate1_2", "a.tempstate1_2_x", "a.tempstate-1_2_3", "a.tempstate0_1_2"] {
      #expect(AtomicFile.writer(of: name) == nil, "\(name)")
    }
  }
}
