"""Names of sessions with hooks, checkpoints, summaries' writers and Estimators."""

_SPEC = "EstimatorSpec"
_HOOKS = (
    "SessionRunHook SessionRunArgs SessionRunContext SessionRunValues LoggingTensorHook StopAtStepHook "
    "CheckpointSaverHook CheckpointSaverListener StepCounterHook NanTensorHook SummarySaverHook GlobalStepWaiterHook "
    "FinalOpsHook FeedFnHook ProfilerHook SecondOrStepTimer NanLossDuringTrainingError"
)

TABLE = {
    "_estimator.spec": {"12 estimator": _SPEC, "2 tf": _SPEC},
    "_estimator.warm_start": {"12 estimator": "VocabInfo WarmStartSettings", "1 train": "VocabInfo"},
    "_estimator.mode_keys": {"12 estimator": "ModeKeys", "2 tf": "ModeKeys"},
    "_estimator.run_config": {"12 estimator": "RunConfig", "2 tf": "RunConfig"},
    "_estimator.estimator": {
        "1 estimator": "Estimator",
        "2 estimator": "Estimator=EstimatorV2",
        "2 tf": "Estimator=EstimatorV2",
    },
    "_estimator.export_output": {
        "12 estimator.export": "ExportOutput ClassificationOutput RegressionOutput PredictOutput"
    },
    "_estimator.inputs": {"1 estimator.inputs": "numpy_input_fn pandas_input_fn"},
    "_estimator.hooks": {"12 estimator": _HOOKS, "1 train": _HOOKS},
    "_estimator.coordinator": {
        "1 train": "Coordinator LooperThread add_queue_runner start_queue_runners",
        "2 train": "Coordinator",
    },
    "_estimator.session_manager": {"1 train": "SessionManager"},
    "_estimator.supervisor": {"1 train": "Supervisor"},
    "_estimator.scaffold": {"1 train": "Scaffold"},
    "_estimator.saver": {
        "1 train": (
            "Saver latest_checkpoint get_checkpoint_state checkpoint_exists remove_checkpoint list_variables "
            "load_checkpoint load_variable checkpoints_iterator NewCheckpointReader"
        ),
        "2 train": (
            "latest_checkpoint get_checkpoint_state list_variables load_checkpoint load_variable checkpoints_iterator"
        ),
    },
    "_estimator.writer": {"1 summary": "FileWriter FileWriterCache", "1 train": "summary_iterator"},
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
