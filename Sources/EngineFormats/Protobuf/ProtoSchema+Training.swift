/// Checkpoints, event files and summaries.
///
/// **Source**: field numbers and names of TensorFlow's protocol buffer messages of the same names; the notation is
/// described at ``ProtoSchema``.
extension ProtoSchema {
  static let trainingMessages = """
    message BundleHeaderProto
      1 num_shards int32
      2 endianness BundleHeaderProto.Endianness
      3 version VersionDef
    message BundleEntryProto
      1 dtype DataType
      2 shape TensorShapeProto
      3 shard_id int32
      4 offset int64
      5 size int64
      6 crc32c fixed32
      7 slices TensorSliceProto[]
    message TensorSliceProto
      1 extent TensorSliceProto.Extent[]
    message TensorSliceProto.Extent
      1 start int64
      2 length int64 oneof=has_length
    message CheckpointState
      1 model_checkpoint_path string
      2 all_model_checkpoint_paths string[]
      3 all_model_checkpoint_timestamps double[]
      4 last_preserved_timestamp double
    message TrackableObjectGraph
      1 nodes TrackableObjectGraph.TrackableObject[]
    message TrackableObjectGraph.TrackableObject
      1 children TrackableObjectGraph.TrackableObject.ObjectReference[]
      2 attributes TrackableObjectGraph.TrackableObject.SerializedTensor[]
      3 slot_variables TrackableObjectGraph.TrackableObject.SlotVariableReference[]
      4 registered_saver RegisteredSaver
      5 has_checkpoint_values google.protobuf.BoolValue
    message TrackableObjectGraph.TrackableObject.ObjectReference
      1 node_id int32
      2 local_name string
    message TrackableObjectGraph.TrackableObject.SerializedTensor
      1 name string
      2 full_name string
      3 checkpoint_key string
    message TrackableObjectGraph.TrackableObject.SlotVariableReference
      1 original_variable_node_id int32
      2 slot_name string
      3 slot_variable_node_id int32
    message RegisteredSaver
      1 name string
      2 object_name string
    message Event
      1 wall_time double
      2 step int64
      3 file_version string oneof=what
      4 graph_def bytes oneof=what
      5 summary Summary oneof=what
      6 log_message LogMessage oneof=what
      7 session_log SessionLog oneof=what
      8 tagged_run_metadata TaggedRunMetadata oneof=what
      9 meta_graph_def bytes oneof=what
      10 source_metadata SourceMetadata
    message LogMessage
      1 level LogMessage.Level
      2 message string
    message SessionLog
      1 status SessionLog.SessionStatus
      2 checkpoint_path string
      3 msg string
    message TaggedRunMetadata
      1 tag string
      2 run_metadata bytes
    message SourceMetadata
      1 writer string
    message Summary
      1 value Summary.Value[]
    message Summary.Value
      1 tag string
      2 simple_value float oneof=value
      3 obsolete_old_style_histogram bytes oneof=value
      4 image Summary.Image oneof=value
      5 histo HistogramProto oneof=value
      6 audio Summary.Audio oneof=value
      7 node_name string
      8 tensor TensorProto oneof=value
      9 metadata SummaryMetadata
    message Summary.Image
      1 height int32
      2 width int32
      3 colorspace int32
      4 encoded_image_string bytes
    message Summary.Audio
      1 sample_rate float
      2 num_channels int64
      3 length_frames int64
      4 encoded_audio_string bytes
      5 content_type string
    message SummaryMetadata
      1 plugin_data SummaryMetadata.PluginData
      2 display_name string
      3 summary_description string
      4 data_class DataClass
    message SummaryMetadata.PluginData
      1 plugin_name string
      2 content bytes
    message HistogramProto
      1 min double
      2 max double
      3 num double
      4 sum double
      5 sum_squares double
      6 bucket_limit double[]
      7 bucket double[]
    enum DataClass
      DATA_CLASS_UNKNOWN=0 DATA_CLASS_SCALAR=1 DATA_CLASS_TENSOR=2 DATA_CLASS_BLOB_SEQUENCE=3
    enum LogMessage.Level
      UNKNOWN=0 DEBUGGING=10 INFO=20 WARN=30 ERROR=40 FATAL=50
    enum SessionLog.SessionStatus
      STATUS_UNSPECIFIED=0 START=1 STOP=2 CHECKPOINT=3
    enum BundleHeaderProto.Endianness
      LITTLE=0 BIG=1
    """
}
