/// Meta graphs, savers, collections, signatures and SavedModel.
///
/// **Source**: field numbers and names of TensorFlow's protocol buffer messages of the same names; the notation is
/// described at ``ProtoSchema``.
extension ProtoSchema {
  static let savedModelMessages = """
    message MetaGraphDef
      1 meta_info_def MetaGraphDef.MetaInfoDef
      2 graph_def GraphDef
      3 saver_def SaverDef
      4 collection_def map<string,CollectionDef>
      5 signature_def map<string,SignatureDef>
      6 asset_file_def AssetFileDef[]
      7 object_graph_def SavedObjectGraph
    message MetaGraphDef.MetaInfoDef
      1 meta_graph_version string
      2 stripped_op_list OpList
      3 any_info google.protobuf.Any
      4 tags string[]
      5 tensorflow_version string
      6 tensorflow_git_version string
      7 stripped_default_attrs bool
      8 function_aliases map<string,string>
    message CollectionDef
      1 node_list CollectionDef.NodeList oneof=kind
      2 bytes_list CollectionDef.BytesList oneof=kind
      3 int64_list CollectionDef.Int64List oneof=kind
      4 float_list CollectionDef.FloatList oneof=kind
      5 any_list CollectionDef.AnyList oneof=kind
    message CollectionDef.NodeList
      1 value string[]
    message CollectionDef.BytesList
      1 value bytes[]
    message CollectionDef.Int64List
      1 value int64[]
    message CollectionDef.FloatList
      1 value float[]
    message CollectionDef.AnyList
      1 value google.protobuf.Any[]
    message SignatureDef
      1 inputs map<string,TensorInfo>
      2 outputs map<string,TensorInfo>
      3 method_name string
      4 defaults map<string,TensorProto>
    message TensorInfo
      1 name string oneof=encoding
      2 dtype DataType
      3 tensor_shape TensorShapeProto
      4 coo_sparse TensorInfo.CooSparse oneof=encoding
      5 composite_tensor TensorInfo.CompositeTensor oneof=encoding
    message TensorInfo.CooSparse
      1 values_tensor_name string
      2 indices_tensor_name string
      3 dense_shape_tensor_name string
    message TensorInfo.CompositeTensor
      1 type_spec TypeSpecProto
      2 components TensorInfo[]
    message AssetFileDef
      1 tensor_info TensorInfo
      2 filename string
    message SaverDef
      1 filename_tensor_name string
      2 save_tensor_name string
      3 restore_op_name string
      4 max_to_keep int32
      5 sharded bool
      6 keep_checkpoint_every_n_hours float
      7 version SaverDef.CheckpointFormatVersion
    message SavedModel
      1 saved_model_schema_version int64
      2 meta_graphs MetaGraphDef[]
    message TypeSpecProto
      1 type_spec_class TypeSpecProto.TypeSpecClass
      2 type_state StructuredValue
      3 type_spec_class_name string
      4 num_flat_components int32
    message StructuredValue
      1 none_value NoneValue oneof=kind
      11 float64_value double oneof=kind
      12 int64_value sint64 oneof=kind
      13 string_value string oneof=kind
      14 bool_value bool oneof=kind
      31 tensor_shape_value TensorShapeProto oneof=kind
      32 tensor_dtype_value DataType oneof=kind
      33 tensor_spec_value TensorSpecProto oneof=kind
      34 type_spec_value TypeSpecProto oneof=kind
      35 bounded_tensor_spec_value BoundedTensorSpecProto oneof=kind
      51 list_value ListValue oneof=kind
      52 tuple_value TupleValue oneof=kind
      53 dict_value DictValue oneof=kind
      54 named_tuple_value NamedTupleValue oneof=kind
      55 tensor_value TensorProto oneof=kind
      56 numpy_value TensorProto oneof=kind
    message NoneValue
    message TensorSpecProto
      1 name string
      2 shape TensorShapeProto
      3 dtype DataType
    message BoundedTensorSpecProto
      1 name string
      2 shape TensorShapeProto
      3 dtype DataType
      4 minimum TensorProto
      5 maximum TensorProto
    message ListValue
      1 values StructuredValue[]
    message TupleValue
      1 values StructuredValue[]
    message DictValue
      1 fields map<string,StructuredValue>
    message NamedTupleValue
      1 name string
      2 values PairValue[]
    message PairValue
      1 key string
      2 value StructuredValue
    message google.protobuf.Any
      1 type_url string
      2 value bytes
    message google.protobuf.BoolValue
      1 value bool
    message VariableDef
      1 variable_name string
      2 initializer_name string
      3 snapshot_name string
      4 save_slice_info_def SaveSliceInfoDef
      5 is_resource bool
      6 initial_value_name string
      7 trainable bool
      8 synchronization VariableSynchronization
      9 aggregation VariableAggregation
    message SaveSliceInfoDef
      1 full_name string
      2 full_shape int64[]
      3 var_offset int64[]
      4 var_shape int64[]
    enum SaverDef.CheckpointFormatVersion
      LEGACY=0 V1=1 V2=2
    enum TypeSpecProto.TypeSpecClass
      UNKNOWN=0 SPARSE_TENSOR_SPEC=1 INDEXED_SLICES_SPEC=2 RAGGED_TENSOR_SPEC=3 TENSOR_ARRAY_SPEC=4
      DATA_DATASET_SPEC=5 DATA_ITERATOR_SPEC=6 OPTIONAL_SPEC=7 PER_REPLICA_SPEC=8 VARIABLE_SPEC=9
      ROW_PARTITION_SPEC=10 REGISTERED_TYPE_SPEC=12 EXTENSION_TYPE_SPEC=13
    enum VariableSynchronization
      VARIABLE_SYNCHRONIZATION_AUTO=0 VARIABLE_SYNCHRONIZATION_NONE=1 VARIABLE_SYNCHRONIZATION_ON_WRITE=2
      VARIABLE_SYNCHRONIZATION_ON_READ=3
    enum VariableAggregation
      VARIABLE_AGGREGATION_NONE=0 VARIABLE_AGGREGATION_SUM=1 VARIABLE_AGGREGATION_MEAN=2
      VARIABLE_AGGREGATION_ONLY_FIRST_REPLICA=3
    """
}
