"""Losses over a sample of the classes."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import constant
from swiftestimator._ops import array_ops, embedding_ops, linalg_ops, math_ops, nn_ops, random_ops, reduce_ops
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope


def _sampler(op_type, function_name, summary):
    def operation(true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None):
        attributes = {
            "num_true": num_true, "num_sampled": num_sampled, "unique": unique, "range_max": range_max,
            **random_ops._seeds(seed),
        }  # fmt: skip
        fields = ["sampled_candidates", "true_expected_count", "sampled_expected_count"]
        return array_ops._named_outputs(op_type, fields, [true_classes], attributes, name)

    operation.__name__ = operation.__qualname__ = function_name
    operation.__doc__ = summary
    return operation


log_uniform_candidate_sampler = _sampler(
    "LogUniformCandidateSampler", "log_uniform_candidate_sampler", "Classes drawn with log-uniform probabilities."
)
uniform_candidate_sampler = _sampler(
    "UniformCandidateSampler", "uniform_candidate_sampler", "Classes drawn with equal probabilities."
)


def _sampled_logits(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, subtract_log_q,
    remove_accidental_hits, partition_strategy, name, seed,
):  # fmt: skip
    """Logits and labels of the true classes and of a sample of the others."""
    weights = list(weights) if isinstance(weights, list | tuple) else [weights]
    with name_scope(name, "compute_sampled_logits", [*weights, biases, inputs, labels]):
        if labels.dtype is not dtypes.int64:
            labels = math_ops.cast(labels, dtypes.int64)
        labels_flat = array_ops.reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes, seed)
        sampled, true_count, sampled_count = (array_ops.stop_gradient(s) for s in sampled_values)
        sampled = math_ops.cast(sampled, dtypes.int64)
        all_ids = array_ops.concat([labels_flat, sampled], 0)
        all_w = embedding_ops.embedding_lookup(weights, all_ids, partition_strategy=partition_strategy)
        all_w = math_ops.cast(all_w, inputs.dtype)
        true_w = array_ops.slice(all_w, [0, 0], array_ops.stack([array_ops.shape(labels_flat)[0], -1]))
        sampled_w = array_ops.slice(all_w, array_ops.stack([array_ops.shape(labels_flat)[0], 0]), [-1, -1])
        sampled_logits = linalg_ops.matmul(inputs, sampled_w, transpose_b=True)
        all_b = embedding_ops.embedding_lookup(biases, all_ids, partition_strategy=partition_strategy)
        all_b = math_ops.cast(all_b, inputs.dtype)
        true_b = array_ops.slice(all_b, [0], array_ops.shape(labels_flat))
        sampled_b = array_ops.slice(all_b, array_ops.shape(labels_flat), [-1])
        dim = array_ops.shape(true_w)[1:2]
        row_wise = math_ops.multiply(
            array_ops.expand_dims(inputs, 1), array_ops.reshape(true_w, array_ops.concat([[-1, num_true], dim], 0))
        )
        as_matrix = array_ops.reshape(row_wise, array_ops.concat([[-1], dim], 0))
        true_logits = array_ops.reshape(reduce_ops.reduce_sum(as_matrix, 1), [-1, num_true])
        true_logits += array_ops.reshape(true_b, [-1, num_true])
        sampled_logits += sampled_b
        if remove_accidental_hits:
            hits = math_ops.equal(array_ops.expand_dims(labels, 2), array_ops.reshape(sampled, [1, 1, -1]))
            hit = reduce_ops.reduce_any(hits, axis=1)
            lowest = constant(float(inputs.dtype.min), inputs.dtype)
            sampled_logits += math_ops.cast(hit, inputs.dtype) * lowest
        if subtract_log_q:
            true_logits -= math_ops.log(true_count)
            sampled_logits -= math_ops.log(sampled_count)
        out_logits = array_ops.concat([true_logits, sampled_logits], 1)
        out_labels = array_ops.concat(
            [array_ops.ones_like(true_logits) / num_true, array_ops.zeros_like(sampled_logits)], 1
        )
        return out_logits, out_labels


def nce_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
    remove_accidental_hits=False, partition_strategy="mod", name="nce_loss",
):  # fmt: skip
    """The noise-contrastive loss of each example, over its classes and a sample of the others."""
    logits, labels = _sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, True,
        remove_accidental_hits, partition_strategy, name, None,
    )  # fmt: skip
    losses = nn_ops.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="sampled_losses")
    return _sum_rows(losses)


def nce_loss_v2(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
    remove_accidental_hits=False, name="nce_loss",
):  # fmt: skip
    """The noise-contrastive loss of each example, over its classes and a sample of the others."""
    return nce_loss(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, remove_accidental_hits,
        "div", name,
    )  # fmt: skip


def sampled_softmax_loss(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
    remove_accidental_hits=True, partition_strategy="mod", name="sampled_softmax_loss", seed=None,
):  # fmt: skip
    """The softmax loss of each example, over its classes and a sample of the others."""
    logits, labels = _sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, True,
        remove_accidental_hits, partition_strategy, name, seed,
    )  # fmt: skip
    labels = array_ops.stop_gradient(labels, name="labels_stop_gradient")
    return nn_ops.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)


def sampled_softmax_loss_v2(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true=1, sampled_values=None,
    remove_accidental_hits=True, seed=None, name="sampled_softmax_loss",
):  # fmt: skip
    """The softmax loss of each example, over its classes and a sample of the others."""
    return sampled_softmax_loss(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values, remove_accidental_hits,
        "div", name, seed,
    )  # fmt: skip


def _sum_rows(x):
    columns = array_ops.shape(x)[1]
    ones = array_ops.ones(array_ops.stack([columns, 1]), x.dtype)
    return array_ops.reshape(linalg_ops.matmul(x, ones), [-1])


def ctc_loss_v2(
    labels, logits, label_length, logit_length, logits_time_major=True, unique=None, blank_index=None, name=None
):
    """The connectionist temporal classification loss of sequences; labels must be sparse."""
    classes = convert_to_tensor(logits)._shape_as_list()
    last = None if classes is None or classes[-1] is None else classes[-1] - 1
    if not getattr(labels, "_is_sparse_tensor", False) or blank_index not in (-1, last) or blank_index is None:
        raise NotImplementedError(
            "tf.nn.ctc_loss with dense labels or a blank other than the last class is not implemented in swiftestimator"
        )
    return ctc_loss(labels, logits, logit_length, time_major=logits_time_major)


def ctc_loss(
    labels, inputs=None, sequence_length=None, preprocess_collapse_repeated=False, ctc_merge_repeated=True,
    ignore_longer_outputs_than_inputs=False, time_major=True, logits=None,
):  # fmt: skip
    """The connectionist temporal classification loss of sequences, for sparse labels."""
    if not getattr(labels, "_is_sparse_tensor", False):
        raise TypeError(f"Expected argument `labels` to be a SparseTensor. Received labels={labels}")
    inputs = convert_to_tensor(inputs if logits is None else logits)
    if not time_major:
        inputs = array_ops.transpose(inputs, [1, 0, 2])
    attributes = {
        "preprocess_collapse_repeated": preprocess_collapse_repeated, "ctc_merge_repeated": ctc_merge_repeated,
        "ignore_longer_outputs_than_inputs": ignore_longer_outputs_than_inputs,
    }  # fmt: skip
    return apply("CTCLoss", [inputs, labels.indices, labels.values, sequence_length], attributes)[0]
