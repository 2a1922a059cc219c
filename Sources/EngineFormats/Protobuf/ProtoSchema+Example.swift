/// Training examples.
///
/// **Source**: field numbers and names of TensorFlow's protocol buffer messages of the same names; the notation is
/// described at ``ProtoSchema``.
extension ProtoSchema {
  static let exampleMessages = """
    message Example
      1 features Features
    message SequenceExample
      1 context Features
      2 feature_lists FeatureLists
    message Features
      1 feature map<string,Feature>
    message Feature
      1 bytes_list BytesList oneof=kind
      2 float_list FloatList oneof=kind
      3 int64_list Int64List oneof=kind
    message BytesList
      1 value bytes[]
    message FloatList
      1 value float[]
    message Int64List
      1 value int64[]
    message FeatureLists
      1 feature_list map<string,FeatureList>
    message FeatureList
      1 feature Feature[]
    """
}
