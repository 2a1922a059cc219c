"""Sparse tensors."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.composite import SparseTensor, SparseTensorValue
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops import array_ops, cast_ops, gather_ops, mask_ops, math_ops, reduce_ops
from swiftestimator._ops.support import (
    apply,
    constant_value_as_shape,
    convert_to_tensor,
    name_scope,
    renamed_argument,
)


def _sparse(value):
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError("Input must be a SparseTensor.")
    return value


def _parts(value):
    return [value.indices, value.values, value.dense_shape]


def sparse_to_dense(sparse_indices, output_shape, sparse_values, default_value=0, validate_indices=True, name=None):
    """A tensor of a default value, with other values at positions."""
    attributes = {"validate_indices": validate_indices}
    return apply("SparseToDense", [sparse_indices, output_shape, sparse_values, default_value], attributes, name=name)


def sparse_tensor_to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The whole tensor, with ``default_value`` (0, empty text) where there is no value."""
    sp_input = _sparse(sp_input)
    if default_value is None:
        default_value = array_ops.zeros([], dtype=sp_input.dtype)
    result = sparse_to_dense(
        sp_input.indices, sp_input.dense_shape, sp_input.values, default_value, validate_indices, name
    )
    result.set_shape(sp_input.shape)
    return result


def from_dense(tensor, name=None):
    """The elements other than 0 (other than empty text) as a sparse tensor."""
    with name_scope(name, "dense_to_sparse"):
        tensor = convert_to_tensor(tensor)
        indices = mask_ops.where_v2(math_ops.not_equal(tensor, array_ops.zeros_like(tensor)))
        values = gather_ops.gather_nd(tensor, indices)
        shape = array_ops.shape_internal(tensor, out_type=dtypes.int64)
        return SparseTensor(indices, values, shape)


def sparse_reorder(sp_input, name=None):
    """The same tensor with its positions in row-major order."""
    sp_input = _sparse(sp_input)
    indices, values = apply("SparseReorder", _parts(sp_input), name=name)
    shape = sp_input.get_shape()
    if shape.is_fully_defined():
        dense_shape = shape.as_list()
    else:
        dense_shape = array_ops.identity(sp_input.dense_shape)
    return SparseTensor(indices, values, dense_shape)


