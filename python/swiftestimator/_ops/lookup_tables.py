"""Tables that map keys to values."""

from collections import namedtuple

from swiftestimator._framework import dtypes
from swiftestimator._framework.composite import SparseTensor
from swiftestimator._framework.graph import Tensor, name_scope
from swiftestimator._ops import cast_ops, control_flow_ops, mask_ops, math_ops, string_ops
from swiftestimator._ops.support import apply, convert_to_tensor

__all__ = [
    "FastHashSpec", "HasherSpec", "IdTableWithHashBuckets", "MutableHashTable", "StaticHashTable", "StaticHashTableV1",
    "StaticVocabularyTable", "StaticVocabularyTableV1", "StrongHashSpec",
]  # fmt: skip


class LookupInterface:
    """What tables have in common."""

    def __init__(self, key_dtype, value_dtype):
        self._key_dtype = dtypes.as_dtype(key_dtype)
        self._value_dtype = dtypes.as_dtype(value_dtype)

    @property
    def key_dtype(self):
        """The type of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self):
        """The type of the values."""
        return self._value_dtype

    @property
    def name(self):
        """The name of the table."""
        return self._name

    @property
    def resource_handle(self):
        """The handle on the table."""
        return self._handle

    def __getitem__(self, keys):
        return self.lookup(keys)

    def _checked(self, keys, dtype=None):
        """Keys, or the keys in a sparse tensor; ``TypeError`` when they have another type than the table's."""
        dtype = dtype or self._key_dtype
        sparse = isinstance(keys, SparseTensor)
        if not sparse:
            keys = convert_to_tensor(keys, None if isinstance(keys, Tensor) else dtype, name="keys")
        if keys.dtype is not dtype:
            raise TypeError(f"Dtype of argument `keys` must be {dtype}, received: {keys.dtype}")
        return keys


class _Table(LookupInterface):
    """A table of the engine."""

    def __init__(self, op, key_dtype, value_dtype, default_value, shared_name, name):
        super().__init__(key_dtype, value_dtype)
        self._default_value = convert_to_tensor(default_value, self._value_dtype)
        self._default_value.shape.merge_with([])
        attributes = {
            "shared_name": shared_name or "", "key_dtype": self._key_dtype, "value_dtype": self._value_dtype,
        }  # fmt: skip
        self._handle = apply(op, [], attributes, name=name)
        self._name = self._handle.op.name.rpartition("/")[2]

    @property
    def default_value(self):
        """The value of keys that the table does not have."""
        return self._default_value

    def size(self, name=None):
        """The number of entries."""
        with name_scope(name, f"{self._name}_Size", [self._handle]):
            return apply("LookupTableSizeV2", [self._handle])

    def _find(self, keys, default, scope):
        keys = self._checked(keys)
        values = keys.values if isinstance(keys, SparseTensor) else keys
        with name_scope(*scope, (self._handle, values, default)):
            found = apply("LookupTableFindV2", [self._handle, values, default])
        found.set_shape(values.shape)
        return keys.with_values(found) if isinstance(keys, SparseTensor) else found

    def _export(self, scope):
        with name_scope(*scope, [self._handle]):
            attributes = {"Tkeys": self._key_dtype, "Tvalues": self._value_dtype}
            keys, values = apply("LookupTableExportV2", [self._handle], attributes)
        values.set_shape(keys.shape[:1])
        return keys, values


class StaticHashTable(_Table):
    """A table that is filled once."""

    def __init__(self, initializer, default_value, name=None, experimental_is_anonymous=False):
        self._initializer = initializer
        shared = initializer._shared_name
        super().__init__(
            "HashTableV2", initializer.key_dtype, initializer.value_dtype, default_value, shared, name or "hash_table"
        )
        self._init_op = initializer.initialize(self)

    @property
    def initializer(self):
        """The operation that fills the table."""
        return self._init_op

    def lookup(self, keys, name=None):
        """The values of ``keys``, a tensor or sparse tensor."""
        return self._find(keys, self._default_value, (name, f"{self._name}_Lookup"))

    def export(self, name=None):
        """All keys and values."""
        return self._export((name, f"{self._name}_Export"))


