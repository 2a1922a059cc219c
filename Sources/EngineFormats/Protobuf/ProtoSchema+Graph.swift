/// Graphs, nodes, attributes, tensors and op signatures.
///
/// **Source**: field numbers and names of TensorFlow's protocol buffer messages of the same names; the notation is
/// described at ``ProtoSchema``.
extension ProtoSchema {
  static let graphMessages = """
    message GraphDef
      1 node NodeDef[]
      2 library FunctionDefLibrary
      3 version int32
      4 versions VersionDef
      5 debug_info GraphDebugInfo
    message NodeDef
      1 name string
      2 op string
      3 input string[]
      4 device string
      5 attr map<string,AttrValue>
      6 experimental_debug_info NodeDef.ExperimentalDebugInfo
      7 experimental_type FullTypeDef
    message NodeDef.ExperimentalDebugInfo
      1 original_node_names string[]
      2 original_func_names string[]
    message AttrValue
      1 list AttrValue.ListValue oneof=value
      2 s bytes oneof=value
      3 i int64 oneof=value
      4 f float oneof=value
      5 b bool oneof=value
      6 type DataType oneof=value
      7 shape TensorShapeProto oneof=value
      8 tensor TensorProto oneof=value
      9 placeholder string oneof=value
      10 func NameAttrList oneof=value
    message AttrValue.ListValue
      2 s bytes[]
      3 i int64[]
      4 f float[]
      5 b bool[]
      6 type DataType[]
      7 shape TensorShapeProto[]
      8 tensor TensorProto[]
      9 func NameAttrList[]
    message NameAttrList
      1 name string
      2 attr map<string,AttrValue>
    message TensorShapeProto
      2 dim TensorShapeProto.Dim[]
      3 unknown_rank bool
    message TensorShapeProto.Dim
      1 size int64
      2 name string
    message TensorProto
      1 dtype DataType
      2 tensor_shape TensorShapeProto
      3 version_number int32
      4 tensor_content bytes
      5 float_val float[]
      6 double_val double[]
      7 int_val int32[]
      8 string_val bytes[]
      9 scomplex_val float[]
      10 int64_val int64[]
      11 bool_val bool[]
      12 dcomplex_val double[]
      13 half_val int32[]
      14 resource_handle_val ResourceHandleProto[]
      15 variant_val VariantTensorDataProto[]
      16 uint32_val uint32[]
      17 uint64_val uint64[]
      18 float8_val bytes
    message VariantTensorDataProto
      1 type_name string
      2 metadata bytes
      3 tensors TensorProto[]
    message ResourceHandleProto
      1 device string
      2 container string
      3 name string
      4 hash_code uint64
      5 maybe_type_name string
      6 dtypes_and_shapes ResourceHandleProto.DtypeAndShape[]
    message ResourceHandleProto.DtypeAndShape
      1 dtype DataType
      2 shape TensorShapeProto
    message FullTypeDef
      1 type_id FullTypeId
      2 args FullTypeDef[]
      3 s string oneof=attr
      4 i int64 oneof=attr
    message FunctionDefLibrary
      1 function FunctionDef[]
      2 gradient GradientDef[]
      3 registered_gradients RegisteredGradient[]
    message FunctionDef
      1 signature OpDef
      3 node_def NodeDef[]
      4 ret map<string,string>
      5 attr map<string,AttrValue>
      6 control_ret map<string,string>
      7 arg_attr map<uint32,FunctionDef.ArgAttrs>
      8 resource_arg_unique_id map<uint32,uint32>
    message FunctionDef.ArgAttrs
      1 attr map<string,AttrValue>
    message GradientDef
      1 function_name string
      2 gradient_func string
    message RegisteredGradient
      1 gradient_func string
      2 registered_op_type string
    message OpDef
      1 name string
      2 input_arg OpDef.ArgDef[]
      3 output_arg OpDef.ArgDef[]
      4 attr OpDef.AttrDef[]
      5 summary string
      6 description string
      8 deprecation OpDeprecation
      16 is_aggregate bool
      17 is_stateful bool
      18 is_commutative bool
      19 allows_uninitialized_input bool
      20 control_output string[]
      21 is_distributed_communication bool
    message OpDef.ArgDef
      1 name string
      2 description string
      3 type DataType
      4 type_attr string
      5 number_attr string
      6 type_list_attr string
      7 handle_data ResourceHandleProto.DtypeAndShape[]
      16 is_ref bool
      17 experimental_full_type FullTypeDef
    message OpDef.AttrDef
      1 name string
      2 type string
      3 default_value AttrValue
      4 description string
      5 has_minimum bool
      6 minimum int64
      7 allowed_values AttrValue
    message OpDeprecation
      1 version int32
      2 explanation string
    message OpList
      1 op OpDef[]
    message VersionDef
      1 producer int32
      2 min_consumer int32
      3 bad_consumers int32[]
    message GraphDebugInfo
      1 files string[]
      2 traces map<string,GraphDebugInfo.StackTrace>
      4 frames_by_id map<fixed64,GraphDebugInfo.FileLineCol>
      5 name_to_trace_id map<string,fixed64>
      6 traces_by_id map<fixed64,GraphDebugInfo.StackTrace>
    message GraphDebugInfo.StackTrace
      1 file_line_cols GraphDebugInfo.FileLineCol[]
      2 frame_id fixed64[]
    message GraphDebugInfo.FileLineCol
      1 file_index int32 optional
      2 line int32 optional
      3 col int32 optional
      4 func string optional
      5 code string optional
    enum DataType
      DT_INVALID=0 DT_FLOAT=1 DT_DOUBLE=2 DT_INT32=3 DT_UINT8=4 DT_INT16=5 DT_INT8=6 DT_STRING=7 DT_COMPLEX64=8
      DT_INT64=9 DT_BOOL=10 DT_QINT8=11 DT_QUINT8=12 DT_QINT32=13 DT_BFLOAT16=14 DT_QINT16=15 DT_QUINT16=16
      DT_UINT16=17 DT_COMPLEX128=18 DT_HALF=19 DT_RESOURCE=20 DT_VARIANT=21 DT_UINT32=22 DT_UINT64=23
      DT_FLOAT8_E5M2=24 DT_FLOAT8_E4M3FN=25 DT_INT4=29 DT_UINT4=30 DT_FLOAT_REF=101 DT_DOUBLE_REF=102
      DT_INT32_REF=103 DT_UINT8_REF=104 DT_INT16_REF=105 DT_INT8_REF=106 DT_STRING_REF=107 DT_COMPLEX64_REF=108
      DT_INT64_REF=109 DT_BOOL_REF=110 DT_QINT8_REF=111 DT_QUINT8_REF=112 DT_QINT32_REF=113 DT_BFLOAT16_REF=114
      DT_QINT16_REF=115 DT_QUINT16_REF=116 DT_UINT16_REF=117 DT_COMPLEX128_REF=118 DT_HALF_REF=119
      DT_RESOURCE_REF=120 DT_VARIANT_REF=121 DT_UINT32_REF=122 DT_UINT64_REF=123 DT_FLOAT8_E5M2_REF=124
      DT_FLOAT8_E4M3FN_REF=125 DT_INT4_REF=129 DT_UINT4_REF=130
    enum FullTypeId
      TFT_UNSET=0 TFT_VAR=1 TFT_ANY=2 TFT_PRODUCT=3 TFT_NAMED=4 TFT_FOR_EACH=20 TFT_CALLABLE=100 TFT_TENSOR=1000
      TFT_ARRAY=1001 TFT_OPTIONAL=1002 TFT_LITERAL=1003 TFT_ENCODED=1004 TFT_SHAPE_TENSOR=1005 TFT_BOOL=200
      TFT_UINT8=201 TFT_UINT16=202 TFT_UINT32=203 TFT_UINT64=204 TFT_INT8=205 TFT_INT16=206 TFT_INT32=207
      TFT_INT64=208 TFT_HALF=209 TFT_FLOAT=210 TFT_DOUBLE=211 TFT_BFLOAT16=215 TFT_COMPLEX64=212
      TFT_COMPLEX128=213 TFT_STRING=214 TFT_DATASET=10102 TFT_RAGGED=10103 TFT_ITERATOR=10104 TFT_MUTEX_LOCK=10202
      TFT_LEGACY_VARIANT=10203
    """
}
