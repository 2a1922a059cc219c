import EngineCore
import EngineGraph

/// Names of the collections that sessions, hooks and the Estimator look into.
public enum GraphKeys {
  public static let globalVariables = "variables"
  public static let localVariables = "local_variables"
  public static let metricVariables = "metric_variables"
  public static let trainableVariables = "trainable_variables"
  public static let globalStep = "global_step"
  public static let globalStepRead = "global_step_read_op_cache"
  public static let evaluationStep = "eval_step"
  public static let summaries = "summaries"
  public static let summaryOp = "summary_op"
  public static let savers = "savers"
  public static let saveableObjects = "saveable_objects"
  public static let losses = "losses"
  public static let tableInitializers = "table_initializer"
  public static let resources = "resources"
  public static let localResources = "local_resources"
  public static let savedModelInitializers = "saved_model_initializers"
  public static let initOp = "init_op"
  public static let localInitOp = "local_init_op"
  public static let readyOp = "ready_op"
  public static let readyForLocalInitOp = "ready_for_local_init_op"
}
