"""Names of the framework: dtypes, shapes, graphs, sessions, errors."""

_DTYPES = (
    "float16 half float32 float64 double bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool=bool_ string "
    "complex64 complex128 resource variant"
)
_ERRORS = (
    "OpError CancelledError UnknownError InvalidArgumentError DeadlineExceededError NotFoundError AlreadyExistsError "
    "PermissionDeniedError ResourceExhaustedError FailedPreconditionError AbortedError OutOfRangeError "
    "UnimplementedError InternalError UnavailableError DataLossError UnauthenticatedError "
    "exception_type_from_error_code error_code_from_exception_type"
)
_CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED "
    "RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS "
    "UNAUTHENTICATED"
)

TABLE = {
    "_framework.dtypes": {
        "12 tf": _DTYPES + " DType as_dtype",
        "12 dtypes": _DTYPES + " DType as_dtype",
    },
    "_framework.version": {
        "1 version": (
            "VERSION=VERSION_1 GIT_VERSION COMPILER_VERSION GRAPH_DEF_VERSION GRAPH_DEF_VERSION_MIN_CONSUMER "
            "GRAPH_DEF_VERSION_MIN_PRODUCER"
        ),
        "2 version": (
            "VERSION GIT_VERSION COMPILER_VERSION GRAPH_DEF_VERSION GRAPH_DEF_VERSION_MIN_CONSUMER "
            "GRAPH_DEF_VERSION_MIN_PRODUCER"
        ),
        "1 tf": "GIT_VERSION COMPILER_VERSION GRAPH_DEF_VERSION",
    },
    "_framework.tensor_shape": {
        "12 tf": "TensorShape",
        "1 tf": "Dimension dimension_value dimension_at_index",
    },
    "_framework.graph": {
        "2 tf": "name_scope=name_scope_v2",
        "12 tf": "Graph Operation Tensor control_dependencies device init_scope executing_eagerly",
        "1 tf": (
            "name_scope GraphKeys get_default_graph reset_default_graph add_to_collection add_to_collections get_collection "
            "get_collection_ref set_random_seed get_seed colocate_with container"
        ),
        "12 random": "set_seed=set_random_seed",
        "1 random": "set_random_seed get_seed",
    },
    "_framework.graph_def": {
        "1 tf": "import_graph_def",
        "12 graph_util": "import_graph_def",
        "12 io": "write_graph",
        "1 train": "write_graph",
    },
    "_framework.graph_util": {
        "1 graph_util": (
            "convert_variables_to_constants extract_sub_graph must_run_on_cpu remove_training_nodes "
            "tensor_shape_from_node_def_name"
        ),
    },
    "_framework.convert": {
        "1 tf": "constant convert_to_tensor",
        "2 tf": "constant=constant_v2 convert_to_tensor=convert_to_tensor_v2",
    },
    "_framework.session": {"1 tf": "Session InteractiveSession get_default_session"},
    "_protos.messages": {
        "1 tf": (
            "ConfigProto GPUOptions GraphOptions OptimizerOptions RunOptions RunMetadata GraphDef NodeDef AttrValue "
            "MetaGraphDef NameAttrList Summary SummaryMetadata HistogramProto Event SessionLog LogMessage"
        ),
        "1 summary": "Summary Event SessionLog TaggedRunMetadata",
        "12 train": (
            "Example SequenceExample Features Feature FeatureList FeatureLists BytesList FloatList Int64List ClusterDef "
            "JobDef"
        ),
        "1 train": "SaverDef",
    },
    "_framework.compat": {
        "12 compat": (
            "as_bytes as_str as_str_any as_text path_to_str forward_compatible integral_types real_types complex_types "
            "bytes_or_text_types"
        ),
        "1 tf": (
            "enable_v2_behavior disable_v2_behavior enable_v2_tensorshape disable_v2_tensorshape "
            "enable_eager_execution disable_eager_execution enable_resource_variables=nothing "
            "disable_resource_variables=nothing enable_control_flow_v2=nothing disable_control_flow_v2=nothing"
        ),
    },
    "_app": {"1 app": "run flags", "1 tf": "flags"},
    "_io.file_io": {
        "12 io.gfile": ("GFile copy exists glob isdir join listdir makedirs mkdir remove rename rmtree stat walk"),
        "1 gfile": (
            "GFile FastGFile Open Copy=copy_v1 DeleteRecursively=rmtree_v1 Exists=exists_v1 Glob=glob_v1 "
            "IsDirectory=isdir_v1 ListDirectory=listdir_v1 MakeDirs=makedirs_v1 MkDir=mkdir_v1 Remove=remove_v1 "
            "Rename=rename_v1 Stat=stat_v1 Walk=walk_v1"
        ),
    },
    "_errors": {"1 tf": "OpError", "12 errors": _ERRORS + " " + _CODES},
}
