"""Products of matrices and tensors, norms, decompositions."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops import array_ops, math_ops, reduce_ops
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope, renamed_argument


def matmul(
    a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False, a_is_sparse=False, b_is_sparse=False,
    output_type=None, name=None,
):  # fmt: skip
    """The product of matrices, or of batches of them, after transposing (or conjugate-transposing) as asked."""
    with name_scope(name, "MatMul", [a, b]) as name:
        if transpose_a and adjoint_a:
            raise ValueError("Only one of `transpose_a` and `adjoint_a` can be True. Received: True and True.")
        if transpose_b and adjoint_b:
            raise ValueError("Only one of `transpose_b` and `adjoint_b` can be True. Received: True and True.")
        a = convert_to_tensor(a, name="a") if not isinstance(a, Tensor) else a
        b = convert_to_tensor(b, dtype_hint=a.dtype, name="b") if not isinstance(b, Tensor) else b
        rank_a, rank_b = a._rank, b._rank
        if rank_a is None or rank_a > 2 or rank_b is None or rank_b > 2:
            if transpose_a:
                a, adjoint_a = math_ops.conj(a), True
            if transpose_b:
                b, adjoint_b = math_ops.conj(b), True
            return apply("BatchMatMulV2", [a, b], {"adj_x": adjoint_a, "adj_y": adjoint_b}, name=name)
        if adjoint_a:
            a, transpose_a = math_ops.conj(a), True
        if adjoint_b:
            b, transpose_b = math_ops.conj(b), True
        return apply("MatMul", [a, b], {"transpose_a": bool(transpose_a), "transpose_b": bool(transpose_b)}, name=name)


def matmul_v2(
    a, b, transpose_a=False, transpose_b=False, adjoint_a=False, adjoint_b=False, a_is_sparse=False, b_is_sparse=False,
    output_type=None, name=None,
):  # fmt: skip
    """The product of matrices, or of batches of them, after transposing (or conjugate-transposing) as asked."""
    return matmul(a, b, transpose_a, transpose_b, adjoint_a, adjoint_b, a_is_sparse, b_is_sparse, output_type, name)


def matvec(a, b, transpose_a=False, adjoint_a=False, a_is_sparse=False, b_is_sparse=False, name=None):
    """The product of matrices and vectors."""
    with name_scope(name, "MatVec", [a, b]):
        product = matmul(a, array_ops.expand_dims(b, axis=-1), transpose_a=transpose_a, adjoint_a=adjoint_a)
        return array_ops.squeeze(product, axis=-1)


def tensordot(a, b, axes, name=None):
    """The sum of products over pairs of axes: the last and first ``axes`` ones, or those of two lists."""

    def as_matrix(x, contracted, flipped):
        """The tensor as a matrix with the contracted axes as columns (rows when flipped), and its free dimensions."""
        dims = x._shape_as_list()
        if dims is not None and None not in dims and isinstance(contracted, list | tuple):
            contracted = [i if i >= 0 else i + len(dims) for i in contracted]
            free = [i for i in range(len(dims)) if i not in contracted]
            free_dims = [dims[i] for i in free]
            free_size = int(np.prod(free_dims, dtype=np.int64))
            contracted_size = int(np.prod([dims[i] for i in contracted], dtype=np.int64))
            perm = contracted + free if flipped else free + contracted
            shape = [contracted_size, free_size] if flipped else [free_size, contracted_size]
            if perm != list(range(len(dims))):
                x = array_ops.transpose(x, perm)
            if x._shape_as_list() != shape:
                x = array_ops.reshape(x, shape)
            return x, free_dims, free_dims
        static_free = None
        if dims is not None and isinstance(contracted, list | tuple):
            contracted = [i if i >= 0 else i + len(dims) for i in contracted]
            free = [i for i in range(len(dims)) if i not in contracted]
            static_free = [dims[i] for i in free]
            contracted = convert_to_tensor(contracted, dtype=dtypes.int32, name="axes")
            free = convert_to_tensor(free, dtype=dtypes.int32, name="free")
            shape = array_ops.shape(x)
        else:
            shape = array_ops.shape(x)
            rank = array_ops.rank(x)
            contracted = convert_to_tensor(contracted, dtype=dtypes.int32, name="axes")
            contracted = array_ops.where(contracted >= 0, contracted, contracted + rank)
            free, _ = array_ops.setdiff1d(array_ops.range(rank), contracted)
        free_dims = array_ops.gather(shape, free)
        contracted_dims = array_ops.gather(shape, contracted)
        free_size = reduce_ops.reduce_prod(free_dims)
        contracted_size = reduce_ops.reduce_prod(contracted_dims)
        order = [contracted, free] if flipped else [free, contracted]
        sizes = [contracted_size, free_size] if flipped else [free_size, contracted_size]
        perm = array_ops.concat(order, 0)
        matrix_shape = array_ops.stack(sizes)
        return array_ops.reshape(array_ops.transpose(x, perm), matrix_shape), free_dims, static_free

    def axes_of(a, axes):
        dims = a.shape
        if isinstance(axes, int | np.integer):
            if axes < 0:
                raise ValueError(f"`axes` must be at least 0. Received: {axes}.")
            if dims.rank is not None:
                if axes > dims.rank:
                    raise ValueError(
                        f"`axes` must not be larger than the number of dimensions of tensor {a}.  Received {axes}, vs tensor "
                        f"dimensions {dims.rank}."
                    )
                return list(range(dims.rank - axes, dims.rank)), list(range(axes))
            rank = array_ops.rank(a)
            return (
                array_ops.range(rank - axes, rank, dtype=dtypes.int32),
                array_ops.range(axes, dtype=dtypes.int32),
            )
        if isinstance(axes, list | tuple):
            if len(axes) != 2:
                raise ValueError(f"`axes` must be an integer or have length 2. Received {axes}.")
            first, second = ([x] if isinstance(x, int | np.integer) else x for x in axes)
            if isinstance(first, list | tuple) and isinstance(second, list | tuple) and len(first) != len(second):
                raise ValueError(f"Different number of contraction axes `a` and `b`, {len(first)} != {len(second)}.")
            return first, second
        axes = convert_to_tensor(axes, name="axes", dtype=dtypes.int32)
        return axes[0], axes[1]

    with name_scope(name, "Tensordot", [a, b, axes]) as name:
        a, b = convert_to_tensor(a, name="a"), convert_to_tensor(b, name="b")
        a_axes, b_axes = axes_of(a, axes)
        a_matrix, a_free, a_static = as_matrix(a, a_axes, False)
        b_matrix, b_free, b_static = as_matrix(b, b_axes, True)
        product = matmul(a_matrix, b_matrix)
        if isinstance(a_free, list) and isinstance(b_free, list):
            if product.shape.is_fully_defined() and product._shape_as_list() == a_free + b_free:
                return product
            return array_ops.reshape(product, a_free + b_free, name=name)
        a_free = convert_to_tensor(a_free, dtype=dtypes.int32)
        b_free = convert_to_tensor(b_free, dtype=dtypes.int32)
        result = array_ops.reshape(product, array_ops.concat([a_free, b_free], 0), name=name)
        if a_static is not None and b_static is not None:
            result.set_shape(a_static + b_static)
        return result


def einsum(equation, *inputs, **kwargs):
    """Einstein's summation: ``ij,jk->ik`` is the product of matrices."""
    name = kwargs.pop("name", None)
    kwargs.pop("optimize", None)
    if kwargs:
        raise TypeError(f"Invalid keyword arguments for einsum: {', '.join(kwargs)}. Valid arguments: name, optimize")
    with name_scope(name, "einsum", [equation, inputs]):
        inputs = inputs[0] if len(inputs) == 1 and isinstance(inputs[0], list | tuple) else inputs
        inputs = [convert_to_tensor(x) for x in inputs]
        equation = equation.replace(" ", "")
        if "->" not in equation:
            letters = [c for c in equation if c.isalpha()]
            equation += "->" + "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
        sides = equation.split("->")[0].split(",")
        if len(sides) != len(inputs):
            raise ValueError(f'Got {len(inputs)} arguments for equation "{equation}", expecting {len(sides)}')
        if len(inputs) <= 2:
            return apply("Einsum", [inputs], {"equation": equation})
        return _einsum_chain(sides, equation.split("->")[1], inputs)


