/// The names of TensorFlow's standard graph collections.
public enum CollectionName {
  public static let globalVariables = "variables"
  public static let localVariables = "local_variables"
  public static let metricVariables = "metric_variables"
  public static let modelVariables = "model_variables"
  public static let trainableVariables = "trainable_variables"
  public static let movingAverageVariables = "moving_average_variables"
  public static let summaries = "summaries"
  public static let tableInitializers = "table_initializer"
  public static let updateOps = "update_ops"
  public static let losses = "losses"
  public static let regularizationLosses = "regularization_losses"
  public static let globalStep = "global_step"
  public static let globalStepReadCache = "global_step_read_op_cache"
  public static let trainOp = "train_op"
}
