"""Rows of embedding tables."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.composite import SparseTensor
from swiftestimator._framework.convert import constant
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops import array_ops, clip_ops, math_ops, reduce_ops
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope


def _tables(params):
    """The parts of a table: of a list, of a partitioned variable, or the table itself."""
    if isinstance(params, list | tuple):
        return list(params)
    if hasattr(params, "_variable_list"):
        return list(params._variable_list)
    if hasattr(params, "_get_variable_list"):
        return list(params._get_variable_list())
    return [params]


def _gather(params, ids, name):
    """Rows of one part; of a variable without reading all of it."""
    read = getattr(params, "sparse_read", None)
    if read is not None:
        return read(ids, name=name)
    return array_ops.gather(params, ids, name=name)


def _clip(params, ids, max_norm):
    """Rows scaled down to a largest norm."""
    if max_norm is None:
        return params
    ids_rank, params_rank = convert_to_tensor(ids)._rank, convert_to_tensor(params)._rank
    if ids_rank is None or params_rank is None:
        axes = array_ops.range(array_ops.rank(ids), array_ops.rank(params))
    else:
        axes = list(range(ids_rank, params_rank))
    return clip_ops.clip_by_norm(params, max_norm, axes=axes)


def embedding_lookup(params, ids, partition_strategy="mod", name=None, validate_indices=True, max_norm=None):
    """The rows of a table at ``ids``; the table may be in parts, row i in the part that the strategy says."""
    tables = _tables(params)
    if not tables:
        raise ValueError("params must be specified.")
    with name_scope(name, "embedding_lookup", [*tables, ids]) as name:
        ids = convert_to_tensor(ids, name="ids")
        if len(tables) == 1:
            rows = _gather(tables[0], ids, name)
            return array_ops.identity(_clip(rows, ids, max_norm))
        return _lookup_in_parts(tables, ids, partition_strategy, max_norm, name)


def embedding_lookup_v2(params, ids, max_norm=None, name=None):
    """The rows of a table at ``ids``; the table may be in parts of consecutive rows."""
    return embedding_lookup(params, ids, "div", name, max_norm=max_norm)


def _lookup_in_parts(tables, ids, partition_strategy, max_norm, name):
    count = len(tables)
    flat = array_ops.reshape(ids, [-1])
    positions = array_ops.range(array_ops.size(flat))
    if partition_strategy == "mod":
        assignments = flat % count
        new_ids = flat // count
    elif partition_strategy == "div":
        sizes = [t.shape.as_list()[0] if t.shape.rank else None for t in tables]
        if None in sizes:
            total = math_ops.add_n([math_ops.cast(array_ops.shape(t)[0], flat.dtype) for t in tables])
        else:
            total = constant(sum(sizes), flat.dtype)
        per_part = total // count
        extras = total % count
        assignments = math_ops.maximum(flat // (per_part + 1), (flat - extras) // per_part)
        new_ids = array_ops.where(assignments < extras, flat % (per_part + 1), (flat - extras) % per_part)
    else:
        raise ValueError(f"Unrecognized partition strategy: {partition_strategy}.Must be one of either `mod` or `div`.")
    assignments = math_ops.cast(assignments, dtypes.int32)
    gathers = array_ops.dynamic_partition(new_ids, assignments, count)
    places = array_ops.dynamic_partition(positions, assignments, count)
    rows = [_clip(_gather(t, i, None), i, max_norm) for t, i in zip(tables, gathers)]
    merged = apply("ParallelDynamicStitch", [places, rows], name=name)
    element_shape = convert_to_tensor(tables[0]).shape[1:] if not hasattr(tables[0], "shape") else tables[0].shape[1:]
    if element_shape.is_fully_defined():
        tail = element_shape.as_list()
    else:
        tail = array_ops.shape(convert_to_tensor(tables[0]))[1:]
    result = array_ops.reshape(merged, array_ops.concat([array_ops.shape(ids), tail], 0))
    result.set_shape(ids.shape.concatenate(element_shape))
    return result


def embedding_lookup_sparse(
    params, sp_ids, sp_weights, partition_strategy="mod", name=None, combiner=None, max_norm=None,
    allow_fast_lookup=False,
):  # fmt: skip
    """For each row of a sparse matrix of ids the (weighted) sum, mean or sum over root of their embeddings."""
    combiner = "mean" if combiner is None else combiner
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError(f"combiner must be one of 'mean', 'sqrtn' or 'sum', got {combiner}")
    tables = _tables(params)
    if not isinstance(sp_ids, SparseTensor):
        raise TypeError(f"sp_ids must be SparseTensor, got {type(sp_ids)}")
    if sp_weights is not None:
        if not isinstance(sp_weights, SparseTensor):
            raise TypeError(f"sp_weights must be either None or SparseTensor, got {type(sp_weights)}")
        sp_ids.values.shape.assert_is_compatible_with(sp_weights.values.shape)
        sp_ids.indices.shape.assert_is_compatible_with(sp_weights.indices.shape)
        sp_ids.dense_shape.shape.assert_is_compatible_with(sp_weights.dense_shape.shape)
    with name_scope(name, "embedding_lookup_sparse", [*tables, sp_ids]) as name:
        segment_ids = sp_ids.indices[:, 0]
        ids = sp_ids.values
        if sp_weights is None and len(tables) == 1 and max_norm is None and isinstance(tables[0], Tensor):
            # With one table in a tensor the rows need not be gathered first.
            op = {"mean": "SparseSegmentMean", "sqrtn": "SparseSegmentSqrtN", "sum": "SparseSegmentSum"}[combiner]
            return apply(op, [tables[0], ids, segment_ids], name=name)
        ids, idx = array_ops.unique(ids)
        embeddings = embedding_lookup(tables, ids, partition_strategy, max_norm=max_norm)
        if sp_weights is not None:
            if segment_ids.dtype is not dtypes.int32:
                segment_ids = math_ops.cast(segment_ids, dtypes.int32)
            weights = sp_weights.values
            embeddings = array_ops.gather(embeddings, idx)
            original = embeddings.dtype
            if embeddings.dtype in (dtypes.float16, dtypes.bfloat16):
                embeddings = math_ops.cast(embeddings, dtypes.float32)
            if weights.dtype is not embeddings.dtype:
                weights = math_ops.cast(weights, embeddings.dtype)
            ones = array_ops.ones(array_ops.expand_dims(array_ops.rank(embeddings) - 1, 0), dtype=dtypes.int32)
            shape = array_ops.concat([array_ops.shape(weights), ones], 0)
            weights_shape = weights.shape
            weights = array_ops.reshape(weights, shape)
            if embeddings._rank is not None:
                weights.set_shape(weights_shape.concatenate([1] * (embeddings._rank - 1)))
            embeddings = embeddings * weights
            if combiner == "sum":
                return math_ops.cast(reduce_ops.segment_sum(embeddings, segment_ids, name=name), original)
            embeddings = reduce_ops.segment_sum(embeddings, segment_ids)
            if combiner == "mean":
                total = reduce_ops.segment_sum(weights, segment_ids)
            else:
                total = math_ops.sqrt(reduce_ops.segment_sum(math_ops.pow(weights, 2), segment_ids))
            return math_ops.cast(math_ops.div_no_nan(embeddings, total, name=name), original)
        if segment_ids.dtype not in (dtypes.int32, dtypes.int64):
            segment_ids = math_ops.cast(segment_ids, dtypes.int32)
        function = {
            "sum": reduce_ops.sparse_segment_sum, "mean": reduce_ops.sparse_segment_mean,
            "sqrtn": reduce_ops.sparse_segment_sqrt_n,
        }[combiner]  # fmt: skip
        return function(embeddings, idx, segment_ids, name=name)


def embedding_lookup_sparse_v2(
    params, sp_ids, sp_weights, combiner=None, max_norm=None, name=None, allow_fast_lookup=False
):
    """For each row of a sparse matrix of ids the (weighted) sum, mean or sum over root of their embeddings."""
    return embedding_lookup_sparse(params, sp_ids, sp_weights, "div", name, combiner, max_norm)


def safe_embedding_lookup_sparse(
    embedding_weights, sparse_ids, sparse_weights=None, combiner="mean", default_id=None, name=None,
    partition_strategy="div", max_norm=None, allow_fast_lookup=False,
):  # fmt: skip
    """As :func:`embedding_lookup_sparse`, for any rank, with ids below 0 left out and zeros for rows without ids."""
    from swiftestimator._ops import sparse_ops

    if embedding_weights is None:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    tables = _tables(embedding_weights)
    if not tables:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    dtype = sparse_weights.dtype if sparse_weights is not None else None
    tables = [
        t if hasattr(t, "_as_tensor") and dtype in (None, t.dtype) else convert_to_tensor(t, dtype=dtype)
        for t in tables
    ]
    with name_scope(name, "embedding_lookup", [*tables, sparse_ids, sparse_weights]) as scope:
        original_shape = sparse_ids.dense_shape
        original_rank_dim = sparse_ids.dense_shape._shape_as_list()[0]
        original_rank = array_ops.size(original_shape) if original_rank_dim is None else original_rank_dim
        sparse_ids = sparse_ops.sparse_reshape(
            sparse_ids,
            [
                reduce_ops.reduce_prod(array_ops.slice(original_shape, [0], [original_rank - 1])),
                array_ops.gather(original_shape, original_rank - 1),
            ],
        )
        if sparse_weights is not None:
            sparse_weights = SparseTensor(sparse_ids.indices, sparse_weights.values, sparse_ids.dense_shape)
        sparse_ids, sparse_weights = _prune_invalid_ids(sparse_ids, sparse_weights)
        if combiner != "sum":
            sparse_ids, sparse_weights = _prune_invalid_weights(sparse_ids, sparse_weights)
        sparse_ids, is_row_empty = sparse_ops.sparse_fill_empty_rows(sparse_ids, default_id or 0)
        if sparse_weights is not None:
            sparse_weights, _ = sparse_ops.sparse_fill_empty_rows(sparse_weights, 1.0)
        result = embedding_lookup_sparse(
            tables, sparse_ids, sparse_weights, partition_strategy,
            None if default_id is None else scope, combiner, max_norm,
        )  # fmt: skip
        if default_id is None:
            is_row_empty = array_ops.tile(
                array_ops.reshape(is_row_empty, [-1, 1]), array_ops.stack([1, array_ops.shape(result)[1]])
            )
            result = array_ops.where(is_row_empty, array_ops.zeros_like(result), result, name=scope)
        final = array_ops.reshape(
            result,
            array_ops.concat(
                [
                    array_ops.slice(math_ops.cast(original_shape, dtypes.int32), [0], [original_rank - 1]),
                    array_ops.slice(array_ops.shape(result), [1], [-1]),
                ],
                0,
            ),
        )
        from swiftestimator._ops.support import constant_value_as_shape

        known = constant_value_as_shape(original_shape)
        if known is not None and result._shape_as_list() is not None:
            final.set_shape([*known[:-1], *result._shape_as_list()[1:]])
        return final


def safe_embedding_lookup_sparse_v2(
    embedding_weights, sparse_ids, sparse_weights=None, combiner="mean", default_id=None, max_norm=None, name=None,
    allow_fast_lookup=False,
):  # fmt: skip
    """As :func:`embedding_lookup_sparse`, for any rank, with ids below 0 left out and zeros for rows without ids."""
    return safe_embedding_lookup_sparse(
        embedding_weights, sparse_ids, sparse_weights, combiner, default_id, name, "div", max_norm
    )


def _prune_invalid_ids(sparse_ids, sparse_weights):
    from swiftestimator._ops import sparse_ops

    is_id_valid = math_ops.greater_equal(sparse_ids.values, 0)
    if sparse_weights is not None:
        is_id_valid = math_ops.logical_and(is_id_valid, array_ops.ones_like(sparse_weights.values, dtype=dtypes.bool_))
    sparse_ids = sparse_ops.sparse_retain(sparse_ids, is_id_valid)
    if sparse_weights is not None:
        sparse_weights = sparse_ops.sparse_retain(sparse_weights, is_id_valid)
    return sparse_ids, sparse_weights


def _prune_invalid_weights(sparse_ids, sparse_weights):
    from swiftestimator._ops import sparse_ops

    if sparse_weights is not None:
        is_valid = math_ops.greater(sparse_weights.values, 0)
        sparse_ids = sparse_ops.sparse_retain(sparse_ids, is_valid)
        sparse_weights = sparse_ops.sparse_retain(sparse_weights, is_valid)
    return sparse_ids, sparse_weights