def _einsum_chain(sides, output, inputs):
    """A product of more than two tensors, two at a time from the left."""
    left, result = sides[0], inputs[0]
    for i in range(1, len(inputs)):
        rest = set("".join(sides[i + 1 :])) | set(output)
        merged = output if i == len(inputs) - 1 else "".join(c for c in dict.fromkeys(left + sides[i]) if c in rest)
        result = apply("Einsum", [[result, inputs[i]]], {"equation": f"{left},{sides[i]}->{merged}"})
        left = merged
    return result


def norm(
    tensor,
    ord="euclidean",
    axis=None,
    keepdims=None,
    name=None,
    keep_dims=None,  # noqa: A002 (the public name)
):
    """The norm of vectors (along ``axis``) or matrices (a pair of axes), by default of all elements."""
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims) or False
    return norm_v2(tensor, ord, axis, keepdims, name)


def norm_v2(tensor, ord="euclidean", axis=None, keepdims=None, name=None):  # noqa: A002 (the public name)
    """The norm of vectors (along ``axis``) or matrices (a pair of axes), by default of all elements."""
    is_matrix = isinstance(axis, list | tuple) and len(axis) == 2
    if isinstance(axis, list | tuple) and len(axis) == 1:
        axis = axis[0]
    if isinstance(axis, list | tuple) and (len(axis) != 2 or axis[0] == axis[1]):
        raise ValueError(f"'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis}")
    allowed = ["euclidean", "fro", 1, 2, np.inf] if is_matrix else ["euclidean", 1, 2, np.inf]
    if ord not in allowed and (is_matrix or isinstance(ord, str) or not np.isreal(ord) or ord <= 0):
        raise ValueError(f"'ord' must be a supported {'matrix' if is_matrix else 'vector'} norm, got {ord}")
    with name_scope(name, "norm", [tensor]):
        tensor = convert_to_tensor(tensor)
        if ord in ("fro", "euclidean", 2, 2.0):
            if is_matrix and ord in (2, 2.0):
                raise NotImplementedError("tf.norm of matrices with ord=2 is not implemented in swiftestimator")
            result = math_ops.sqrt(reduce_ops.reduce_sum(tensor * math_ops.conj(tensor), axis, keepdims=True))
        else:
            result = math_ops.abs(tensor)
            if ord == 1:
                result = reduce_ops.reduce_sum(
                    result, None if axis is None else axis[0] if is_matrix else axis, keepdims=True
                )
                if is_matrix:
                    result = reduce_ops.reduce_max(result, axis[1], keepdims=True)
            elif ord == np.inf:
                if is_matrix:
                    result = reduce_ops.reduce_sum(result, axis[1], keepdims=True)
                    result = reduce_ops.reduce_max(result, axis[0], keepdims=True)
                else:
                    result = reduce_ops.reduce_max(result, axis, keepdims=True)
            else:
                result = math_ops.pow(reduce_ops.reduce_sum(math_ops.pow(result, ord), axis, keepdims=True), 1.0 / ord)
        return result if keepdims else array_ops.squeeze(result, axis)


