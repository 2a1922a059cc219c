"""Names of ``tf.data``."""

TABLE = {
    "_data.dataset": {
        "12 data": "Dataset AUTOTUNE Options INFINITE_CARDINALITY UNKNOWN_CARDINALITY",
        "12 data.experimental": "AUTOTUNE INFINITE_CARDINALITY UNKNOWN_CARDINALITY",
    },
    "_data.iterator": {
        "1 data": "Iterator make_one_shot_iterator make_initializable_iterator",
        "2 data": "Iterator",
    },
    "_data.structure": {"12 tf": "TensorSpec"},
}
