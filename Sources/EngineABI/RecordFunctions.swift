import EngineCore
import EngineFormats

// TFRecord files, for programs that read and write them without a graph.
//
//   records.writer(path, compression: "", "GZIP" or "ZLIB") -> writer
//   records.write(writer, bytes), records.flush(writer), records.close(writer)
//   records.reader(path, compression) -> reader; records.next(reader) -> bytes or None at the end

let recordFunctions: [HostFunction] = [
  HostFunction("records.writer") { arguments in
    .object(
      try RecordWriter(try arguments.string(0), compression: try RecordCompression(named: try arguments.string(1))))
  },
  HostFunction("records.write") { arguments in
    let writer: RecordWriter = try arguments.object(0)
    switch arguments[1] {
    case .bytes(let bytes): try writer.write(bytes)
    case .text(let text): try writer.write(ByteString(text.utf8))
    default: throw EngineError.type("expected bytes, \(arguments[1].kindName) found")
    }
    return .none
  },
  HostFunction("records.flush") { arguments in
    let writer: RecordWriter = try arguments.object(0)
    try writer.flush()
    return .none
  },
  HostFunction("records.close") { arguments in
    let writer: RecordWriter = try arguments.object(0)
    try writer.close()
    return .none
  },
  HostFunction("records.reader") { arguments in
    .object(
      try RecordReader(try arguments.string(0), compression: try RecordCompression(named: try arguments.string(1))))
  },
  HostFunction("records.next") { arguments in
    let reader: RecordReader = try arguments.object(0)
    return try reader.next().map { .bytes($0) } ?? .none
  },
]
