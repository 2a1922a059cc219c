"""Names of sessions with hooks, checkpoints, summaries' writers and Estimators."""

_SPEC = "EstimatorSpec"
_HOOKS = (
    "SessionRunHook SessionRunArgs SessionRunContext SessionRunValues LoggingTensorHook StopAtStepHook "
    "CheckpointSaverHook CheckpointSaverListener StepCounterHook NanTensorHook SummarySaverHook GlobalStepWaiterHook "
    "FinalOpsHook FeedFnHook ProfilerHook SecondOrStepTimer NanLossDuringTrainingError"
)

TABLE = {
    "_estimator.spec": {"12 estimator": _SPEC, "2 tf": _SPEC},
    "_estimator.warm_start": {
        "12 estimator": "VocabInfo WarmStartSettings",
        "1 train": "VocabInfo warm_start init_from_checkpoint",
    },
    "_estimator.mode_keys": {"12 estimator": "ModeKeys", "2 tf": "ModeKeys"},
    "_estimator.run_config": {"12 estimator": "RunConfig", "2 tf": "RunConfig"},
    "_estimator.cluster_spec": {"12 train": "ClusterSpec"},
    "_estimator.estimator": {
        "1 estimator": "Estimator",
        "2 estimator": "Estimator=EstimatorV2",
        "2 tf": "Estimator=EstimatorV2",
    },
    "_estimator.export_output": {
        "12 estimator.export": "ExportOutput ClassificationOutput RegressionOutput PredictOutput EvalOutput"
    },
    "_estimator.receivers": {
        "12 estimator.export": (
            "ServingInputReceiver TensorServingInputReceiver build_parsing_serving_input_receiver_fn "
            "build_raw_serving_input_receiver_fn"
        ),
        "12 estimator.experimental": "build_raw_supervised_input_receiver_fn",
    },
    "_estimator.exporter": {"12 estimator": "Exporter FinalExporter LatestExporter BestExporter"},
    "_estimator.training": {"12 estimator": "TrainSpec EvalSpec train_and_evaluate"},
    "_estimator.early_stopping": {
        "12 estimator.experimental": (
            "make_early_stopping_hook make_stop_at_checkpoint_step_hook stop_if_higher_hook stop_if_lower_hook "
            "stop_if_no_decrease_hook stop_if_no_increase_hook"
        ),
    },
    "_estimator.add_metrics": {"12 estimator": "add_metrics", "1 contrib.estimator": "add_metrics"},
    "_estimator.forward_features": {"1 contrib.estimator": "forward_features"},
    "_estimator.call_logit_fn": {"12 estimator.experimental": "call_logit_fn"},
    "_estimator.in_memory_evaluator": {"12 estimator.experimental": "InMemoryEvaluatorHook"},
    "_estimator.parse_example_specs": {"12 estimator": "classifier_parse_example_spec regressor_parse_example_spec"},
    "_estimator.inputs": {"1 estimator.inputs": "numpy_input_fn pandas_input_fn"},
    "_estimator.hooks": {"12 estimator": _HOOKS, "1 train": _HOOKS},
    "_estimator.coordinator": {
        "1 train": "Coordinator LooperThread add_queue_runner start_queue_runners",
        "2 train": "Coordinator",
    },
    "_estimator.session_manager": {"1 train": "SessionManager"},
    "_estimator.supervisor": {"1 train": "Supervisor"},
    "_estimator.scaffold": {"1 train": "Scaffold"},
    "_estimator.saver": {"1 train": "Saver"},
    "_estimator.meta_graph": {"1 train": "export_meta_graph import_meta_graph"},
    "_estimator.checkpoints": {
        "1 train": (
            "latest_checkpoint get_checkpoint_state update_checkpoint_state generate_checkpoint_state_proto "
            "checkpoint_exists get_checkpoint_mtimes remove_checkpoint list_variables load_checkpoint load_variable "
            "checkpoints_iterator NewCheckpointReader"
        ),
        "2 train": (
            "latest_checkpoint get_checkpoint_state list_variables load_checkpoint load_variable checkpoints_iterator"
        ),
    },
    "_estimator.summary_iterator": {"1 train": "summary_iterator"},
    "_estimator.writer": {"1 summary": "FileWriter FileWriterCache"},
    "_estimator.monitored_session": {
        "1 train": (
            "MonitoredSession MonitoredTrainingSession SingularMonitoredSession SessionCreator ChiefSessionCreator "
            "WorkerSessionCreator"
        ),
    },
    "_logging": {
        "1 logging": (
            "DEBUG ERROR FATAL INFO WARN debug error fatal flush get_verbosity info log log_every_n log_first_n log_if "
            "set_verbosity TaskLevelStatusMessage vlog warn warning get_logger"
        ),
        "12 tf": "get_logger",
    },
}
