"""Diagonals of matrices, and blocks of pixels."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops.array_ops import concat, expand_dims, ones, zeros
from swiftestimator._ops.support import (
    apply,
    convert_to_tensor,
    name_scope,
    renamed_argument,
)

# -- Matrices' diagonals


def matrix_diag(diagonal, name="diag", k=0, num_rows=-1, num_cols=-1, padding_value=0, align="RIGHT_LEFT"):
    """Matrices with the given diagonals."""
    if hasattr(diagonal, "dtype") and diagonal.dtype is dtypes.bool_:
        padding_value = bool(padding_value)
    return apply("MatrixDiagV3", [diagonal, k, num_rows, num_cols, padding_value], {"align": align}, name=name)


def matrix_diag_part(input, name="diag_part", k=0, padding_value=0, align="RIGHT_LEFT"):  # noqa: A002
    """The diagonals of matrices."""
    if hasattr(input, "dtype") and input.dtype is dtypes.bool_:
        padding_value = bool(padding_value)
    return apply("MatrixDiagPartV3", [input, k, padding_value], {"align": align}, name=name)


def matrix_set_diag(input, diagonal, name="set_diag", k=0, align="RIGHT_LEFT"):  # noqa: A002 (the public name)
    """Matrices with their diagonals replaced."""
    return apply("MatrixSetDiagV3", [input, diagonal, k], {"align": align}, name=name)


def matrix_band_part(input, num_lower, num_upper, name=None):  # noqa: A002 (the public name)
    """Matrices with everything but a central band set to zero."""
    return apply("MatrixBandPart", [input, num_lower, num_upper], name=name)


def diag(diagonal, name=None):
    """A tensor of twice the rank with the given diagonal."""
    return apply("Diag", [diagonal], name=name)


def diag_part(input, name=None):  # noqa: A002 (the public name)
    """The diagonal of a tensor of even rank."""
    return apply("DiagPart", [input], name=name)


def eye(num_rows, num_columns=None, batch_shape=None, dtype=dtypes.float32, name=None):
    """Identity matrices."""
    from swiftestimator._ops import math_ops

    with name_scope(name, default_name="eye", values=[num_rows, num_columns, batch_shape]):
        batch = [] if batch_shape is None else batch_shape
        columns = num_rows if num_columns is None else num_columns
        plain = all(not isinstance(v, Tensor) for v in (num_rows, columns)) and not isinstance(batch, Tensor)
        if plain:
            diagonal_size = min(int(num_rows), int(columns))
        else:
            diagonal_size = num_rows if num_columns is None else math_ops.minimum(num_rows, columns)
        if isinstance(batch, Tensor) or isinstance(diagonal_size, Tensor):
            size = convert_to_tensor(diagonal_size)
            batch_tensor = convert_to_tensor(batch, dtypes.int32)
            dims = concat([batch_tensor, expand_dims(size, 0)], 0) if batch_shape is not None else expand_dims(size, 0)
            ones_vector = ones(dims, dtype=dtype)
        else:
            ones_vector = ones([*batch, diagonal_size], dtype=dtype)
        if num_columns is None:
            return matrix_diag(ones_vector)
        return matrix_set_diag(zeros([*batch, num_rows, columns], dtype=dtype), ones_vector)


# -- Space and depth, patches


def space_to_depth(input, block_size, name=None, data_format="NHWC"):  # noqa: A002 (the public name)
    """Blocks of pixels moved into channels."""
    return apply("SpaceToDepth", [input], {"block_size": block_size, "data_format": data_format}, name=name)


def depth_to_space(input, block_size, name=None, data_format="NHWC"):  # noqa: A002 (the public name)
    """Channels moved into blocks of pixels."""
    return apply("DepthToSpace", [input], {"block_size": block_size, "data_format": data_format}, name=name)


def space_to_depth_v2(input, block_size, data_format="NHWC", name=None):  # noqa: A002 (the public name)
    """Blocks of pixels moved into channels."""
    return space_to_depth(input, block_size, name, data_format)


def depth_to_space_v2(input, block_size, data_format="NHWC", name=None):  # noqa: A002 (the public name)
    """Channels moved into blocks of pixels."""
    return depth_to_space(input, block_size, name, data_format)


def space_to_batch_nd(input, block_shape, paddings, name=None):  # noqa: A002 (the public name)
    """Blocks of positions moved into the batch."""
    return apply("SpaceToBatchND", [input, block_shape, paddings], name=name)


def batch_to_space_nd(input, block_shape, crops, name=None):  # noqa: A002 (the public name)
    """What :func:`space_to_batch_nd` did, undone."""
    return apply("BatchToSpaceND", [input, block_shape, crops], name=name)


def extract_image_patches(images, ksizes=None, strides=None, rates=None, padding=None, name=None, sizes=None):
    """Patches of images, each flattened into the last dimension."""
    ksizes = renamed_argument("sizes", sizes, "ksizes", ksizes)
    attributes = {"ksizes": list(ksizes), "strides": list(strides), "rates": list(rates), "padding": padding}
    return apply("ExtractImagePatches", [images], attributes, name=name)


def edit_distance(hypothesis, truth, normalize=True, name="edit_distance"):
    """The Levenshtein distances between sequences in two sparse tensors."""
    inputs = [
        hypothesis.indices, hypothesis.values, hypothesis.dense_shape, truth.indices, truth.values, truth.dense_shape,
    ]  # fmt: skip
    return apply("EditDistance", inputs, {"normalize": normalize}, name=name)
