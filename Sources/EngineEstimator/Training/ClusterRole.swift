import EngineCore

/// The place of this process in a cluster, as the environment variable `TF_CONFIG` describes it.
public struct ClusterRole: Sendable, CustomStringConvertible {
  /// Addresses by job, jobs sorted by name.
  public private(set) var jobs: [(name: String, addresses: [String])] = []
  public private(set) var taskType = "worker"
  public private(set) var taskID = 0
  /// `nil` for an evaluator, which counts in no cluster.
  public private(set) var globalID: Int? = 0
  public private(set) var isChief = true
  public private(set) var master = ""
  public private(set) var evaluationMaster = ""
  public private(set) var parameterServerCount = 0
  public private(set) var workerCount = 1
  public private(set) var service: [String: Json]?
  /// `cloud` or whatever the environment names itself.
  public private(set) var environment: String?
  /// For a clustered process: the devices that it may see, as `/job:ps` and the like.
  public private(set) var deviceFilters: [String] = []

  init() {}

  static func document(_ text: String?) throws -> Json? {
    guard let text, !text.isEmpty else { return nil }
    let document = try Json(parsing: text)
    guard case .object = document else { throw EngineError.value("TF_CONFIG must be a JSON object, got \(text)") }
    return document.isEmpty ? nil : document
  }

  /// **Errors**: `ValueError` for a cluster or task that is not allowed; `TypeError` for a `service` that is no dict.
  init(_ document: Json?) throws {
    guard let document else { return }
    if let given = document["service"], given != .null {
      guard case .object(let members) = given else {
        throw EngineError.type(
          "If \"service\" is set in TF_CONFIG, it must be a dict. Given \(ClusterRole.pythonType(given))")
      }
      service = members
    }
    environment = document["environment"]?.text
    let sessionMaster = document["session_master"]?.text
    evaluationMaster = document["eval_session_master"]?.text ?? ""
    let task = document["task"]
    let type = task?["type"]?.text
    let index = try ClusterRole.index(task?["index"])

    guard let cluster = document["cluster"], case .object(let members) = cluster, !members.isEmpty else {
      if let type, type != "worker" {
        throw EngineError.value("If \"cluster\" is not set in TF_CONFIG, task type must be WORKER.")
      }
      if let index, index != 0 {
        throw EngineError.value("If \"cluster\" is not set in TF_CONFIG, task index must be 0.")
      }
      master = sessionMaster ?? ""
      return
    }
    jobs = try members.keys.sorted().map { ($0, try ClusterRole.addresses(members[$0] ?? .null, job: $0)) }
    if count("master") > 0 || members["master"] != nil {
      if members["chief"] != nil {
        throw EngineError.value("If `master` node exists in `cluster`, job `chief` is not supported.")
      }
      if type == "evaluator" {
        throw EngineError.value("If `master` node exists in `cluster`, task_type `evaluator` is not supported.")
      }
      try resolve(leader: "master", type, index, sessionMaster)
    } else {
      try resolve(leader: "chief", type, index, sessionMaster)
    }
  }

  private func count(_ job: String) -> Int { jobs.first { $0.name == job }?.addresses.count ?? 0 }

  private mutating func resolve(leader: String, _ type: String?, _ index: Int?, _ sessionMaster: String?) throws {
    guard count(leader) > 0 else {
      throw EngineError.value("If \"cluster\" is set in TF_CONFIG, it must have one \"\(leader)\" node.")
    }
    guard count(leader) == 1 else {
      throw EngineError.value("The \"cluster\" in TF_CONFIG must have only one \"\(leader)\" node.")
    }
    guard let type, !type.isEmpty else {
      throw EngineError.value("If \"cluster\" is set in TF_CONFIG, task type must be set.")
    }
    guard let index else { throw EngineError.value("If \"cluster\" is set in TF_CONFIG, task index must be set.") }
    guard index >= 0 else { throw EngineError.value("Task index must be non-negative number.") }
    taskType = type
    taskID = index
    if type == "evaluator" {
      jobs = []
      isChief = false
      globalID = nil
      workerCount = 0
      return
    }
    guard let own = jobs.first(where: { $0.name == type }) else {
      throw EngineError.value(
        "\(type) is not a valid task_type in the cluster_spec:\n\(described)\n\n"
          + "Note that these values may be coming from the TF_CONFIG environment variable.")
    }
    guard own.addresses.indices.contains(index) else {
      throw EngineError.value(
        "\(index) is not a valid task_id for task_type \(type) in the cluster_spec:\n\(described)\n\n"
          + "Note that these values may be coming from the TF_CONFIG environment variable.")
    }
    evaluationMaster = ""
    isChief = type == leader
    workerCount = count("worker") + count(leader)
    parameterServerCount = count("ps")
    let isAlone = jobs.count == 1 && own.addresses.count == 1
    master = sessionMaster ?? (isAlone ? "" : "grpc://\(own.addresses[index])")
    let others = jobs.map(\.name).filter { $0 != leader && $0 != "ps" }
    var position = 0
    for job in [leader] + others + ["ps"] {
      if job == type {
        globalID = position + index
        break
      }
      position += count(job)
    }
    switch type {
    case leader: deviceFilters = ["/job:ps", "/job:\(leader)"]
    case "worker": deviceFilters = ["/job:ps", "/job:worker/task:\(index)"]
    case "ps": deviceFilters = ["/job:ps", "/job:worker", "/job:chief", "/job:master"]
    default: break
    }
  }

  private var described: String { "ClusterSpec(\(description))" }

  public var description: String {
    "{"
      + jobs.map { job in "'\(job.name)': [" + job.addresses.map { "'\($0)'" }.joined(separator: ", ") + "]" }
      .joined(separator: ", ") + "}"
  }

  /// A job's addresses: a list, or an object from task numbers to addresses.
  private static func addresses(_ value: Json, job: String) throws -> [String] {
    switch value {
    case .array(let items):
      return try items.map {
        guard let text = $0.text else {
          throw EngineError.type("the addresses of job '\(job)' in TF_CONFIG must be strings")
        }
        return text
      }
    case .object(let members):
      return members.compactMap { key, value in Int(key).flatMap { index in value.text.map { (index, $0) } } }
        .sorted { $0.0 < $1.0 }.map(\.1)
    case .null: return []
    default: throw EngineError.type("job '\(job)' in TF_CONFIG must be a list of addresses")
    }
  }

  private static func index(_ value: Json?) throws -> Int? {
    switch value {
    case nil, .null: return nil
    case .number(let number):
      guard let index = Int(exactly: number) else { throw EngineError.value("Task index must be an integer.") }
      return index
    case .string(let text):
      guard let index = Int(text) else {
        throw EngineError.value("invalid literal for int() with base 10: '\(text)'")
      }
      return index
    default: throw EngineError.type("Task index must be an integer.")
    }
  }

  private static func pythonType(_ value: Json) -> String {
    switch value {
    case .null: "<class 'NoneType'>"
    case .bool: "<class 'bool'>"
    case .number(let number): number == number.rounded() ? "<class 'int'>" : "<class 'float'>"
    case .string: "<class 'str'>"
    case .array: "<class 'list'>"
    case .object: "<class 'dict'>"
    }
  }
}
