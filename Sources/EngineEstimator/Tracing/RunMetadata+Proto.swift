import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

extension RunMetadata {
  /// The one device, by the name that TensorFlow gives it.
  public static let deviceName = "/job:localhost/replica:0/task:0/device:CPU:0"

  /// The metadata as a `RunMetadata` message.
  /// **Errors**: `Unimplemented` for a partition with constants that cannot be written.
  public func message() throws -> ProtoMessage {
    var result = try ProtoMessage("RunMetadata")
    if let trace { result["step_stats"] = .message(try RunMetadata.stepStats(trace)) }
    if let partition {
      var graph = try ProtoMessage("GraphDef")
      graph["node"] = .list(try partition.map { .message(try GraphCodec.nodeDef($0)) })
      var versions = try ProtoMessage("VersionDef")
      versions["producer"] = .int(GraphCodec.producerVersion)
      graph["versions"] = .message(versions)
      result.append("partition_graphs", .message(graph))
    }
    return result
  }

  private static func stepStats(_ trace: [NodeExecution]) throws -> ProtoMessage {
    var threads: [UInt64: Int64] = [:]
    var device = try ProtoMessage("DeviceStepStats")
    device["device"] = .string(deviceName)
    var allocation: Int64 = 0
    device["node_stats"] = .list(
      try trace.map { execution in
        var stats = try ProtoMessage("NodeExecStats")
        let microseconds = Int64((execution.durationNanoseconds + 999) / 1000)
        stats["node_name"] = .string(execution.node.name)
        stats["all_start_micros"] = .int(Int64(execution.startMicroseconds))
        stats["op_end_rel_micros"] = .int(microseconds)
        stats["all_end_rel_micros"] = .int(microseconds)
        stats["all_start_nanos"] = .int(Int64(execution.startMicroseconds) * 1000)
        stats["op_end_rel_nanos"] = .int(Int64(execution.durationNanoseconds))
        stats["all_end_rel_nanos"] = .int(Int64(execution.durationNanoseconds))
        stats["scheduled_micros"] = .int(Int64(execution.startMicroseconds))
        stats["timeline_label"] = .string(label(execution.node))
        let thread = threads[execution.threadIdentifier] ?? Int64(threads.count)
        threads[execution.threadIdentifier] = thread
        stats["thread_id"] = .int(thread)
        for output in execution.outputs {
          allocation += 1
          stats.append("output", .message(try nodeOutput(output, allocation)))
        }
        var memory = try ProtoMessage("AllocatorMemoryUsed")
        let bytes = Int64(execution.outputs.reduce(0) { $0 &+ $1.byteCount })
        memory["allocator_name"] = .string("cpu")
        memory["total_bytes"] = .int(bytes)
        memory["peak_bytes"] = .int(bytes)
        memory["live_bytes"] = .int(bytes)
        stats.append("memory", .message(memory))
        return .message(stats)
      })
    var result = try ProtoMessage("StepStats")
    result.append("dev_stats", .message(device))
    return result
  }

  private static func nodeOutput(_ output: OutputDescription, _ allocationNumber: Int64) throws -> ProtoMessage {
    var allocation = try ProtoMessage("AllocationDescription")
    allocation["requested_bytes"] = .int(Int64(output.byteCount))
    allocation["allocated_bytes"] = .int(Int64(output.byteCount))
    allocation["allocator_name"] = .string("cpu")
    allocation["allocation_id"] = .int(allocationNumber)
    var description = try ProtoMessage("TensorDescription")
    description["dtype"] = .int(Int64(output.dtype.rawValue))
    description["shape"] = .message(try ProtoMessage.shape(Shape(known: output.shape)))
    description["allocation_description"] = .message(allocation)
    var result = try ProtoMessage("NodeOutput")
    result["slot"] = .int(Int64(output.index))
    result["tensor_description"] = .message(description)
    return result
  }

  /// The line that timelines show for a node: `name = Op(inputs)`.
  private static func label(_ node: Node) -> String {
    let inputs = node.inputs.map { $0.index == 0 ? $0.node.name : $0.name } + node.controlInputs.map { "^" + $0.name }
    return "\(node.name) = \(node.type)(\(inputs.joined(separator: ", ")))"
  }
}
