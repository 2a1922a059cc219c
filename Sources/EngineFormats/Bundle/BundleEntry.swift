import EngineCore

/// What a checkpoint's index says about one tensor.
public struct BundleEntry: Sendable {
  /// The element type.
  public let dtype: DType
  /// The full shape, also of a partitioned tensor.
  public let shape: [Int]
  /// The parts in which a partitioned tensor is stored; empty for a tensor in one piece.
  public let slices: [TensorSlice]
  let shard: Int
  let offset: Int
  /// Bytes in the data file.
  public let byteCount: Int
  /// Masked.
  let checksum: UInt32

  init(
    dtype: DType, shape: [Int], slices: [TensorSlice] = [], shard: Int = 0, offset: Int = 0, byteCount: Int = 0,
    checksum: UInt32 = 0
  ) {
    self.dtype = dtype
    self.shape = shape
    self.slices = slices
    self.shard = shard
    self.offset = offset
    self.byteCount = byteCount
    self.checksum = checksum
  }

  init(parsing bytes: ByteString) throws {
    let message = try ProtoMessage("BundleEntryProto", parsing: bytes)
    guard let dtype = DType(rawValue: Int32(truncatingIfNeeded: message.int("dtype"))) else {
      throw EngineError.unimplemented("tensors of type number \(message.int("dtype")) are not supported")
    }
    self.dtype = dtype
    shape = (message.message("shape")?.messages("dim") ?? []).map { $0.int("size") }
    slices = try message.messages("slices").map { try TensorSlice(message: $0) }
    shard = message.int("shard_id")
    offset = message.int("offset")
    byteCount = message.int("size")
    checksum = UInt32(truncatingIfNeeded: message.int("crc32c"))
    guard let count = Shape.elementCount(shape), offset >= 0, byteCount >= 0, shard >= 0,
      message.message("shape")?.bool("unknown_rank") != true
    else { throw EngineError.dataLoss("invalid shape, offset or size") }
    if slices.isEmpty {
      let (expected, overflow) = count.multipliedReportingOverflow(by: dtype.itemSize)
      // A string takes at least a byte for its length.
      guard !overflow, dtype == .string ? byteCount >= count : byteCount == expected else {
        throw EngineError.dataLoss(
          "a \(dtype) tensor of shape \(Shape(known: shape).bracketed) cannot take \(byteCount) bytes")
      }
    }
  }

  func serialized() throws -> ByteString {
    var message = try ProtoMessage("BundleEntryProto")
    message["dtype"] = .int(Int64(dtype.rawValue))
    message["shape"] = .message(try ProtoMessage.shape(Shape(known: shape)))
    message["shard_id"] = .int(Int64(shard))
    message["offset"] = .int(Int64(offset))
    message["size"] = .int(Int64(byteCount))
    message["crc32c"] = .int(Int64(checksum))
    for slice in slices { message.append("slices", .message(try slice.message())) }
    return message.serialized()
  }
}

/// Names of a checkpoint's files.
enum BundlePaths {
  static func index(_ prefix: String) -> String { prefix + ".index" }

  static func data(_ prefix: String, shard: Int, of count: Int) -> String {
    "\(prefix).data-\(padded(shard))-of-\(padded(count))"
  }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

/// The first entry of a checkpoint's index.
enum BundleHeader {
  static func serialized(shardCount: Int) throws -> ByteString {
    var version = try ProtoMessage("VersionDef")
    version["producer"] = 1
    var header = try ProtoMessage("BundleHeaderProto")
    header["num_shards"] = .int(Int64(shardCount))
    header["version"] = .message(version)
    return header.serialized()
  }

  /// The number of data files.
  static func parse(_ bytes: ByteString) throws -> Int {
    let header = try ProtoMessage("BundleHeaderProto", parsing: bytes)
    guard header.int("endianness") == 0 else {
      throw EngineError.unimplemented("checkpoints of big-endian machines are not supported")
    }
    let version = header.message("version")
    guard (version?.int("min_consumer") ?? 0) <= 1 else {
      throw EngineError.invalidArgument("the checkpoint needs a newer reader than this one")
    }
    let shards = header.int("num_shards")
    guard shards >= 0, shards < 1 << 24 else { throw EngineError.dataLoss("a checkpoint with \(shards) shards") }
    return shards
  }
}
