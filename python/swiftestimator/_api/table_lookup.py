"""Names of tables that map keys to values."""

_CONTRIB = (
    "index_table_from_file index_table_from_tensor=contrib_index_table_from_tensor index_to_string_table_from_file "
    "index_to_string_table_from_tensor=contrib_index_to_string_table_from_tensor index_to_string string_to_index "
    "string_to_index_table_from_file string_to_index_table_from_tensor HashTable=contrib_hash_table"
)

TABLE = {
    "_ops.lookup_initializers": {
        "12 lookup": "KeyValueTensorInitializer TextFileIndex TextFileInitializer",
        "1 contrib.lookup": (
            "KeyValueTensorInitializer TextFileIndex TextFileInitializer TextFileIdTableInitializer "
            "TextFileStringTableInitializer"
        ),
    },
    "_ops.lookup_tables": {
        "1 lookup": "StaticHashTable=StaticHashTableV1 StaticVocabularyTable=StaticVocabularyTableV1",
        "2 lookup": "StaticHashTable StaticVocabularyTable",
        "12 lookup.experimental": "DenseHashTable MutableHashTable",
        "1 contrib.lookup": (
            "FastHashSpec HasherSpec IdTableWithHashBuckets MutableHashTable StrongHashSpec "
            "StaticHashTable=StaticHashTableV1"
        ),
    },
    "_ops.lookup_ops": {"1 contrib.lookup": _CONTRIB},
}
