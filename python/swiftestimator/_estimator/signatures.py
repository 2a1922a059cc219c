"""Signatures as messages."""

from swiftestimator._border import function
from swiftestimator._estimator.receivers import engine_receivers

__all__ = ["signature_def"]


def signature_def(output, receiver_tensors):
    """The ``SignatureDef`` message of an export output; ``ValueError`` when it cannot be served so."""
    from swiftestimator._saved_model.signatures import build_signature_def, build_tensor_info

    tensors = receiver_tensors if isinstance(receiver_tensors, dict) else {"input": receiver_tensors}
    method, inputs, outputs = function("export.signature")(output._engine, engine_receivers(tensors))
    return build_signature_def(
        # A sparse receiver comes back in parts.
        {name: build_tensor_info(tensors[name] if isinstance(tensor, tuple) else tensor) for name, tensor in inputs},
        {name: build_tensor_info(tensor) for name, tensor in outputs},
        method,
    )
