"""Names of ``tf.saved_model``."""

_SIGNATURES = (
    "CLASSIFY_INPUTS CLASSIFY_METHOD_NAME CLASSIFY_OUTPUT_CLASSES CLASSIFY_OUTPUT_SCORES "
    "DEFAULT_SERVING_SIGNATURE_DEF_KEY PREDICT_INPUTS PREDICT_METHOD_NAME PREDICT_OUTPUTS REGRESS_INPUTS "
    "REGRESS_METHOD_NAME REGRESS_OUTPUTS"
)
_TAGS = "GPU SERVING TPU TRAINING"
_FILES = (
    "ASSETS_DIRECTORY DEBUG_DIRECTORY DEBUG_INFO_FILENAME_PB SAVED_MODEL_FILENAME_PB SAVED_MODEL_FILENAME_PBTXT "
    "SAVED_MODEL_SCHEMA_VERSION VARIABLES_DIRECTORY VARIABLES_FILENAME"
)
_KEYS = "ASSETS_KEY LEGACY_INIT_OP_KEY MAIN_OP_KEY"
_DEFS = (
    "build_signature_def classification_signature_def is_valid_signature predict_signature_def regression_signature_def"
)
_INFOS = "build_tensor_info get_tensor_from_tensor_info"

TABLE = {
    "_saved_model.constants": {
        "12 saved_model": f"{_SIGNATURES} {_TAGS} {_FILES}",
        "1 saved_model": _KEYS,
        "1 saved_model.signature_constants": _SIGNATURES,
        "1 saved_model.tag_constants": _TAGS,
        "1 saved_model.constants": f"{_FILES} {_KEYS}",
    },
    "_saved_model.signatures": {
        "1 saved_model": f"{_DEFS} {_INFOS}",
        "1 saved_model.signature_def_utils": _DEFS,
        "1 saved_model.utils": _INFOS,
    },
    "_saved_model.builder": {
        "1 saved_model": "Builder=SavedModelBuilder simple_save main_op_with_restore",
        "1 saved_model.builder": "SavedModelBuilder",
        "1 saved_model.main_op": "main_op main_op_with_restore",
    },
    "_saved_model.loader": {
        "1 saved_model": "load maybe_saved_model_directory",
        "12 saved_model": "contains_saved_model",
        "1 saved_model.loader": "load maybe_saved_model_directory",
    },
    "_saved_model.loaded": {"2 saved_model": "load", "1 saved_model": "load_v2=load"},
    "_saved_model.predictor": {"1 contrib.predictor": "from_estimator from_saved_model"},
}
