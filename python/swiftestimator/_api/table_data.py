"""Names of ``tf.data`` and of record files."""

_TRANSFORMATIONS = (
    "assert_cardinality bucket_by_sequence_length cardinality choose_from_datasets Counter dense_to_sparse_batch "
    "enumerate_dataset get_single_element get_structure group_by_window ignore_errors map_and_batch parallel_interleave "
    "parse_example_dataset prefetch_to_device RandomDataset rejection_resample sample_from_datasets scan "
    "shuffle_and_repeat snapshot take_while TFRecordWriter unbatch unique"
)

TABLE = {
    "_data.dataset": {
        "12 data": "Dataset AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY",
        "12 data.experimental": "AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY",
        "1 contrib.data": "AUTOTUNE Dataset",
    },
    "_data.options": {
        "12 data": "Options ThreadingOptions",
        "12 data.experimental": (
            "AutoShardPolicy AutotuneAlgorithm AutotuneOptions DistributeOptions ExternalStatePolicy OptimizationOptions "
            "ThreadingOptions"
        ),
    },
    "_data.iterator": {
        "1 data": (
            "Iterator get_output_classes get_output_shapes get_output_types make_one_shot_iterator "
            "make_initializable_iterator"
        ),
        "2 data": "Iterator",
    },
    "_data.structure": {
        "12 tf": "SparseTensorSpec TensorSpec TypeSpec",
        "12 data": "DatasetSpec",
        "1 data.experimental": "DatasetStructure=DatasetSpec SparseTensorStructure=sparse_tensor_structure TensorStructure=tensor_structure",
        "2 data.experimental": "DatasetStructure=DatasetSpec",
    },
    "_data.readers": {
        "12 data": "FixedLengthRecordDataset TextLineDataset TFRecordDataset",
        "1 contrib.data": "FixedLengthRecordDataset TextLineDataset TFRecordDataset",
    },
    "_data.csv": {
        "12 data.experimental": "CsvDataset make_batched_features_dataset make_csv_dataset",
        "1 contrib.data": "CsvDataset make_batched_features_dataset make_csv_dataset",
    },
    "_data.experimental": {
        "12 data.experimental": _TRANSFORMATIONS,
        "1 data.experimental": "map_and_batch_with_legacy_function=map_and_batch",
        "1 contrib.data": f"{_TRANSFORMATIONS} batch_and_drop_remainder padded_batch_and_drop_remainder",
    },
    "_io.records": {
        "1 python_io": "TFRecordCompressionType TFRecordOptions TFRecordWriter tf_record_iterator",
        "1 io": "TFRecordCompressionType tf_record_iterator",
        "12 io": "TFRecordOptions TFRecordWriter",
    },
}
