import EngineCore
import EngineFormats

/// The trace of a run in the form that `chrome://tracing` shows.
///
/// **Source**: the Trace Event Format; the events are those that TensorFlow's `Timeline` makes of a `StepStats`.
public struct ChromeTrace {
  private struct Execution {
    let name: String
    let op: String
    let inputs: [String]
    let start: Int
    let duration: Int
    let process: Int
    var lane: Int
    let output: ProtoMessage?
    var end: Int { start + duration }
  }

  private let stats: ProtoMessage
  private var events: [Json] = []

  /// - Parameter stepStats: a `StepStats` message.
  public init(_ stepStats: ProtoMessage) { stats = stepStats }

  /// The trace as JSON.
  ///
  /// - Parameters:
  ///   - showsDataflow: whether arrows lead from a tensor's producer to those who read it.
  ///   - showsMemory: whether tensors appear as objects, and the memory that they take as a curve.
  /// **Errors**: `Internal` for another message than `StepStats`.
  public func text(showsDataflow: Bool = true, showsMemory: Bool = false) throws -> String {
    guard stats.descriptor.name == "StepStats" else {
      throw EngineError.internal("a timeline is made of a StepStats, not of a \(stats.descriptor.name)")
    }
    var events = [ChromeTrace.process("Allocators", 0)]
    var executions: [Execution] = []
    var process = 0
    for device in stats.messages("dev_stats") {
      let name = device.string("device")
      events.append(ChromeTrace.process(name + " Compute", process + 1))
      events.append(ChromeTrace.process(name + " Tensors", process + 2))
      executions += ChromeTrace.executions(device, process + 1)
      process += 2
    }
    if showsMemory { events += ChromeTrace.objects(executions) }
    var identifier = 0
    var producers: [String: Execution] = [:]
    for execution in executions where execution.output != nil { producers[execution.name] = execution }
    for execution in executions {
      events.append(ChromeTrace.region(execution))
      guard showsDataflow else { continue }
      for input in execution.inputs {
        guard let producer = producers[input] else { continue }
        // Within a lane the order says it all.
        if producer.process == execution.process && producer.lane == execution.lane { continue }
        events.append(ChromeTrace.flow("s", input, producer, producer.end, identifier))
        events.append(ChromeTrace.flow("t", input, execution, execution.start, identifier))
        identifier += 1
      }
    }
    if showsMemory { events += ChromeTrace.releases(executions) }
    return OrderedJson.object([("traceEvents", .array(events))]).text()
  }

  private typealias Json = OrderedJson

  private static func process(_ name: String, _ number: Int) -> Json {
    .object([
      ("name", .string("process_name")), ("ph", .string("M")), ("pid", .number(number)),
      ("args", .object([("name", .string(name))])),
    ])
  }

  /// The executions of a device, each in the first lane that is free when it begins.
  private static func executions(_ device: ProtoMessage, _ process: Int) -> [Execution] {
    var laneEnds: [Int] = []
    return device.messages("node_stats").map { node in
      let label = parse(node.string("timeline_label"), name: node.string("node_name"))
      let output = node.messages("output").first { $0.int("slot") == 0 }?.message("tensor_description")
      var execution = Execution(
        name: label.name, op: label.op, inputs: label.inputs, start: node.int("all_start_micros"),
        duration: node.int("all_end_rel_micros"), process: process, lane: 0, output: output)
      if let free = laneEnds.firstIndex(where: { $0 < execution.start }) {
        execution.lane = free
        laneEnds[free] = execution.end
      } else {
        execution.lane = laneEnds.count
        laneEnds.append(execution.end)
      }
      return execution
    }
  }

  /// Takes `name = Op(input, input)` apart.
  private static func parse(_ label: String, name: String) -> (name: String, op: String, inputs: [String]) {
    let sides = label.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard sides.count == 3, sides[1] == "=", let open = sides[2].firstIndex(of: "("), sides[2].last == ")" else {
      return (name, "unknown", [])
    }
    let arguments = sides[2][sides[2].index(after: open)...].dropLast()
    let inputs = arguments.split(separator: ",").map { String($0.drop { $0 == " " }) }
    return (String(sides[0]), String(sides[2][..<open]), inputs)
  }

  private static func region(_ execution: Execution) -> Json {
    var arguments: [(String, Json)] = [("name", .string(execution.name)), ("op", .string(execution.op))]
    for (index, input) in execution.inputs.enumerated() { arguments.append(("input\(index)", .string(input))) }
    return .object([
      ("ph", .string("X")), ("cat", .string("Op")), ("name", .string(execution.op)),
      ("pid", .number(execution.process)), ("tid", .number(execution.lane)), ("ts", .number(execution.start)),
      ("dur", .number(execution.duration)), ("args", .object(arguments)),
    ])
  }