class StaticHashTableV1(StaticHashTable):
    """A table that is filled once, by ``initializer``."""

    @property
    def init(self):
        """The operation that fills the table."""
        return self.initializer


class MutableHashTable(_Table):
    """A table whose entries programs put in and take out."""

    def __init__(
        self, key_dtype, value_dtype, default_value, name="MutableHashTable", checkpoint=True,
        experimental_is_anonymous=False,
    ):  # fmt: skip
        default = convert_to_tensor(default_value, value_dtype)
        if default._rank not in (0, None):
            raise NotImplementedError("MutableHashTable with values that are no scalars is not implemented")
        super().__init__("MutableHashTableV2", key_dtype, value_dtype, default, None, name)

    def lookup(self, keys, dynamic_default_values=None, name=None):
        """The values of ``keys``."""
        default = self._default_value if dynamic_default_values is None else dynamic_default_values
        return self._find(keys, default, (name, f"{self._name}_lookup_table_find"))

    def insert(self, keys, values, name=None):
        """An operation that changes or adds entries."""
        with name_scope(name, f"{self._name}_lookup_table_insert", [self._handle, keys, values]):
            keys = convert_to_tensor(keys, self._key_dtype, name="keys")
            values = convert_to_tensor(values, self._value_dtype, name="values")
            return apply("LookupTableInsertV2", [self._handle, keys, values])

    def remove(self, keys, name=None):
        """An operation that takes entries out."""
        keys = self._checked(keys)
        with name_scope(name, f"{self._name}_lookup_table_remove", [self._handle, keys]):
            return apply("LookupTableRemoveV2", [self._handle, keys])

    def export(self, name=None):
        """All keys and values."""
        return self._export((name, f"{self._name}_lookup_table_export_values"))


class DenseHashTable(MutableHashTable):
    """As ``MutableHashTable``; the keys for empty and deleted places are not needed."""

    def __init__(
        self, key_dtype, value_dtype, default_value, empty_key, deleted_key, initial_num_buckets=None,
        name="MutableDenseHashTable", checkpoint=True, experimental_is_anonymous=False,
    ):  # fmt: skip
        super().__init__(key_dtype, value_dtype, default_value, name, checkpoint)


class HasherSpec(namedtuple("HasherSpec", ["hasher", "key"])):
    """How keys that a table does not have are spread over buckets."""

    __slots__ = ()


FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """Buckets by a keyed hash."""

    __slots__ = ()

    def __new__(cls, key):
        if len(key) != 2:
            raise ValueError(f"`key` must have size 2, received {key}.")
        if not isinstance(key[0], int) or not isinstance(key[1], int):
            raise TypeError(f"Invalid key {key}. Must be unsigned integer values.")
        return super().__new__(cls, "stronghash", key)