def trace(x, name=None):
    """The sum of the diagonal of matrices."""
    with name_scope(name, "Trace", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return reduce_ops.reduce_sum(array_ops.matrix_diag_part(x), [-1], name=name)


def cross(a, b, name=None):
    """The cross product of vectors of three elements."""
    return apply("Cross", [a, b], name=name)


def matrix_inverse(input, adjoint=False, name=None):  # noqa: A002 (the public name)
    """The inverse of matrices."""
    return apply("MatrixInverse", [input], {"adjoint": adjoint}, name=name)


def matrix_determinant(input, name=None):  # noqa: A002 (the public name)
    """The determinant of matrices."""
    return apply("MatrixDeterminant", [input], name=name)


def cholesky(input, name=None):  # noqa: A002 (the public name)
    """The Cholesky factor of matrices."""
    return apply("Cholesky", [input], name=name)


def matrix_solve(matrix, rhs, adjoint=False, name=None):
    """The solution of systems of linear equations."""
    return apply("MatrixSolve", [matrix, rhs], {"adjoint": adjoint}, name=name)


def matrix_triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """The solution of triangular systems of linear equations."""
    return apply("MatrixTriangularSolve", [matrix, rhs], {"lower": lower, "adjoint": adjoint}, name=name)


def qr(input, full_matrices=False, name=None):  # noqa: A002 (the public name)
    """The QR decomposition of matrices."""
    return array_ops._named_outputs("Qr", ["q", "r"], [input], {"full_matrices": full_matrices}, name)


def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """The singular values of matrices, and the vectors on both sides."""
    s, u, v = apply("Svd", [tensor], {"compute_uv": compute_uv, "full_matrices": full_matrices}, name=name)
    return (s, u, v) if compute_uv else s


def self_adjoint_eig(tensor, name=None):
    """The eigenvalues and eigenvectors of symmetric matrices."""
    return tuple(apply("SelfAdjointEigV2", [tensor], {"compute_v": True}, name=name))


def self_adjoint_eigvals(tensor, name=None):
    """The eigenvalues of symmetric matrices."""
    return apply("SelfAdjointEigV2", [tensor], {"compute_v": False}, name=name)[0]


def tensor_diag(diagonal, name=None):
    """A tensor of twice the rank with the given diagonal."""
    return array_ops.diag(diagonal, name)


def adjoint(matrix, name=None):
    """The conjugate transpose of matrices."""
    with name_scope(name, "adjoint", [matrix]):
        return array_ops.matrix_transpose(convert_to_tensor(matrix, name="matrix"), conjugate=True)


def log_matrix_determinant(input, name=None):  # noqa: A002 (the public name)
    """The sign and the logarithm of the absolute value of the determinant."""
    return array_ops._named_outputs("LogMatrixDeterminant", ["sign", "log_abs_determinant"], [input], {}, name)