  private static func flow(_ phase: String, _ name: String, _ at: Execution, _ time: Int, _ identifier: Int) -> Json {
    .object([
      ("ph", .string(phase)), ("cat", .string("DataFlow")), ("name", .string(name)), ("pid", .number(at.process)),
      ("tid", .number(at.lane)), ("ts", .number(time)), ("id", .number(identifier)),
    ])
  }

  // MARK: Memory

  /// Where tensors come into being.
  private static func objects(_ executions: [Execution]) -> [Json] {
    executions.filter { $0.output != nil }.enumerated().flatMap { identifier, execution -> [Json] in
      let text = String(decoding: execution.output?.text() ?? [], as: UTF8.self)
      let description = String(text.filter { $0 != "\"" })
      let common: [(String, Json)] = [
        ("cat", .string("Tensor")), ("name", .string(execution.name)), ("pid", .number(execution.process + 1)),
        ("tid", .number(execution.lane)),
      ]
      return [
        .object([("ph", .string("N"))] + common + [("ts", .number(execution.start)), ("id", .number(identifier))]),
        .object(
          [("ph", .string("O"))] + common + [
            ("ts", .number(execution.end - 1)), ("id", .number(identifier)),
            ("args", .object([("snapshot", .object([("tensor_description", .string(description))]))])),
          ]),
      ]
    }
  }

  /// Where the last reader is done with a tensor, and the curve of the memory.
  private static func releases(_ executions: [Execution]) -> [Json] {
    var lastRead: [String: Int] = [:]
    for execution in executions {
      for input in execution.inputs { lastRead[input] = max(lastRead[input] ?? 0, execution.end - 1) }
    }
    var result: [Json] = []
    var changes: [(time: Int, allocator: String, bytes: Int)] = []
    for (identifier, execution) in executions.filter({ $0.output != nil }).enumerated() {
      let time = lastRead[execution.name] ?? execution.end
      result.append(
        .object([
          ("ph", .string("D")), ("cat", .string("Tensor")), ("name", .string(execution.name)),
          ("pid", .number(execution.process + 1)), ("tid", .number(0)), ("ts", .number(time)),
          ("id", .number(identifier)),
        ]))
      if let allocation = execution.output?.message("allocation_description") {
        let bytes = allocation.int("requested_bytes")
        changes.append((execution.start, allocation.string("allocator_name"), bytes))
        changes.append((time, allocation.string("allocator_name"), -bytes))
      }
    }
    var totals: [String: Int] = [:]
    let ordered = changes.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
    for (_, change) in ordered {
      totals[change.allocator, default: 0] &+= change.bytes
      result.append(
        .object([
          ("ph", .string("C")), ("cat", .string("Memory")), ("name", .string(change.allocator)), ("pid", .number(0)),
          ("tid", .number(0)), ("ts", .number(change.time)),
          ("args", .object([(change.allocator, .number(totals[change.allocator] ?? 0))])),
        ]))
    }
    return result
  }
}

/// JSON whose objects keep the order of their members.
enum OrderedJson {
  case number(Int)
  case string(String)
  case array([OrderedJson])
  case object([(String, OrderedJson)])

  /// Indented by four columns.
  func text() -> String {
    var result = ""
    write(to: &result, depth: 0)
    return result
  }

  private func write(to text: inout String, depth: Int) {
    let margin = String(repeating: "    ", count: depth + 1)
    let end = "\n" + String(repeating: "    ", count: depth)
    switch self {
    case .number(let value): text += "\(value)"
    case .string(let value): OrderedJson.quote(value, to: &text)
    case .array(let items) where items.isEmpty: text += "[]"
    case .object(let members) where members.isEmpty: text += "{}"
    case .array(let items):
      text += "["
      for (index, item) in items.enumerated() {
        text += (index == 0 ? "\n" : ",\n") + margin
        item.write(to: &text, depth: depth + 1)
      }
      text += end + "]"
    case .object(let members):
      text += "{"
      for (index, (name, value)) in members.enumerated() {
        text += (index == 0 ? "\n" : ",\n") + margin
        OrderedJson.quote(name, to: &text)
        text += ": "
        value.write(to: &text, depth: depth + 1)
      }
      text += end + "}"
    }
  }

  private static func quote(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      default:
        if scalar.value < 0x20 || scalar.value > 0x7e {
          for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
          }
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}
