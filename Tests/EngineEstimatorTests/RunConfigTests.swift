import EngineCore
import Testing

@testable import EngineEstimator

@Suite struct RunConfigTests {
  private func config(_ cluster: String?, modelDir: String? = nil) throws -> RunConfig {
    try RunConfig(modelDir: modelDir, clusterConfiguration: cluster)
  }

  @Test func defaults() throws {
    let config = try config(nil)
    #expect(config.saveCheckpointsSecs == 600)
    #expect(config.saveCheckpointsSteps == nil)
    #expect(config.isChief && config.taskType == "worker" && config.cluster.workerCount == 1)
    #expect(config.description.hasPrefix("{'_model_dir': None, '_tf_random_seed': None, '_save_summary_steps': 100, "))
    #expect(config.description.hasSuffix("'_is_chief': True, '_num_ps_replicas': 0, '_num_worker_replicas': 1}"))
  }

  @Test func checkpointIntervals() throws {
    let steps = try RunConfig(saveCheckpointsSteps: .value(10), clusterConfiguration: nil)
    #expect(steps.saveCheckpointsSteps == 10 && steps.saveCheckpointsSecs == nil)
    let none = try RunConfig(saveCheckpointsSteps: .value(nil), clusterConfiguration: nil)
    #expect(none.saveCheckpointsSteps == nil && none.saveCheckpointsSecs == nil)
    expectFailure(.value, "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set.") {
      _ = try RunConfig(saveCheckpointsSteps: .value(1), saveCheckpointsSecs: .value(2), clusterConfiguration: nil)
    }
    let replaced = try steps.replacing(saveCheckpointsSecs: .value(30))
    #expect(replaced.saveCheckpointsSteps == nil && replaced.saveCheckpointsSecs == 30)
    expectFailure(.value, "cannot be both set") {
      _ = try steps.replacing(saveCheckpointsSteps: .value(1), saveCheckpointsSecs: .value(30))
    }
  }

  @Test func ranges() {
    expectFailure(.value, "model_dir should be non-empty") { _ = try config(nil, modelDir: "") }
    expectFailure(.value, "save_summary_steps should be >= 0") { _ = try RunConfig(saveSummarySteps: -1) }
    expectFailure(.value, "save_checkpoints_steps should be >= 0") {
      _ = try RunConfig(saveCheckpointsSteps: .value(-1))
    }
    expectFailure(.value, "keep_checkpoint_max should be >= 0") { _ = try RunConfig(keepCheckpointMax: -1) }
    expectFailure(.value, "keep_checkpoint_every_n_hours should be > 0") {
      _ = try RunConfig(keepCheckpointEveryNHours: 0)
    }
    expectFailure(.value, "log_step_count_steps should be > 0") { _ = try RunConfig(logStepCountSteps: 0) }
    expectFailure(.value, "protocol should be grpc or grpc+verbs") { _ = try RunConfig(networkProtocol: "x") }
    expectFailure(.value, "session_creation_timeout_secs should be > 0") {
      _ = try RunConfig(sessionCreationTimeoutSecs: 0)
    }
  }