def sparse_reshape(sp_input, shape, name=None):
    """The same elements in another shape."""
    sp_input = _sparse(sp_input)
    shape = cast_ops.cast(shape, dtype=dtypes.int64)
    with name_scope(name, "SparseReshape", [sp_input]) as name:
        indices, dense_shape = apply("SparseReshape", [sp_input.indices, sp_input.dense_shape, shape], name=name)
        result = constant_value_as_shape(shape)
        if result is not None and result.count(None) == 1 and sp_input.get_shape().is_fully_defined():
            known = int(np.prod([d for d in result if d is not None], dtype=np.int64))
            total = sp_input.get_shape().num_elements()
            if known and total % known == 0:
                result = [total // known if d is None else d for d in result]
        if result is not None and None not in result and shape.op.type in ("Cast", "Const"):
            dense_shape = convert_to_tensor(result, dtypes.int64)
        reshaped = SparseTensor(indices, array_ops.identity(sp_input.values), dense_shape)
        if result is not None:
            reshaped.set_shape(result)
        return reshaped


def sparse_retain(sp_input, to_retain):
    """The elements where a vector of bools is true."""
    sp_input = _sparse(sp_input)
    to_retain = convert_to_tensor(to_retain)
    where = array_ops.reshape(mask_ops.where(to_retain), [-1])
    indices, values = gather_ops.gather(sp_input.indices, where), gather_ops.gather(sp_input.values, where)
    return SparseTensor(indices, values, array_ops.identity(sp_input.dense_shape))


def sparse_slice(sp_input, start, size, name=None):
    """A part of a sparse tensor."""
    sp_input = _sparse(sp_input)
    start, size = convert_to_tensor(start, dtypes.int64), convert_to_tensor(size, dtypes.int64)
    with name_scope(name, "SparseSlice", [sp_input]) as name:
        return SparseTensor(*apply("SparseSlice", [*_parts(sp_input), start, size], name=name))


def sparse_concat(axis, sp_inputs, name=None, expand_nonconcat_dim=False, concat_dim=None, expand_nonconcat_dims=None):
    """Sparse tensors one after the other along an axis."""
    axis = renamed_argument("concat_dim", concat_dim, "axis", axis)
    expand = renamed_argument("expand_nonconcat_dims", expand_nonconcat_dims, "expand_nonconcat_dim",
                              expand_nonconcat_dim or None)  # fmt: skip
    return sparse_concat_v2(axis, sp_inputs, bool(expand), name)


def sparse_concat_v2(axis, sp_inputs, expand_nonconcat_dims=False, name=None):
    """Sparse tensors one after the other along an axis."""
    inputs = [_sparse(s) for s in sp_inputs]
    if len(inputs) == 1:
        return inputs[0]
    shapes = [s.dense_shape for s in inputs]
    if expand_nonconcat_dims:
        highest = reduce_ops.reduce_max(array_ops.stack(shapes), 0)
        rank = inputs[0].dense_shape._shape_as_list()[0]
        axis = axis if axis >= 0 else axis + rank
        shapes = [array_ops.concat([highest[:axis], s[axis : axis + 1], highest[axis + 1 :]], 0) for s in shapes]
    arguments = [[s.indices for s in inputs], [s.values for s in inputs], shapes]
    indices, values, shape = apply("SparseConcat", arguments, {"concat_dim": axis}, name=name)
    known = [s.get_shape() for s in inputs]
    if not expand_nonconcat_dims and all(k.rank is not None for k in known):
        position = axis if axis >= 0 else axis + known[0].rank
        dims = known[0].as_list()
        sizes = [k.as_list()[position] for k in known]
        dims[position] = None if None in sizes else sum(sizes)
        if None not in dims:
            shape = constant(dims, dtypes.int64)
    return SparseTensor(indices, values, shape)


def sparse_split(keyword_required=None, sp_input=None, num_split=None, axis=None, name=None, split_dim=None):
    """A sparse tensor in pieces along an axis."""
    axis = renamed_argument("axis", axis, "split_dim", split_dim)
    return sparse_split_v2(sp_input, num_split, axis, name)


def sparse_split_v2(sp_input=None, num_split=None, axis=None, name=None):
    """A sparse tensor in pieces along an axis."""
    for label, value in (("sp_input", sp_input), ("num_split", num_split), ("axis", axis)):
        if value is None:
            raise ValueError(f"{label} is required")
    sp_input = _sparse(sp_input)
    axis = convert_to_tensor(axis, dtypes.int64)
    outputs = apply("SparseSplit", [axis, *_parts(sp_input)], {"num_split": num_split}, name=name)
    return [SparseTensor(*[outputs[i + k * num_split] for k in range(3)]) for i in range(num_split)]


def sparse_fill_empty_rows(sp_input, default_value, name=None):
    """The tensor with a default value put into each empty row of a matrix, and which rows were empty."""
    sp_input = _sparse(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [sp_input]):
        default_value = convert_to_tensor(default_value, dtype=sp_input.values.dtype)
        indices, values, empty, _ = apply("SparseFillEmptyRows", [*_parts(sp_input), default_value])
        return SparseTensor(indices, values, sp_input.dense_shape), empty


def sparse_reset_shape(sp_input, new_shape=None):
    """The tensor with the smallest shape that holds its elements, or with a larger one."""
    sp_input = _sparse(sp_input)
    indices, values = array_ops.identity(sp_input.indices), array_ops.identity(sp_input.values)
    in_shape = array_ops.identity(sp_input.dense_shape)
    if new_shape is None:
        highest = reduce_ops.reduce_max(indices, axis=0)
        low = convert_to_tensor([0] * (in_shape._shape_as_list()[0] or 1), dtypes.int64)
        output_shape = math_ops.maximum(low, math_ops.add(highest, array_ops.ones_like(in_shape)))
    else:
        from swiftestimator._ops import check_ops, control_flow_ops

        output_shape = cast_ops.cast(convert_to_tensor(new_shape, dtypes.int64), dtypes.int64)
        if output_shape._rank != 1:
            raise ValueError(f"`new_shape` must be a vector, got shape {output_shape.shape}")
        known = constant_value_as_shape(in_shape)
        wanted = constant_value_as_shape(output_shape)
        if known is not None and wanted is not None:
            if len(known) != len(wanted):
                raise ValueError(f"`new_shape` {wanted} has another rank than the tensor's shape {known}")
            if any(a is not None and b is not None and a > b for a, b in zip(known, wanted)):
                raise ValueError(f"Requested dimension must not be smaller than the original: {wanted} for {known}")
        in_shape = control_flow_ops.with_dependencies(
            [check_ops.assert_equal(array_ops.shape(in_shape), array_ops.shape(output_shape))], in_shape
        )
        output_shape = control_flow_ops.with_dependencies(
            [check_ops.assert_less_equal(in_shape, output_shape)], output_shape
        )
    return SparseTensor(indices, values, output_shape)


def sparse_merge(sp_ids, sp_values, vocab_size, name=None, already_sorted=False):
    """Ids and values of the same positions as one tensor, in which the ids are the last coordinate."""
    if isinstance(sp_ids, SparseTensor | SparseTensorValue):
        sp_ids = [sp_ids]
        if not (isinstance(vocab_size, Tensor) or isinstance(vocab_size, int | np.integer)):
            raise TypeError(f"vocab_size has to be a Tensor or Python int. Found {type(vocab_size)}")
        vocab_size = [vocab_size]
    if len(vocab_size) != len(sp_ids):
        raise ValueError("sp_ids and vocab_size have to have equal lengths.")
    sp_ids, sp_values = [_sparse(s) for s in sp_ids], _sparse(sp_values)
    with name_scope(name, "SparseMerge", [*sp_ids, sp_values]):
        expanded = []
        for ids in sp_ids:
            values = ids.values
            if values.dtype is not dtypes.int64:
                values = cast_ops.cast(values, dtypes.int64)
            expanded.append(array_ops.expand_dims(values, axis=1))
        sizes = [cast_ops.cast(size, dtypes.int64) for size in vocab_size]
        new_indices = array_ops.concat([sp_ids[0].indices[:, :-1], *expanded], 1)
        new_shape = array_ops.concat([sp_ids[0].dense_shape[:-1], sizes], 0)
        result = SparseTensor(new_indices, sp_values.values, new_shape)
        if already_sorted:
            return result
        ordered = sparse_reorder(result)
        return SparseTensor(ordered.indices, ordered.values, new_shape)


def sparse_to_indicator(sp_input, vocab_size, name=None):
    """A dense bool tensor that is true at the ids that the sparse tensor has in its last dimension."""
    sp_input = _sparse(sp_input)
    with name_scope(name, "SparseToIndicator", [sp_input]) as name:
        count = array_ops.shape(sp_input.indices)[0]
        new_values = array_ops.fill(array_ops.expand_dims(count, 0), True)
        merged = sparse_merge(
            sp_input, SparseTensor(sp_input.indices, new_values, sp_input.dense_shape), vocab_size, name
        )
        return sparse_tensor_to_dense(merged, False, validate_indices=False, name=name)


def sparse_expand_dims(sp_input, axis=None, name=None):
    """The tensor with a dimension of size 1 put in."""
    sp_input = _sparse(sp_input)
    rank = sp_input.dense_shape._shape_as_list()[0]
    if rank is None:
        raise ValueError("tf.sparse.expand_dims needs a tensor of known rank")
    axis = -1 if axis is None else int(axis)
    axis = axis + rank + 1 if axis < 0 else axis
    with name_scope(name, "expand_dims", [sp_input]):
        count = array_ops.shape(sp_input.indices)[0]
        column = array_ops.zeros([count, 1], dtype=dtypes.int64)
        indices = array_ops.concat([sp_input.indices[:, :axis], column, sp_input.indices[:, axis:]], axis=1)
        one = constant([1], dtypes.int64)
        shape = array_ops.concat([sp_input.dense_shape[:axis], one, sp_input.dense_shape[axis:]], axis=0)
        return SparseTensor(indices, sp_input.values, shape)


def sparse_transpose(sp_input, perm=None, name=None):
    """The tensor with its dimensions in another order (reversed by default)."""
    with name_scope(name, "SparseTranspose", [sp_input]):
        rank = sp_input.dense_shape._shape_as_list()[0]
        perm = list(range(rank - 1, -1, -1)) if perm is None else perm
        indices = gather_ops.gather(sp_input.indices, perm, axis=1)
        shape = gather_ops.gather(sp_input.dense_shape, perm)
        return sparse_reorder(SparseTensor(indices, sp_input.values, shape))


def sparse_tensor_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """The product of a sparse and a dense matrix."""
    sp_a = _sparse(sp_a)
    with name_scope(name, "SparseTensorDenseMatMul", [sp_a.indices, sp_a.values, b]):
        b = convert_to_tensor(b, name="b")
        attributes = {"adjoint_a": adjoint_a, "adjoint_b": adjoint_b}
        return apply("SparseTensorDenseMatMul", [*_parts(sp_a), b], attributes)


def sparse_add(a, b, threshold=None, thresh=None):
    """The sum of two sparse tensors, or of a sparse and a dense one."""
    threshold = renamed_argument("threshold", threshold, "thresh", thresh)
    return sparse_add_v2(a, b, 0 if threshold is None else threshold)


def sparse_add_v2(a, b, threshold=0):
    """The sum of two sparse tensors, or of a sparse and a dense one."""
    kinds = (SparseTensor, SparseTensorValue)
    if isinstance(a, kinds) and isinstance(b, kinds):
        a, b = _sparse(a), _sparse(b)
        threshold = convert_to_tensor(threshold, dtype=a.values.dtype, name="threshold")
        return SparseTensor(*apply("SparseAdd", [*_parts(a), *_parts(b), threshold]))
    if isinstance(b, kinds):
        a, b = b, a
    if not isinstance(a, kinds):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    return apply("SparseTensorDenseAdd", [*_parts(_sparse(a)), b])


def _sparse_reduction(op_type, function_name, summary):
    def version1(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None):
        keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
        axis = renamed_argument("axis", axis, "reduction_axes", reduction_axes)
        return version2(sp_input, axis, keepdims or False)

    def version2(sp_input, axis=None, keepdims=None, output_is_sparse=False, name=None):
        sp_input = _sparse(sp_input)
        axes = reduce_ops._axes(sp_input, axis)
        attributes = {"keep_dims": bool(keepdims)}
        if output_is_sparse:
            return SparseTensor(*apply(f"{op_type}Sparse", [*_parts(sp_input), axes], attributes, name=name))
        result = apply(op_type, [*_parts(sp_input), axes], attributes, name=name)
        if axis is None and not keepdims:
            result.set_shape(())
        return result

    for function in (version1, version2):
        function.__name__ = function.__qualname__ = function_name
        function.__doc__ = summary
    return version1, version2


sparse_reduce_sum, sparse_reduce_sum_v2 = _sparse_reduction(
    "SparseReduceSum", "sparse_reduce_sum", "The sum over axes (all by default)."
)
sparse_reduce_max, sparse_reduce_max_v2 = _sparse_reduction(
    "SparseReduceMax", "sparse_reduce_max", "The largest element over axes (all by default)."
)


def sparse_softmax(sp_input, name=None):
    """The softmax of the elements that each row has."""
    with name_scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        values = apply("SparseSoftmax", _parts(sp_input))
        return SparseTensor(sp_input.indices, values, sp_input.dense_shape)


def sparse_maximum(sp_a, sp_b, name=None):
    """The larger elements of two sparse tensors."""
    return _sparse_pair("SparseSparseMaximum", sp_a, sp_b, name)


def sparse_minimum(sp_a, sp_b, name=None):
    """The smaller elements of two sparse tensors."""
    return _sparse_pair("SparseSparseMinimum", sp_a, sp_b, name)


def _sparse_pair(op_type, sp_a, sp_b, name):
    with name_scope(name, op_type, [sp_a.indices, sp_a.values, sp_b.indices, sp_b.values]):
        indices, values = apply(op_type, [*_parts(sp_a), *_parts(sp_b)])
        return SparseTensor(indices, values, sp_a.dense_shape)


def sparse_eye(num_rows, num_columns=None, dtype=dtypes.float32, name=None):
    """A sparse identity matrix."""
    with name_scope(name, "eye", [num_rows, num_columns]):
        num_columns = num_rows if num_columns is None else num_columns
        diagonal = array_ops.range(min(int(num_rows), int(num_columns)), dtype=dtypes.int64)
        indices = array_ops.stack([diagonal, diagonal], axis=1)
        values = array_ops.ones(array_ops.shape(diagonal), dtype=dtype)
        return SparseTensor(indices, values, [num_rows, num_columns])


def sparse_cross_hashed(inputs, num_buckets=0, hash_key=None, name=None):
    """The hashed crosses of the features of each row."""
    sparse = [i for i in inputs if isinstance(i, SparseTensor)]
    dense = [convert_to_tensor(i) for i in inputs if not isinstance(i, SparseTensor)]
    sparse_values = [s.values if s.dtype is dtypes.string else cast_ops.cast(s.values, dtypes.int64) for s in sparse]
    dense = [d if d.dtype is dtypes.string else cast_ops.cast(d, dtypes.int64) for d in dense]
    arguments = [[s.indices for s in sparse], sparse_values, [s.dense_shape for s in sparse], dense]
    attributes = {
        "hashed_output": True, "num_buckets": num_buckets, "hash_key": 0xDECAFCAFFE if hash_key is None else hash_key,
        "out_type": dtypes.int64, "internal_type": dtypes.string,
    }  # fmt: skip
    return SparseTensor(*apply("SparseCross", arguments, attributes, name=name))


# -- As text


def serialize_sparse(sp_input, name=None, out_type=dtypes.string):
    """A sparse tensor as three serialized tensors."""
    return apply("SerializeSparse", _parts(_sparse(sp_input)), {"out_type": dtypes.as_dtype(out_type)}, name=name)


def serialize_sparse_v2(sp_input, out_type=dtypes.string, name=None):
    """A sparse tensor as three serialized tensors."""
    return serialize_sparse(sp_input, name, out_type)


def serialize_many_sparse(sp_input, name=None, out_type=dtypes.string):
    """The rows of a sparse tensor, each as three serialized tensors."""
    return apply("SerializeManySparse", _parts(_sparse(sp_input)), {"out_type": dtypes.as_dtype(out_type)}, name=name)


def serialize_many_sparse_v2(sp_input, out_type=dtypes.string, name=None):
    """The rows of a sparse tensor, each as three serialized tensors."""
    return serialize_many_sparse(sp_input, name, out_type)


def deserialize_many_sparse(serialized_sparse, dtype, rank=None, name=None):
    """A sparse tensor from its rows, each as three serialized tensors."""
    parts = apply("DeserializeSparse", [serialized_sparse], {"dtype": dtypes.as_dtype(dtype)}, name=name)
    whole_rank = None if rank is None else rank + 1
    parts[0].set_shape([None, whole_rank])
    parts[2].set_shape([whole_rank])
    return SparseTensor(*parts)
