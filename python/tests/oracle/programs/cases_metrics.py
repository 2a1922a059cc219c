"""Metrics: values after two updates, names, variables, collections and what they refuse."""

import numpy as np
import tensorflow.compat.v1 as tf
from cases import PHRASES, case, run

PHRASES += [
    "not supported when eager", "must be", "Shapes .* are incompatible", "incompatible", "weights can not be broadcast to values",
    "num_thresholds must be >= 2", "not within", "Invalid curve", "Invalid summation_method", "Num_thresholds", "must not be specified",
    "not within \\[0, 1\\]", "k must be", "Invalid name",
]  # fmt: skip
M = tf.metrics

LABELS = np.array([0, 1, 1, 0, 1, 0], np.int64)
GUESSES = np.array([0, 1, 0, 0, 1, 1], np.int64)
SCORES = np.array([0.1, 0.8, 0.4, 0.3, 0.9, 0.6], np.float32)
VALUES = np.array([1.0, -2.0, 3.5, 4.0, 0.25, -1.5], np.float32)
OTHERS = np.array([1.5, -1.0, 3.0, 4.5, 0.5, -2.5], np.float32)
WEIGHTS = np.array([1.0, 0.0, 2.0, 0.5, 1.0, 3.0], np.float32)
LOGITS = np.array([[0.1, 0.7, 0.2, 0.9], [0.6, 0.3, 0.8, 0.05], [0.2, 0.3, 0.4, 0.1]], np.float32)
CLASSES = np.array([[1], [0], [3]], np.int64)
SEVERAL = np.array([[1, 3], [0, 2], [3, 1]], np.int64)
TOP = np.array([[1, 3], [2, 0], [2, 1]], np.int64)


def flat(value):
    if isinstance(value, dict):
        return [flat(value[k]) for k in sorted(value)]
    if isinstance(value, list | tuple):
        return [flat(v) for v in value]
    return value