  @Test func clusters() throws {
    let text = #"{"cluster": {"chief": ["h0:1"], "ps": ["h1:1", "h2:1"], "worker": ["h3:1", "h4:1"]}, "task": "#
    let worker = try config(text + #"{"type": "worker", "index": 1}}"#)
    #expect(worker.cluster.globalID == 2 && worker.cluster.master == "grpc://h4:1" && !worker.isChief)
    #expect(worker.cluster.workerCount == 3 && worker.cluster.parameterServerCount == 2)
    #expect(worker.cluster.deviceFilters == ["/job:ps", "/job:worker/task:1"])
    let server = try config(text + #"{"type": "ps", "index": 0}}"#)
    #expect(server.cluster.globalID == 3)
    let chief = try config(text + #"{"type": "chief", "index": 0}}"#)
    #expect(chief.isChief && chief.cluster.globalID == 0)
    let evaluator = try config(text + #"{"type": "evaluator", "index": 0}, "eval_session_master": "m"}"#)
    #expect(evaluator.cluster.globalID == nil && evaluator.cluster.master == "" && !evaluator.isChief)
    #expect(evaluator.cluster.workerCount == 0 && evaluator.cluster.jobs.isEmpty)
    #expect(evaluator.cluster.evaluationMaster == "m")
    let single = try config(#"{"cluster": {"chief": ["h0:1"]}, "task": {"type": "chief", "index": 0}}"#)
    #expect(single.cluster.master == "")
    #expect(try config(#"{"model_dir": "/a"}"#).modelDir == "/a")
  }

  @Test func badClusters() {
    let cases: [(String, EngineError.Kind, String)] = [
      (#"{"task": {"type": "ps"}}"#, .value, "task type must be WORKER."),
      (#"{"task": {"type": "worker", "index": 1}}"#, .value, "task index must be 0."),
      (#"{"cluster": {"worker": ["a"]}}"#, .value, "must have one \"chief\" node"),
      (#"{"cluster": {"chief": ["a", "b"]}}"#, .value, "must have only one \"chief\" node"),
      (#"{"cluster": {"chief": ["a"]}}"#, .value, "task type must be set"),
      (#"{"cluster": {"chief": ["a"]}, "task": {"type": "chief"}}"#, .value, "task index must be set"),
      (
        #"{"cluster": {"chief": ["a"]}, "task": {"type": "chief", "index": -1}}"#, .value,
        "Task index must be non-negative number."
      ),
      (#"{"cluster": {"chief": ["a"]}, "task": {"type": "worker", "index": 0}}"#, .value, "is not a valid task_type"),
      (#"{"cluster": {"chief": ["a"]}, "task": {"type": "chief", "index": 3}}"#, .value, "is not a valid task_id"),
      (#"{"service": 3}"#, .type, "If \"service\" is set in TF_CONFIG, it must be a dict. Given <class 'int'>"),
      (#"{"model_dir": ""}"#, .value, "model_dir in TF_CONFIG should be non-empty."),
      (
        #"{"cluster": {"master": ["a"], "chief": ["b"]}, "task": {"type": "master", "index": 0}}"#, .value,
        "job `chief` is not supported"
      ),
      (
        #"{"cluster": {"master": ["a"]}, "task": {"type": "evaluator", "index": 0}}"#, .value,
        "task_type `evaluator` is not"
      ),
      (#"{"cluster": "#, .value, "malformed JSON at byte"),
    ]
    for (text, kind, phrase) in cases { expectFailure(kind, phrase) { _ = try config(text) } }
    expectFailure(.value, "`model_dir` provided in RunConfig construct, if set,") {
      _ = try config(#"{"model_dir": "/a"}"#, modelDir: "/b")
    }
  }

  @Test func jsonText() throws {
    #expect(
      try Json(parsing: #"{"a": [1, -2.5e1, true, null, "\u00e9\n\ud83d\ude00"]}"#)
        == .object(["a": .array([.number(1), .number(-25), .bool(true), .null, .string("é\n😀")])]))
    for bad in ["", "{", "[1,]", "\"a", "tru", "[1] 2", "{1: 2}", "\"\\q\"", String(repeating: "[", count: 1000)] {
      #expect(throws: EngineError.self) { try Json(parsing: bad) }
    }
  }

  @Test func numbersAsNumpyPrintsThem() {
    #expect(NumberText.text(Float(1)) == "1.0")
    #expect(NumberText.text(Float(0.6931472)) == "0.6931472")
    #expect(NumberText.text(Float(1e-5)) == "1e-05")
    #expect(NumberText.text(Float(0.0001)) == "0.0001")
    #expect(NumberText.text(Float(16_777_216)) == "16777216.0")
    #expect(NumberText.text(Double(1e16)) == "1e+16")
    #expect(NumberText.text(Double(-1.25e-7)) == "-1.25e-07")
    #expect(NumberText.text(Double(123456.5)) == "123456.5")
    #expect(NumberText.text(Double(0)) == "0.0")
    #expect(NumberText.text(Double.nan) == "nan")
    #expect(NumberText.text(-Double.infinity) == "-inf")
  }
}