class IdTableWithHashBuckets(LookupInterface):
    """Numbers of keys: those of a table, and for others a bucket behind them."""

    def __init__(self, table, num_oov_buckets, hasher_spec=FastHashSpec, name=None, key_dtype=None):
        if name:
            name = name.rstrip("/")
        if table is not None:
            key_dtype = table.key_dtype if key_dtype is None else dtypes.as_dtype(key_dtype)
            allowed = (dtypes.int64, dtypes.string)
            if table.key_dtype not in allowed:
                raise TypeError(f"Invalid `key_dtype`, expected one of {allowed}, received {key_dtype}.")
            if table.key_dtype.is_integer != key_dtype.is_integer:
                raise TypeError(
                    f"Invalid `key dtype`, expected {'integer' if key_dtype.is_integer else 'non-integer'} but got "
                    f"{table.key_dtype}."
                )
            if table.value_dtype is not dtypes.int64:
                raise TypeError(f"Invalid `value_dtype`, expected {dtypes.int64} but got {table.value_dtype}.")
            name = name or table.name
        else:
            if num_oov_buckets <= 0:
                raise ValueError(f"`oov_buckets` must be > 0 if no `table` is supplied. Received {num_oov_buckets}.")
            key_dtype = dtypes.string if key_dtype is None else dtypes.as_dtype(key_dtype)
            name = name or "hash_bucket"
        if hasher_spec.hasher not in ("fasthash", "stronghash"):
            raise TypeError(f"`hasher_spec` must be of type HasherSpec, got {hasher_spec}.")
        self._table = table
        self._buckets = num_oov_buckets
        self._hasher = hasher_spec
        self._name = name
        super().__init__(key_dtype, dtypes.int64)

    @property
    def initializer(self):
        """The operation that fills the table behind."""
        if self._table is not None:
            return self._table.initializer
        with name_scope(None, "init"):
            return control_flow_ops.no_op()

    init = initializer

    @property
    def resource_handle(self):
        """The handle on the table behind, if there is one."""
        return None if self._table is None else self._table.resource_handle

    def size(self, name=None):
        """The number of entries and buckets."""
        with name_scope(name, f"{self._name}_Size"):
            if self._table is None:
                return convert_to_tensor(self._buckets, dtypes.int64)
            return self._table.size() + self._buckets

    def _bucket(self, values):
        if self._hasher.hasher == "stronghash":
            return string_ops.string_to_hash_bucket_strong(
                values, self._buckets, list(self._hasher.key), name="hash_bucket"
            )
        return string_ops.string_to_hash_bucket_fast(values, self._buckets, name="hash_bucket")

    def lookup(self, keys, name=None):
        """The numbers of ``keys``, a tensor or sparse tensor."""
        keys = self._checked(keys)
        values = keys.values if isinstance(keys, SparseTensor) else keys
        if self._table is not None and self._table.key_dtype is not self._key_dtype:
            values = cast_ops.cast(values, self._table.key_dtype)
        if self._buckets == 0:
            ids = self._table.lookup(values, name=name)
        else:
            with name_scope(name, f"{self.name}_Lookup"):
                texts = values if values.dtype is dtypes.string else string_ops.as_string(values)
                ids = self._bucket(texts)
                if self._table is not None:
                    found = self._table.lookup(values)
                    ids = math_ops.add(ids, self._table.size())
                    known = math_ops.not_equal(found, self._table.default_value)
                    ids = mask_ops.where_v2(known, found, ids)
        return keys.with_values(ids) if isinstance(keys, SparseTensor) else ids


class StaticVocabularyTable(LookupInterface):
    """Numbers of keys: those that an initializer gives, and for others a bucket behind them."""

    def __init__(self, initializer, num_oov_buckets, lookup_key_dtype=None, name=None, experimental_is_anonymous=False):
        if num_oov_buckets <= 0:
            raise ValueError("`num_oov_buckets` must be > 0; use StaticHashTable.")
        if initializer is not None:
            if initializer.value_dtype is not dtypes.int64:
                raise TypeError(f"Invalid `value_dtype`, expected {dtypes.int64} but got {initializer.value_dtype}.")
            lookup_key_dtype = lookup_key_dtype or initializer.key_dtype
            lookup_key_dtype = dtypes.as_dtype(lookup_key_dtype)
            if initializer.key_dtype.is_integer != lookup_key_dtype.is_integer:
                raise TypeError(
                    f"Invalid `key_dtype`, expected {'integer' if lookup_key_dtype.is_integer else 'non-integer'} but "
                    f"got {initializer.key_dtype}."
                )
            self._inner = StaticHashTableV1(initializer, default_value=-1)
            self._name = name or self._inner.name
        else:
            lookup_key_dtype = lookup_key_dtype or dtypes.string
            self._inner = None
            self._name = name or "hash_bucket"
        self._ids = IdTableWithHashBuckets(self._inner, num_oov_buckets, name=self._name, key_dtype=lookup_key_dtype)
        super().__init__(lookup_key_dtype, dtypes.int64)

    @property
    def initializer(self):
        """The operation that fills the table."""
        return self._ids.initializer

    @property
    def resource_handle(self):
        """The handle on the table behind, if there is one."""
        return self._ids.resource_handle

    def size(self, name=None):
        """The number of entries and buckets."""
        return self._ids.size(name)

    def lookup(self, keys, name=None):
        """The numbers of ``keys``, a tensor or sparse tensor."""
        return self._ids.lookup(keys, name)


StaticVocabularyTableV1 = StaticVocabularyTable
