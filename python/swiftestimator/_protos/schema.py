"""Messages that TensorFlow's files and programs are made of: names, types and field numbers.

A block is a message (or ``enum``); a line is ``[repeated] type name=number [in oneof]`` or ``map<key,value> name=number``.
Types are scalars, or names of other blocks. Source: the published interface of TensorFlow 2.15.
"""

SCHEMA = """
# Examples

Example
  Features features=1

Features
  map<string,Feature> feature=1

Feature
  BytesList bytes_list=1 in kind
  FloatList float_list=2 in kind
  Int64List int64_list=3 in kind

BytesList
  repeated bytes value=1

FloatList
  repeated float value=1

Int64List
  repeated int64 value=1

SequenceExample
  Features context=1
  FeatureLists feature_lists=2

FeatureLists
  map<string,FeatureList> feature_list=1

FeatureList
  repeated Feature feature=1

# Graphs

GraphDef
  repeated NodeDef node=1
  VersionDef versions=4
  int32 version=3
  FunctionDefLibrary library=2

NodeDef
  string name=1
  string op=2
  repeated string input=3
  string device=4
  map<string,AttrValue> attr=5
  NodeDef.ExperimentalDebugInfo experimental_debug_info=6
  FullTypeDef experimental_type=7

NodeDef.ExperimentalDebugInfo
  repeated string original_node_names=1
  repeated string original_func_names=2

FullTypeDef
  FullTypeId type_id=1
  repeated FullTypeDef args=2
  string s=3 in attr
  int64 i=4 in attr

enum FullTypeId
  TFT_UNSET=0
  TFT_VAR=1
  TFT_ANY=2
  TFT_PRODUCT=3
  TFT_NAMED=4
  TFT_FOR_EACH=20
  TFT_CALLABLE=100
  TFT_TENSOR=1000
  TFT_ARRAY=1001
  TFT_OPTIONAL=1002
  TFT_LITERAL=1003
  TFT_ENCODED=1004
  TFT_SHAPE_TENSOR=1005
  TFT_BOOL=200
  TFT_UINT8=201
  TFT_UINT16=202
  TFT_UINT32=203
  TFT_UINT64=204
  TFT_INT8=205
  TFT_INT16=206
  TFT_INT32=207
  TFT_INT64=208
  TFT_HALF=209
  TFT_FLOAT=210
  TFT_DOUBLE=211
  TFT_BFLOAT16=215
  TFT_COMPLEX64=212
  TFT_COMPLEX128=213
  TFT_STRING=214
  TFT_DATASET=10102
  TFT_RAGGED=10103
  TFT_ITERATOR=10104
  TFT_MUTEX_LOCK=10202
  TFT_LEGACY_VARIANT=10203

enum DataType
  DT_INVALID=0
  DT_FLOAT=1
  DT_DOUBLE=2
  DT_INT32=3
  DT_UINT8=4
  DT_INT16=5
  DT_INT8=6
  DT_STRING=7
  DT_COMPLEX64=8
  DT_INT64=9
  DT_BOOL=10
  DT_QINT8=11
  DT_QUINT8=12
  DT_QINT32=13
  DT_BFLOAT16=14
  DT_QINT16=15
  DT_QUINT16=16
  DT_UINT16=17
  DT_COMPLEX128=18
  DT_HALF=19
  DT_RESOURCE=20
  DT_VARIANT=21
  DT_UINT32=22
  DT_UINT64=23
  DT_FLOAT8_E5M2=24
  DT_FLOAT8_E4M3FN=25
  DT_INT4=29
  DT_UINT4=30

AttrValue
  bytes s=2 in value
  int64 i=3 in value
  float f=4 in value
  bool b=5 in value
  DataType type=6 in value
  TensorShapeProto shape=7 in value
  TensorProto tensor=8 in value
  AttrValue.ListValue list=1 in value
  NameAttrList func=10 in value
  string placeholder=9 in value

TensorShapeProto
  repeated TensorShapeProto.Dim dim=2
  bool unknown_rank=3

TensorShapeProto.Dim
  int64 size=1
  string name=2

TensorProto
  DataType dtype=1
  TensorShapeProto tensor_shape=2
  int32 version_number=3
  bytes tensor_content=4
  repeated int32 half_val=13
  repeated float float_val=5
  repeated double double_val=6
  repeated int32 int_val=7
  repeated bytes string_val=8
  repeated float scomplex_val=9
  repeated int64 int64_val=10
  repeated bool bool_val=11
  repeated double dcomplex_val=12
  repeated ResourceHandleProto resource_handle_val=14
  repeated VariantTensorDataProto variant_val=15
  repeated uint32 uint32_val=16
  repeated uint64 uint64_val=17
  bytes float8_val=18

ResourceHandleProto
  string device=1
  string container=2
  string name=3
  uint64 hash_code=4
  string maybe_type_name=5
  repeated ResourceHandleProto.DtypeAndShape dtypes_and_shapes=6

ResourceHandleProto.DtypeAndShape
  DataType dtype=1
  TensorShapeProto shape=2

VariantTensorDataProto
  string type_name=1
  bytes metadata=2
  repeated TensorProto tensors=3

AttrValue.ListValue
  repeated bytes s=2
  repeated int64 i=3
  repeated float f=4
  repeated bool b=5
  repeated DataType type=6
  repeated TensorShapeProto shape=7
  repeated TensorProto tensor=8
  repeated NameAttrList func=9

NameAttrList
  string name=1
  map<string,AttrValue> attr=2

VersionDef
  int32 producer=1
  int32 min_consumer=2
  repeated int32 bad_consumers=3

FunctionDefLibrary
  repeated FunctionDef function=1
  repeated GradientDef gradient=2
  repeated RegisteredGradient registered_gradients=3

FunctionDef
  OpDef signature=1
  map<string,AttrValue> attr=5
  map<uint32,FunctionDef.ArgAttrs> arg_attr=7
  map<uint32,uint32> resource_arg_unique_id=8
  repeated NodeDef node_def=3
  map<string,string> ret=4
  map<string,string> control_ret=6

OpDef
  string name=1
  repeated OpDef.ArgDef input_arg=2
  repeated OpDef.ArgDef output_arg=3
  repeated string control_output=20
  repeated OpDef.AttrDef attr=4
  OpDeprecation deprecation=8
  string summary=5
  string description=6
  bool is_commutative=18
  bool is_aggregate=16
  bool is_stateful=17
  bool allows_uninitialized_input=19
  bool is_distributed_communication=21

OpDef.ArgDef
  string name=1
  string description=2
  DataType type=3
  string type_attr=4
  string number_attr=5
  string type_list_attr=6
  repeated ResourceHandleProto.DtypeAndShape handle_data=7
  bool is_ref=16

OpDef.AttrDef
  string name=1
  string type=2
  AttrValue default_value=3
  string description=4
  bool has_minimum=5
  int64 minimum=6
  AttrValue allowed_values=7

OpDeprecation
  int32 version=1
  string explanation=2

FunctionDef.ArgAttrs
  map<string,AttrValue> attr=1

GradientDef
  string function_name=1
  string gradient_func=2

RegisteredGradient
  string gradient_func=1
  string registered_op_type=2

OpList
  repeated OpDef op=1

enum VariableSynchronization
  VARIABLE_SYNCHRONIZATION_AUTO=0
  VARIABLE_SYNCHRONIZATION_NONE=1
  VARIABLE_SYNCHRONIZATION_ON_WRITE=2
  VARIABLE_SYNCHRONIZATION_ON_READ=3

enum VariableAggregation
  VARIABLE_AGGREGATION_NONE=0
  VARIABLE_AGGREGATION_SUM=1
  VARIABLE_AGGREGATION_MEAN=2
  VARIABLE_AGGREGATION_ONLY_FIRST_REPLICA=3

VariableDef
  string variable_name=1
  string initial_value_name=6
  string initializer_name=2
  string snapshot_name=3
  SaveSliceInfoDef save_slice_info_def=4
  bool is_resource=5
  bool trainable=7
  VariableSynchronization synchronization=8
  VariableAggregation aggregation=9

SaveSliceInfoDef
  string full_name=1
  repeated int64 full_shape=2
  repeated int64 var_offset=3
  repeated int64 var_shape=4

# Meta graphs and saved models

MetaGraphDef
  MetaGraphDef.MetaInfoDef meta_info_def=1
  GraphDef graph_def=2
  SaverDef saver_def=3
  map<string,CollectionDef> collection_def=4
  map<string,SignatureDef> signature_def=5
  repeated AssetFileDef asset_file_def=6

MetaGraphDef.MetaInfoDef
  string meta_graph_version=1
  OpList stripped_op_list=2
  repeated string tags=4
  string tensorflow_version=5
  string tensorflow_git_version=6
  bool stripped_default_attrs=7
  map<string,string> function_aliases=8

enum SaverDef.CheckpointFormatVersion
  LEGACY=0
  V1=1
  V2=2

SaverDef
  string filename_tensor_name=1
  string save_tensor_name=2
  string restore_op_name=3
  int32 max_to_keep=4
  bool sharded=5
  float keep_checkpoint_every_n_hours=6
  SaverDef.CheckpointFormatVersion version=7

CollectionDef
  CollectionDef.NodeList node_list=1 in kind
  CollectionDef.BytesList bytes_list=2 in kind
  CollectionDef.Int64List int64_list=3 in kind
  CollectionDef.FloatList float_list=4 in kind
  CollectionDef.AnyList any_list=5 in kind

CollectionDef.NodeList
  repeated string value=1

CollectionDef.BytesList
  repeated bytes value=1

CollectionDef.Int64List
  repeated int64 value=1

CollectionDef.FloatList
  repeated float value=1

CollectionDef.AnyList
  repeated Any value=1

Any
  string type_url=1
  bytes value=2

SignatureDef
  map<string,TensorInfo> inputs=1
  map<string,TensorInfo> outputs=2
  string method_name=3
  map<string,TensorProto> defaults=4

TensorInfo
  string name=1 in encoding
  TensorInfo.CooSparse coo_sparse=4 in encoding
  TensorInfo.CompositeTensor composite_tensor=5 in encoding
  DataType dtype=2
  TensorShapeProto tensor_shape=3

TensorInfo.CooSparse
  string values_tensor_name=1
  string indices_tensor_name=2
  string dense_shape_tensor_name=3

TensorInfo.CompositeTensor
  TypeSpecProto type_spec=1
  repeated TensorInfo components=2

enum TypeSpecProto.TypeSpecClass
  UNKNOWN=0
  SPARSE_TENSOR_SPEC=1
  INDEXED_SLICES_SPEC=2
  RAGGED_TENSOR_SPEC=3
  TENSOR_ARRAY_SPEC=4
  DATA_DATASET_SPEC=5
  DATA_ITERATOR_SPEC=6
  OPTIONAL_SPEC=7
  PER_REPLICA_SPEC=8
  VARIABLE_SPEC=9
  ROW_PARTITION_SPEC=10
  REGISTERED_TYPE_SPEC=12
  EXTENSION_TYPE_SPEC=13

TypeSpecProto
  TypeSpecProto.TypeSpecClass type_spec_class=1
  StructuredValue type_state=2
  string type_spec_class_name=3
  int32 num_flat_components=4

StructuredValue
  NoneValue none_value=1 in kind
  double float64_value=11 in kind
  sint64 int64_value=12 in kind
  string string_value=13 in kind
  bool bool_value=14 in kind
  TensorShapeProto tensor_shape_value=31 in kind
  DataType tensor_dtype_value=32 in kind
  TensorSpecProto tensor_spec_value=33 in kind
  TypeSpecProto type_spec_value=34 in kind
  BoundedTensorSpecProto bounded_tensor_spec_value=35 in kind
  ListValue list_value=51 in kind
  TupleValue tuple_value=52 in kind
  DictValue dict_value=53 in kind
  NamedTupleValue named_tuple_value=54 in kind
  TensorProto tensor_value=55 in kind
  TensorProto numpy_value=56 in kind

NoneValue

TensorSpecProto
  string name=1
  TensorShapeProto shape=2
  DataType dtype=3

BoundedTensorSpecProto
  string name=1
  TensorShapeProto shape=2
  DataType dtype=3
  TensorProto minimum=4
  TensorProto maximum=5

ListValue
  repeated StructuredValue values=1

TupleValue
  repeated StructuredValue values=1

DictValue
  map<string,StructuredValue> fields=1

NamedTupleValue
  string name=1
  repeated PairValue values=2

PairValue
  string key=1
  StructuredValue value=2

AssetFileDef
  TensorInfo tensor_info=1
  string filename=2

SavedModel
  int64 saved_model_schema_version=1
  repeated MetaGraphDef meta_graphs=2

# Events

Event
  double wall_time=1
  int64 step=2
  string file_version=3 in what
  bytes graph_def=4 in what
  Summary summary=5 in what
  LogMessage log_message=6 in what
  SessionLog session_log=7 in what
  TaggedRunMetadata tagged_run_metadata=8 in what
  bytes meta_graph_def=9 in what
  SourceMetadata source_metadata=10

Summary
  repeated Summary.Value value=1

Summary.Value
  string node_name=7
  string tag=1
  SummaryMetadata metadata=9
  float simple_value=2 in value
  bytes obsolete_old_style_histogram=3 in value
  Summary.Image image=4 in value
  HistogramProto histo=5 in value
  Summary.Audio audio=6 in value
  TensorProto tensor=8 in value

enum DataClass
  DATA_CLASS_UNKNOWN=0
  DATA_CLASS_SCALAR=1
  DATA_CLASS_TENSOR=2
  DATA_CLASS_BLOB_SEQUENCE=3

SummaryMetadata
  SummaryMetadata.PluginData plugin_data=1
  string display_name=2
  string summary_description=3
  DataClass data_class=4

SummaryMetadata.PluginData
  string plugin_name=1
  bytes content=2

Summary.Image
  int32 height=1
  int32 width=2
  int32 colorspace=3
  bytes encoded_image_string=4

HistogramProto
  double min=1
  double max=2
  double num=3
  double sum=4
  double sum_squares=5
  repeated double bucket_limit=6
  repeated double bucket=7

Summary.Audio
  float sample_rate=1
  int64 num_channels=2
  int64 length_frames=3
  bytes encoded_audio_string=4
  string content_type=5

enum LogMessage.Level
  UNKNOWN=0
  DEBUGGING=10
  INFO=20
  WARN=30
  ERROR=40
  FATAL=50

LogMessage
  LogMessage.Level level=1
  string message=2

enum SessionLog.SessionStatus
  STATUS_UNSPECIFIED=0
  START=1
  STOP=2
  CHECKPOINT=3

SessionLog
  SessionLog.SessionStatus status=1
  string checkpoint_path=2
  string msg=3

TaggedRunMetadata
  string tag=1
  bytes run_metadata=2

SourceMetadata
  string writer=1

# Checkpoints

CheckpointState
  string model_checkpoint_path=1
  repeated string all_model_checkpoint_paths=2
  repeated double all_model_checkpoint_timestamps=3
  double last_preserved_timestamp=4

# Sessions

ConfigProto
  map<string,int32> device_count=1
  int32 intra_op_parallelism_threads=2
  int32 inter_op_parallelism_threads=5
  bool use_per_session_threads=9
  repeated ThreadPoolOptionProto session_inter_op_thread_pool=12
  int32 placement_period=3
  repeated string device_filters=4
  GPUOptions gpu_options=6
  bool allow_soft_placement=7
  bool log_device_placement=8
  GraphOptions graph_options=10
  int64 operation_timeout_in_ms=11
  ClusterDef cluster_def=14
  bool isolate_session_state=15
  bool share_cluster_devices_in_session=17

ThreadPoolOptionProto
  int32 num_threads=1
  string global_name=2

GPUOptions
  double per_process_gpu_memory_fraction=1
  bool allow_growth=4
  string allocator_type=2
  int64 deferred_deletion_bytes=3
  string visible_device_list=5
  int32 polling_active_delay_usecs=6
  int32 polling_inactive_delay_msecs=7
  bool force_gpu_compatible=8

GraphOptions
  bool enable_recv_scheduling=2
  OptimizerOptions optimizer_options=3
  int64 build_cost_model=4
  int64 build_cost_model_after=9
  bool infer_shapes=5
  bool place_pruned_graph=6
  bool enable_bfloat16_sendrecv=7
  int32 timeline_step=8
  RewriterConfig rewrite_options=10

enum OptimizerOptions.Level
  L1=0
  L0=-1

enum OptimizerOptions.GlobalJitLevel
  DEFAULT=0
  OFF=-1
  ON_1=1
  ON_2=2

OptimizerOptions
  bool do_common_subexpression_elimination=1
  bool do_constant_folding=2
  int64 max_folded_constant_in_bytes=6
  bool do_function_inlining=4
  OptimizerOptions.Level opt_level=3
  OptimizerOptions.GlobalJitLevel global_jit_level=5
  bool cpu_global_jit=7

enum RewriterConfig.CpuLayout
  NO_CONVERSION_ON_CPU=0
  NCHW_TO_NHWC=1
  NHWC_TO_NCHW=2

enum RewriterConfig.Toggle
  DEFAULT=0
  ON=1
  OFF=2
  AGGRESSIVE=3
  EXPERIMENTAL_MLIR=4
  EXPERIMENTAL_BOTH=5

enum RewriterConfig.NumIterationsType
  DEFAULT_NUM_ITERS=0
  ONE=1
  TWO=2

enum RewriterConfig.MemOptType
  DEFAULT_MEM_OPT=0
  NO_MEM_OPT=1
  MANUAL=2
  SWAPPING_HEURISTICS=4
  RECOMPUTATION_HEURISTICS=5
  SCHEDULING_HEURISTICS=6
  HEURISTICS=3

RewriterConfig
  RewriterConfig.CpuLayout cpu_layout_conversion=50
  RewriterConfig.Toggle layout_optimizer=1
  RewriterConfig.Toggle constant_folding=3
  RewriterConfig.Toggle shape_optimization=13
  RewriterConfig.Toggle remapping=14
  RewriterConfig.Toggle common_subgraph_elimination=24
  RewriterConfig.Toggle arithmetic_optimization=7
  RewriterConfig.Toggle dependency_optimization=8
  RewriterConfig.Toggle loop_optimization=9
  RewriterConfig.Toggle function_optimization=10
  RewriterConfig.Toggle debug_stripper=11
  bool disable_model_pruning=2
  RewriterConfig.Toggle scoped_allocator_optimization=15
  RewriterConfig.Toggle pin_to_host_optimization=18
  RewriterConfig.Toggle implementation_selector=22
  RewriterConfig.Toggle auto_mixed_precision=23
  RewriterConfig.Toggle auto_mixed_precision_mkl=25
  RewriterConfig.Toggle auto_mixed_precision_onednn_bfloat16=31
  RewriterConfig.Toggle auto_mixed_precision_cpu=29
  bool disable_meta_optimizer=19
  bool disable_tfg_optimizer=32
  RewriterConfig.Toggle use_plugin_optimizers=28
  RewriterConfig.Toggle experimental_conditional_code_motion=30
  RewriterConfig.NumIterationsType meta_optimizer_iterations=12
  int32 min_graph_nodes=17
  bool experimental_disable_compressed_tensor_optimization=26
  bool experimental_disable_folding_quantization_emulation=27
  RewriterConfig.MemOptType memory_optimization=4
  string memory_optimizer_target_node_name_scope=6
  int64 meta_optimizer_timeout_ms=20
  AutoParallelOptions auto_parallel=5
  bool fail_on_optimizer_errors=21
  ScopedAllocatorOptions scoped_allocator_opts=16
  repeated string optimizers=100
  repeated RewriterConfig.CustomGraphOptimizer custom_optimizers=200
  VerifierConfig inter_optimizer_verifier_config=300
  VerifierConfig post_optimization_verifier_config=301

AutoParallelOptions
  bool enable=1
  int32 num_replicas=2

ScopedAllocatorOptions
  repeated string enable_op=1

RewriterConfig.CustomGraphOptimizer
  string name=1
  map<string,AttrValue> parameter_map=2

enum VerifierConfig.Toggle
  DEFAULT=0
  ON=1
  OFF=2

VerifierConfig
  int64 verification_timeout_in_ms=1
  VerifierConfig.Toggle structure_verifier=2

ClusterDef
  repeated JobDef job=1

JobDef
  string name=1
  map<int32,string> tasks=2

enum RunOptions.TraceLevel
  NO_TRACE=0
  SOFTWARE_TRACE=1
  HARDWARE_TRACE=2
  FULL_TRACE=3

RunOptions
  RunOptions.TraceLevel trace_level=1
  int64 timeout_in_ms=2
  int32 inter_op_thread_pool=3
  bool output_partition_graphs=5
  bool report_tensor_allocations_upon_oom=7

RunMetadata
  StepStats step_stats=1
  repeated GraphDef partition_graphs=3

StepStats
  repeated DeviceStepStats dev_stats=1

DeviceStepStats
  string device=1
  repeated NodeExecStats node_stats=2
  map<uint32,string> thread_names=3

NodeExecStats
  string node_name=1
  int64 all_start_micros=2
  int64 op_start_rel_micros=3
  int64 op_end_rel_micros=4
  int64 all_end_rel_micros=5
  repeated AllocatorMemoryUsed memory=6
  repeated NodeOutput output=7
  string timeline_label=8
  int64 scheduled_micros=9
  uint32 thread_id=10
  repeated AllocationDescription referenced_tensor=11
  MemoryStats memory_stats=12
  int64 all_start_nanos=13
  int64 op_start_rel_nanos=14
  int64 op_end_rel_nanos=15
  int64 all_end_rel_nanos=16
  int64 scheduled_nanos=17

AllocatorMemoryUsed
  string allocator_name=1
  int64 total_bytes=2
  int64 peak_bytes=3
  int64 live_bytes=4
  repeated AllocationRecord allocation_records=6
  int64 allocator_bytes_in_use=5

AllocationRecord
  int64 alloc_micros=1
  int64 alloc_bytes=2

NodeOutput
  int32 slot=1
  TensorDescription tensor_description=3

TensorDescription
  DataType dtype=1
  TensorShapeProto shape=2
  AllocationDescription allocation_description=4

AllocationDescription
  int64 requested_bytes=1
  int64 allocated_bytes=2
  string allocator_name=3
  int64 allocation_id=4
  bool has_single_reference=5
  uint64 ptr=6

MemoryStats
  int64 temp_memory_size=1
  int64 persistent_memory_size=3
  repeated int64 persistent_tensor_alloc_ids=5
  int64 device_temp_memory_size=2
  int64 device_persistent_memory_size=4
  repeated int64 device_persistent_tensor_alloc_ids=6
"""