def names(value):
    if isinstance(value, dict):
        return {k: names(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [names(v) for v in value]
    # TensorFlow returns a variable instead of a tensor for some updates
    return [value.name, value.dtype.base_dtype.name, str(value.shape)] if isinstance(value, tf.Tensor) else []


def kinds(value):
    """Types and shapes of updates."""
    if isinstance(value, dict):
        return {k: kinds(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [kinds(v) for v in value]
    return [value.dtype.base_dtype.name, str(value.shape)]


def measured(make, feeds=None):
    """Values before, of each of two updates, after; the variables; where they are listed."""
    value, update = make()
    variables = tf.local_variables()
    graph = tf.get_default_graph()
    listed = {
        k: [v.name for v in graph.get_collection(k)] for k in ("local_variables", "metric_variables", "variables")
    }
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        rounds = [session.run(value)]
        for feed in feeds or [None, None]:
            rounds.append(session.run(update, feed))
            rounds.append(session.run(value))
        last = session.run(variables)
    return {"rounds": rounds, "names": [names(value), kinds(update)], "listed": listed,
            "variables": [[v.name, v.dtype.base_dtype.name, str(v.shape), w] for v, w in zip(variables, last)]}  # fmt: skip


def add(name, make):
    case(name, lambda: measured(make))


C = tf.constant
PAIRS = {
    "accuracy": lambda **k: M.accuracy(C(LABELS), C(GUESSES), **k),
    "mean_absolute_error": lambda **k: M.mean_absolute_error(C(VALUES), C(OTHERS), **k),
    "mean_squared_error": lambda **k: M.mean_squared_error(C(VALUES), C(OTHERS), **k),
    "root_mean_squared_error": lambda **k: M.root_mean_squared_error(C(VALUES), C(OTHERS), **k),
    "mean_relative_error": lambda **k: M.mean_relative_error(C(VALUES), C(OTHERS), tf.abs(C(OTHERS)), **k),
    "mean_cosine_distance": lambda **k: M.mean_cosine_distance(
        C(VALUES.reshape(2, 3)), C(OTHERS.reshape(2, 3)), 1, **k
    ),
    "mean": lambda **k: M.mean(C(VALUES), **k),
    "mean_tensor": lambda **k: M.mean_tensor(C(VALUES), **k),
    "percentage_below": lambda **k: M.percentage_below(C(VALUES), 1.0, **k),
    "true_positives": lambda **k: M.true_positives(C(LABELS), C(GUESSES), **k),
    "false_positives": lambda **k: M.false_positives(C(LABELS), C(GUESSES), **k),
    "true_negatives": lambda **k: M.true_negatives(C(LABELS), C(GUESSES), **k),
    "false_negatives": lambda **k: M.false_negatives(C(LABELS), C(GUESSES), **k),
    "true_positives_at_thresholds": lambda **k: M.true_positives_at_thresholds(
        C(LABELS), C(SCORES), [0.2, 0.5, 0.85], **k
    ),
    "false_positives_at_thresholds": lambda **k: M.false_positives_at_thresholds(
        C(LABELS), C(SCORES), [0.2, 0.5, 0.85], **k
    ),
    "true_negatives_at_thresholds": lambda **k: M.true_negatives_at_thresholds(
        C(LABELS), C(SCORES), [0.2, 0.5, 0.85], **k
    ),
    "false_negatives_at_thresholds": lambda **k: M.false_negatives_at_thresholds(
        C(LABELS), C(SCORES), [0.2, 0.5, 0.85], **k
    ),
    "precision": lambda **k: M.precision(C(LABELS), C(GUESSES), **k),
    "recall": lambda **k: M.recall(C(LABELS), C(GUESSES), **k),
    "precision_at_thresholds": lambda **k: M.precision_at_thresholds(C(LABELS), C(SCORES), [0.2, 0.5, 0.85], **k),
    "recall_at_thresholds": lambda **k: M.recall_at_thresholds(C(LABELS), C(SCORES), [0.2, 0.5, 0.85], **k),
    "auc": lambda **k: M.auc(C(LABELS), C(SCORES), **k),
    "sensitivity_at_specificity": lambda **k: M.sensitivity_at_specificity(C(LABELS), C(SCORES), 0.6, **k),
    "specificity_at_sensitivity": lambda **k: M.specificity_at_sensitivity(C(LABELS), C(SCORES), 0.6, **k),
    "mean_iou": lambda **k: M.mean_iou(C(LABELS), C(GUESSES), 3, **k),
    "mean_per_class_accuracy": lambda **k: M.mean_per_class_accuracy(C(LABELS), C(GUESSES), 3, **k),
}
for name, make in PAIRS.items():
    add(f"{name}", make)
    add(
        f"{name} weights",
        lambda make=make: make(
            weights=C(WEIGHTS)
            if "cosine" not in make.__code__.co_names[0] + str(make.__code__.co_names)
            else C([[1.0], [2.0]])
        ),
    )
    if name not in ("mean_iou", "mean_per_class_accuracy"):
        add(f"{name} scalar weight", lambda make=make: make(weights=2.0))
        add(f"{name} wrong weights", lambda make=make: make(weights=C([1.0, 2.0])))
    add(f"{name} named", lambda make=make: make(name="mine"))
    add(f"{name} collections", lambda make=make: make(metrics_collections=["m"], updates_collections="u"))
    case(f"{name} collected", lambda make=make: (
        make(metrics_collections=["m", "n"], updates_collections=["u"]),
        [kinds(tf.get_collection(k)) for k in ("m", "n", "u")],
    )[1])  # fmt: skip

    def scoped(make=make):
        with tf.variable_scope("outer"):
            make()
            return make()

    add(f"{name} twice in a scope", scoped)

    def reused(make=make):
        with tf.name_scope("ns"):
            return make(name="a/b")

    add(f"{name} name with slash", reused)

TOPK = {
    "recall_at_k": lambda **k: M.recall_at_k(C(CLASSES), C(LOGITS), 2, **k),
    "recall_at_k several": lambda **k: M.recall_at_k(C(SEVERAL), C(LOGITS), 2, **k),
    "recall_at_k class": lambda **k: M.recall_at_k(C(SEVERAL), C(LOGITS), 2, class_id=1, **k),
    "recall_at_k flat labels": lambda **k: M.recall_at_k(C(CLASSES[:, 0]), C(LOGITS), 1, **k),
    "precision_at_k": lambda **k: M.precision_at_k(C(CLASSES), C(LOGITS), 2, **k),
    "precision_at_k several": lambda **k: M.precision_at_k(C(SEVERAL), C(LOGITS), 3, **k),
    "precision_at_k class": lambda **k: M.precision_at_k(C(SEVERAL), C(LOGITS), 2, class_id=1, **k),
    "average_precision_at_k": lambda **k: M.average_precision_at_k(C(SEVERAL), C(LOGITS), 3, **k),
    "precision_at_top_k": lambda **k: M.precision_at_top_k(C(SEVERAL), C(TOP), k=2, **k),
    "recall_at_top_k": lambda **k: M.recall_at_top_k(C(SEVERAL), C(TOP), k=2, **k),
    "recall_at_top_k class": lambda **k: M.recall_at_top_k(C(SEVERAL), C(TOP), k=2, class_id=3, **k),
    "sparse average precision": lambda **k: M.sparse_average_precision_at_k(C(SEVERAL), C(LOGITS), 2, **k),
    "sparse precision": lambda **k: M.sparse_precision_at_k(C(SEVERAL), C(LOGITS), 2, **k),
}  # fmt: skip
for name, make in TOPK.items():
    add(name, make)
    add(f"{name} weights", lambda make=make: make(weights=C([1.0, 0.5, 2.0])))
    add(f"{name} column weights", lambda make=make: make(weights=C([[1.0], [0.5], [2.0]])))
    add(f"{name} scalar weight", lambda make=make: make(weights=0.5))
    add(f"{name} wrong weights", lambda make=make: make(weights=C([1.0, 2.0])))
    add(f"{name} named", lambda make=make: make(name="mine"))

for curve in ("ROC", "PR"):
    for method in ("trapezoidal", "careful_interpolation", "minoring", "majoring", "other"):
        for thresholds in (200, 3, 2, 1):
            add(f"auc {curve} {method} {thresholds}", lambda c=curve, m=method, t=thresholds:
                M.auc(C(LABELS), C(SCORES), num_thresholds=t, curve=c, summation_method=m))  # fmt: skip
add("auc thresholds", lambda: M.auc(C(LABELS), C(SCORES), thresholds=[0.2, 0.5]))
add("auc thresholds outside", lambda: M.auc(C(LABELS), C(SCORES), thresholds=[0.2, 1.5]))
add("auc curve", lambda: M.auc(C(LABELS), C(SCORES), curve="X"))
add("auc bool labels", lambda: M.auc(C(LABELS == 1), C(SCORES)))
add("auc predictions outside", lambda: M.auc(C(LABELS), C(VALUES)))
add("auc columns", lambda: M.auc(C(LABELS[:, None]), C(SCORES[:, None])))
add("auc float labels", lambda: M.auc(C(LABELS.astype(np.float32)), C(SCORES)))
add("auc mismatch", lambda: M.auc(C(LABELS[:3]), C(SCORES)))
add("accuracy mismatch", lambda: M.accuracy(C(LABELS[:3]), C(GUESSES)))
add("accuracy types", lambda: M.accuracy(C(LABELS), C(GUESSES.astype(np.float32))))
add("accuracy types 32", lambda: M.accuracy(C(LABELS), C(GUESSES.astype(np.int32))))
add("accuracy columns", lambda: M.accuracy(C(LABELS[:, None]), C(GUESSES)))
add("accuracy columns both", lambda: M.accuracy(C(LABELS[:, None]), C(GUESSES[:, None]), weights=C(WEIGHTS)))
add("accuracy column weights", lambda: M.accuracy(C(LABELS), C(GUESSES), weights=C(WEIGHTS[:, None])))
add("accuracy strings", lambda: M.accuracy(C(["a", "b", "c"]), C(["a", "x", "c"])))
add("accuracy bools", lambda: M.accuracy(C(LABELS == 1), C(GUESSES == 1)))
add("accuracy arrays", lambda: M.accuracy(LABELS, GUESSES))
add("accuracy lists", lambda: M.accuracy([1, 2, 3], [1, 0, 3]))
add("accuracy int weights", lambda: M.accuracy([1, 2, 3], [1, 0, 3], weights=[1, 2, 1]))
add("accuracy bool weights", lambda: M.accuracy([1, 2, 3], [1, 0, 3], weights=[True, False, True]))
add("mean ints", lambda: M.mean(C([1, 2, 4])))
add("mean float64", lambda: M.mean(C([1.0, 2.0], tf.float64)))
add("mean bool", lambda: M.mean(C([True, False, True])))
add("mean list", lambda: M.mean([1.0, 2.0, 6.0]))
add("mean matrix row weights", lambda: M.mean(C([[1.0, 2.0], [3.0, 5.0]]), weights=C([[1.0], [3.0]])))
add("mean matrix flat weights", lambda: M.mean(C([[1.0, 2.0], [3.0, 5.0]]), weights=C([1.0, 3.0])))
add("mean zero weights", lambda: M.mean(C([1.0, 2.0]), weights=0.0))
add("mean of scalar", lambda: M.mean(3.0))
add("mean string", lambda: M.mean(C(["a"])))
add("mean_tensor matrix", lambda: M.mean_tensor(C([[1.0, 2.0], [3.0, 5.0]]), weights=C([[1.0], [0.0]])))
add("mean_tensor unknown", lambda: M.mean_tensor(tf.placeholder_with_default(np.ones([2], np.float32), [None])))
add("percentage_below ints", lambda: M.percentage_below(C([1, 2, 3]), 2))
add("mse ints", lambda: M.mean_squared_error(C([1, 2]), C([3, 5])))
add("mse columns", lambda: M.mean_squared_error(C(VALUES[:, None]), C(OTHERS)))
add("mse float64", lambda: M.mean_squared_error(C(VALUES.astype(np.float64)), C(OTHERS.astype(np.float64))))
add("mse mixed", lambda: M.mean_squared_error(C(LABELS), C(SCORES)))
add("mre mismatch", lambda: M.mean_relative_error(C(VALUES), C(OTHERS), C([1.0, 2.0])))
add("mre zero normalizer", lambda: M.mean_relative_error(C(VALUES), C(OTHERS), C(np.zeros(6, np.float32))))
add("cosine dim 0", lambda: M.mean_cosine_distance(C(VALUES), C(OTHERS), 0))
add("cosine dim -1", lambda: M.mean_cosine_distance(C(VALUES.reshape(2, 3)), C(OTHERS.reshape(2, 3)), -1))
add("precision floats", lambda: M.precision(C([0.0, 1.0, 2.0]), C([1.0, 1.0, 0.0])))
add("precision none", lambda: M.precision(C([0, 0]), C([0, 0])))
add("recall none", lambda: M.recall(C([0, 0]), C([0, 0])))
add("recall bools", lambda: M.recall(C(LABELS == 1), C(GUESSES == 1), weights=C(WEIGHTS)))
add(
    "iou 2d", lambda: M.mean_iou(C(LABELS.reshape(2, 3)), C(GUESSES.reshape(2, 3)), 2, weights=C(WEIGHTS.reshape(2, 3)))
)
add("mpca out of range", lambda: M.mean_per_class_accuracy(C([0, 5]), C([0, 1]), 3))
add("mpca mismatch", lambda: M.mean_per_class_accuracy(C([0, 1, 1]), C([0, 1]), 3))
add("sensitivity bad", lambda: M.sensitivity_at_specificity(C(LABELS), C(SCORES), 1.5))
add("specificity bad", lambda: M.specificity_at_sensitivity(C(LABELS), C(SCORES), -0.1))
for count in (2, 3, 10):
    add(
        f"sensitivity {count}",
        lambda n=count: M.sensitivity_at_specificity(C(LABELS), C(SCORES), 0.5, num_thresholds=n),
    )
    add(
        f"specificity {count}",
        lambda n=count: M.specificity_at_sensitivity(C(LABELS), C(SCORES), 0.5, num_thresholds=n),
    )
add(
    "thresholds columns",
    lambda: M.precision_at_thresholds(
        C((LABELS == 1)[:, None]), C(SCORES[:, None]), [0.5], weights=C(WEIGHTS[:, None])
    ),
)
add("thresholds outside", lambda: M.precision_at_thresholds(C(LABELS), C(VALUES), [0.5]))
add("k too large", lambda: M.recall_at_k(C(CLASSES), C(LOGITS), 9))
add("k zero", lambda: M.recall_at_k(C(CLASSES), C(LOGITS), 0))
add("ap k zero", lambda: M.average_precision_at_k(C(CLASSES), C(LOGITS), 0))
add("labels out of range", lambda: M.recall_at_k(C([[9], [1], [2]], tf.int64), C(LOGITS), 2))
add("labels int32", lambda: M.recall_at_k(C(CLASSES.astype(np.int32)), C(LOGITS), 2))
add("labels rank", lambda: M.recall_at_k(C(np.zeros([3, 1, 1], np.int64)), C(LOGITS), 2))
add("labels fewer", lambda: M.precision_at_k(C(CLASSES[:2]), C(LOGITS), 2))
X = tf.placeholder_with_default


def unknown(function, **arguments):
    def make():
        labels = X(LABELS, None)
        return function(
            labels, X(SCORES if "auc" in function.__name__ else GUESSES, None), weights=X(WEIGHTS, None), **arguments
        )

    return make


for function in (M.accuracy, M.auc, M.precision, M.recall, M.mean_squared_error, M.true_positives):
    add(f"unknown rank {function.__name__}", unknown(function))


def fed_weights():
    weights = tf.placeholder(tf.float32, None)
    value, update = M.mean(C(VALUES), weights=weights)
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        return session.run(update, {weights: [1.0, 2.0]})


case("weights found wrong in the run", fed_weights)


def reset():
    value, update = M.accuracy(C(LABELS), C(GUESSES), name="acc")
    again = tf.variables_initializer(tf.get_collection(tf.GraphKeys.METRIC_VARIABLES, scope="acc"))
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        first = session.run([update, update])
        session.run(again)
        return [first, session.run(value)]


case("reset", reset)

if __name__ == "__main__":
    run()
