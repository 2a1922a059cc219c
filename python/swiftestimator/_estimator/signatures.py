"""Signatures as messages."""

from swiftestimator._border import function
from swiftestimator._estimator.receivers import engine_receivers

__all__ = ["signature_def"]


def signature_def(output, receiver_tensors):
    """The ``SignatureDef`` message of an export output; ``ValueError`` when it cannot be served so."""
    from swiftestimator._protos import messages

    tensors = receiver_tensors if isinstance(receiver_tensors, dict) else {"input": receiver_tensors}
    method, inputs, outputs = function("export.signature")(output._engine, engine_receivers(tensors))
    result = messages.SignatureDef(method_name=method)
    for field, entries in ((result.inputs, inputs), (result.outputs, outputs)):
        for name, tensor in entries:
            _fill(field[name], tensor)
    return result


def _fill(info, tensor):
    if isinstance(tensor, tuple):
        indices, tensor, dense_shape = tensor
        info.coo_sparse.values_tensor_name = tensor.name
        info.coo_sparse.indices_tensor_name = indices.name
        info.coo_sparse.dense_shape_tensor_name = dense_shape.name
        info.tensor_shape.unknown_rank = True
    else:
        info.name = tensor.name
        info.tensor_shape.CopyFrom(tensor.shape.as_proto())
    info.dtype = tensor.dtype.as_datatype_enum
