"""Signatures: messages that say how a graph in a SavedModel is called."""

from swiftestimator._framework.composite import SparseTensor
from swiftestimator._framework.graph import Tensor, get_default_graph
from swiftestimator._protos import messages
from swiftestimator._saved_model import constants

__all__ = [
    "build_signature_def", "build_tensor_info", "classification_signature_def", "get_tensor_from_tensor_info",
    "is_valid_signature", "predict_signature_def", "regression_signature_def",
]  # fmt: skip


def build_tensor_info(tensor):
    """The ``TensorInfo`` message of a tensor, a sparse tensor or a variable."""
    info = messages.TensorInfo(dtype=tensor.dtype.as_datatype_enum)
    if isinstance(tensor, SparseTensor):
        info.coo_sparse.values_tensor_name = tensor.values.name
        info.coo_sparse.indices_tensor_name = tensor.indices.name
        info.coo_sparse.dense_shape_tensor_name = tensor.dense_shape.name
    else:
        info.name = tensor.name
    info.tensor_shape.CopyFrom(tensor.get_shape().as_proto())
    return info


def get_tensor_from_tensor_info(tensor_info, graph=None, import_scope=None):
    """The tensor or sparse tensor of a graph that a ``TensorInfo`` message names; ``KeyError`` when there is none."""
    graph = graph or get_default_graph()
    scope = f"{import_scope}/" if import_scope else ""
    encoding = tensor_info.WhichOneof("encoding")
    if encoding == "name":
        return graph.get_tensor_by_name(scope + tensor_info.name)
    if encoding == "coo_sparse":
        names = tensor_info.coo_sparse
        return SparseTensor(
            graph.get_tensor_by_name(scope + names.indices_tensor_name),
            graph.get_tensor_by_name(scope + names.values_tensor_name),
            graph.get_tensor_by_name(scope + names.dense_shape_tensor_name),
        )
    if encoding == "composite_tensor":
        raise NotImplementedError("TensorInfo messages of composite tensors are not implemented in swiftestimator")
    raise ValueError(
        f"Invalid TensorInfo.encoding: {encoding}. Expected `coo_sparse`, `composite_tensor`, or `name` for a dense "
        "tensor."
    )


def build_signature_def(inputs=None, outputs=None, method_name=None, defaults=None):
    """A ``SignatureDef`` message of ``TensorInfo`` messages by name."""
    signature = messages.SignatureDef()
    for field, infos in ((signature.inputs, inputs), (signature.outputs, outputs)):
        for name, info in (infos or {}).items():
            field[name].CopyFrom(info)
    if method_name is not None:
        signature.method_name = method_name
    if defaults:
        raise NotImplementedError("defaults of signatures are not implemented in swiftestimator")
    return signature


def _string_examples(examples, kind, opening):
    if examples is None:
        raise ValueError(f"{kind} `examples` cannot be None.")
    if not isinstance(examples, Tensor):
        raise ValueError(f"{opening} Found `examples` of type {type(examples)}.")


def classification_signature_def(examples, classes, scores):
    """The signature of a classifier: strings in, classes and scores out."""
    _string_examples(examples, "Classification", "Classification `examples` must be a string Tensor.")
    if classes is None and scores is None:
        raise ValueError("Classification `classes` and `scores` cannot both be None.")
    given = build_tensor_info(examples)
    if given.dtype != _STRING:
        raise ValueError(f"Classification input tensors must be of type string. Found tensors of type {given.dtype}")
    outputs = {}
    if classes is not None:
        info = build_tensor_info(classes)
        if info.dtype != _STRING:
            raise ValueError(
                f"Classification classes must be of type string Tensor. Found tensors of type {info.dtype}."
            )
        outputs[constants.CLASSIFY_OUTPUT_CLASSES] = info
    if scores is not None:
        info = build_tensor_info(scores)
        if info.dtype != _FLOAT:
            raise ValueError("Classification scores must be a float Tensor.")
        outputs[constants.CLASSIFY_OUTPUT_SCORES] = info
    return build_signature_def({constants.CLASSIFY_INPUTS: given}, outputs, constants.CLASSIFY_METHOD_NAME)


def regression_signature_def(examples, predictions):
    """The signature of a regression: strings in, numbers out."""
    _string_examples(examples, "Regression", "Expected regression `examples` to be of type Tensor.")
    if predictions is None:
        raise ValueError("Regression `predictions` cannot be None.")
    given, result = build_tensor_info(examples), build_tensor_info(predictions)
    if given.dtype != _STRING:
        raise ValueError(f"Regression input tensors must be of type string. Found tensors with type {given.dtype}.")
    if result.dtype != _FLOAT:
        raise ValueError(f"Regression output tensors must be of type float. Found tensors with type {result.dtype}.")
    return build_signature_def(
        {constants.REGRESS_INPUTS: given}, {constants.REGRESS_OUTPUTS: result}, constants.REGRESS_METHOD_NAME
    )


def predict_signature_def(inputs, outputs):
    """The signature of any computation."""
    if not inputs:
        raise ValueError("Prediction `inputs` cannot be None or empty.")
    if not outputs:
        raise ValueError("Prediction `outputs` cannot be None or empty.")
    return build_signature_def(
        {name: build_tensor_info(tensor) for name, tensor in inputs.items()},
        {name: build_tensor_info(tensor) for name, tensor in outputs.items()},
        constants.PREDICT_METHOD_NAME,
    )


def is_valid_signature(signature_def):
    """Whether a server can serve the signature."""
    if signature_def is None:
        return False
    inputs, outputs = signature_def.inputs, signature_def.outputs
    method = signature_def.method_name
    if method == constants.PREDICT_METHOD_NAME:
        return bool(inputs) and bool(outputs)
    if method == constants.CLASSIFY_METHOD_NAME:
        wanted = {constants.CLASSIFY_OUTPUT_CLASSES: _STRING, constants.CLASSIFY_OUTPUT_SCORES: _FLOAT}
    elif method == constants.REGRESS_METHOD_NAME:
        wanted = {constants.REGRESS_OUTPUTS: _FLOAT}
    else:
        return False
    return (
        list(inputs) == [constants.CLASSIFY_INPUTS]
        and inputs[constants.CLASSIFY_INPUTS].dtype == _STRING
        and bool(outputs)
        and all(wanted.get(name) == outputs[name].dtype for name in outputs)
    )


_FLOAT, _STRING = 1, 7
