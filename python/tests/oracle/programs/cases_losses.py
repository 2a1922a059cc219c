"""Losses: values in every reduction and form of weights, names, collections and what they refuse."""

import numpy as np
import tensorflow.compat.v1 as tf
from cases import PHRASES, case, run

PHRASES += [
    "weights can not be broadcast to values", "must not be None", "Invalid Reduction Key", "incompatible", "must have shape", "Rank mismatch",
    "must be equal rank", "must be equal", "logits and labels must", "must be specified",
]  # fmt: skip
L = tf.losses
C = tf.constant
A = np.array([[1.0, -2.0, 3.5], [4.0, 0.25, -1.5]], np.float32)
B = np.array([[1.5, -1.0, 3.0], [2.5, 0.5, -2.5]], np.float32)
BITS = np.array([[1, 0, 1], [0, 1, 0]], np.float32)
HOT = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
REDUCTIONS = [
    "none",
    "weighted_sum",
    "weighted_mean",
    "weighted_sum_by_nonzero_weights",
    "weighted_sum_over_batch_size",
]
R = L.Reduction

LOSSES = {
    "absolute_difference": lambda **k: L.absolute_difference(C(A), C(B), **k),
    "mean_squared_error": lambda **k: L.mean_squared_error(C(A), C(B), **k),
    "huber_loss": lambda **k: L.huber_loss(C(A), C(B), **k),
    "hinge_loss": lambda **k: L.hinge_loss(C(BITS), C(B), **k),
    "log_loss": lambda **k: L.log_loss(C(BITS), tf.sigmoid(C(B)), **k),
    "cosine_distance": lambda **k: L.cosine_distance(C(A), C(B), axis=1, **k),
    "sigmoid_cross_entropy": lambda **k: L.sigmoid_cross_entropy(C(BITS), C(B), **k),
    "softmax_cross_entropy": lambda **k: L.softmax_cross_entropy(C(HOT), C(B), **k),
    "sparse_softmax_cross_entropy": lambda **k: L.sparse_softmax_cross_entropy(C([0, 2]), C(B), **k),
    "compute_weighted_loss": lambda **k: L.compute_weighted_loss(C(A), **k),
}
WEIGHTS = {
    "number": lambda: 2.0, "int": lambda: 2, "zero": lambda: 0.0, "negative": lambda: -1.0, "row": lambda: C([[1.0, 0.0, 2.0]]),
    "column": lambda: C([[2.0], [0.5]]), "flat2": lambda: C([2.0, 0.0]), "flat3": lambda: C([1.0, 0.0, 2.0]), "full": lambda: C(np.abs(B)),
    "one": lambda: C([2.0]), "ones": lambda: C([[2.0]]), "int tensor": lambda: C([[2], [1]]), "array": lambda: np.array([[1.0], [0.0]]), "list": lambda: [[1.0], [2.0]],
    "none": lambda: None, "bool": lambda: C([[True], [False]]), "unknown": lambda: tf.placeholder_with_default(np.array([[1.0], [0.0]], np.float32), None),
    "unknown wrong": lambda: tf.placeholder_with_default(np.ones([5], np.float32), None), "rank 3": lambda: C([[[1.0]]]), "zeros": lambda: C(np.zeros([2, 3], np.float32)),
    "float64": lambda: C(np.array([[1.0], [0.0]])), "string": lambda: "a",
}  # fmt: skip


def valued(make):
    """The loss, its name, form, the collections and the gradient of what it was made of."""
    loss = make()
    with tf.Session() as session:
        value = session.run(loss)
    return [loss.name, loss.dtype.name, str(loss.shape), value, [t.name for t in L.get_losses()],
            sorted(tf.get_default_graph().get_all_collection_keys())]  # fmt: skip


def add(name, make):
    case(name, lambda: valued(make))


for name, make in LOSSES.items():
    add(name, make)
    for kind, weights in WEIGHTS.items():
        add(f"{name} weights {kind}", lambda make=make, w=weights: make(weights=w()))
    for reduction in REDUCTIONS:
        add(f"{name} {reduction}", lambda make=make, r=reduction: make(reduction=r))
        for kind in ("row", "column", "zero", "flat2", "full"):
            add(
                f"{name} {reduction} {kind}",
                lambda make=make, r=reduction, k=kind: make(reduction=r, weights=WEIGHTS[k]()),
            )
    add(f"{name} bad reduction", lambda make=make: make(reduction="mean"))
    add(f"{name} scope", lambda make=make: make(scope="mine"))
    add(f"{name} other collection", lambda make=make: make(loss_collection="mine"))
    add(f"{name} no collection", lambda make=make: make(loss_collection=None))

    def twice(make=make):
        with tf.name_scope("outer"):
            make()
            return make()

    add(f"{name} twice", twice)


for name, function, left, right in [
    ("absolute_difference", L.absolute_difference, A, B), ("mean_squared_error", L.mean_squared_error, A, B), ("huber_loss", L.huber_loss, A, B),
    ("hinge_loss", L.hinge_loss, BITS, B), ("log_loss", L.log_loss, BITS, np.abs(B) / 4), ("sigmoid_cross_entropy", L.sigmoid_cross_entropy, BITS, B),
    ("softmax_cross_entropy", L.softmax_cross_entropy, HOT, B), ("mean_pairwise_squared_error", L.mean_pairwise_squared_error, A, B),
]:  # fmt: skip
    add(f"{name} no labels", lambda f=function, r=right: f(None, C(r)))
    add(f"{name} no predictions", lambda f=function, a=left: f(C(a), None))
    add(f"{name} shapes", lambda f=function, a=left, r=right: f(C(a[:1]), C(r)))
    add(f"{name} ranks", lambda f=function, a=left, r=right: f(C(a.reshape(-1)), C(r)))
    add(f"{name} float64", lambda f=function, a=left, r=right: f(C(a.astype(np.float64)), C(r.astype(np.float64))))
    add(f"{name} int labels", lambda f=function, a=left, r=right: f(C(a.astype(np.int32)), C(r)))
    add(f"{name} arrays", lambda f=function, a=left, r=right: f(a, r))
    add(f"{name} empty", lambda f=function, a=left, r=right: f(C(a[:0]), C(r[:0])))

    def learned(function=function, left=left, right=right):
        variable = tf.get_variable("v", initializer=C(right))
        weights = tf.get_variable(
            "w", initializer=C([[1.0], [2.0]] if "softmax" not in function.__name__ else [1.0, 2.0])
        )
        loss = function(C(left), variable, weights=weights)
        grads = tf.gradients(loss, [variable, weights])
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            return [None if g is None else session.run(g) for g in grads]

    case(f"{name} gradients", learned)
for kind, weights in WEIGHTS.items():
    add(f"pairwise weights {kind}", lambda w=weights: L.mean_pairwise_squared_error(C(A), C(B), weights=w()))
add("huber delta", lambda: L.huber_loss(C(A), C(B), delta=0.25))
add("log epsilon", lambda: L.log_loss(C(BITS), C(BITS), epsilon=1e-3))
add("log int predictions", lambda: L.log_loss(C([1, 0]), C([1, 0])))
add("smoothing sigmoid", lambda: L.sigmoid_cross_entropy(C(BITS), C(B), label_smoothing=0.2))
add("smoothing softmax", lambda: L.softmax_cross_entropy(C(HOT), C(B), label_smoothing=0.2))
add("softmax int labels", lambda: L.softmax_cross_entropy(C(HOT.astype(np.int64)), C(B)))
add("sigmoid int labels", lambda: L.sigmoid_cross_entropy(C(BITS.astype(np.int64)), C(B)))
add("cosine axis 0", lambda: L.cosine_distance(C(A), C(B), 0))
add("cosine dim", lambda: L.cosine_distance(C(A), C(B), dim=1))
add("cosine neither", lambda: L.cosine_distance(C(A), C(B)))
add("cosine both", lambda: L.cosine_distance(C(A), C(B), axis=1, dim=1))
add("sparse columns", lambda: L.sparse_softmax_cross_entropy(C([[0], [2]]), C(B)))
add("sparse columns weights", lambda: L.sparse_softmax_cross_entropy(C([[0], [2]]), C(B), weights=C([[1.0], [2.0]])))
add("sparse flat column weights", lambda: L.sparse_softmax_cross_entropy(C([0, 2]), C(B), weights=C([[1.0], [2.0]])))
add("sparse column flat weights", lambda: L.sparse_softmax_cross_entropy(C([[0], [2]]), C(B), weights=C([1.0, 2.0])))
add(
    "sparse sequence",
    lambda: L.sparse_softmax_cross_entropy(
        C([[0, 2], [1, 1]]), C(np.stack([A[:, :3], B])), weights=C([[1.0, 0.0], [1.0, 1.0]])
    ),
)
add("sparse label out", lambda: L.sparse_softmax_cross_entropy(C([0, 7]), C(B)))
add("sparse shapes", lambda: L.sparse_softmax_cross_entropy(C([0, 1, 2]), C(B)))
add("sparse ranks", lambda: L.sparse_softmax_cross_entropy(C([[[0]], [[1]]]), C(B)))
add("sparse none", lambda: L.sparse_softmax_cross_entropy(None, C(B)))
add("sparse float labels", lambda: L.sparse_softmax_cross_entropy(C([0.0, 1.0]), C(B)))
add("compute ints", lambda: L.compute_weighted_loss(C([1, 2, 3])))
add("compute scalar", lambda: L.compute_weighted_loss(C(3.0)))
add("compute scalar weights", lambda: L.compute_weighted_loss(C(3.0), weights=C([1.0, 2.0])))
add("compute list", lambda: L.compute_weighted_loss([1.0, 2.0], [1.0, 0.0]))


def added(*how):
    def inner():
        L.add_loss(C(1.0, name="a"))
        L.mean_squared_error(C(A), C(B), scope="first")
        L.mean_squared_error(C(A), C(B), scope="second")
        L.add_loss(C(2.0, name="b"), loss_collection="other")
        L.add_loss(C(2.0, name="c"), loss_collection=None)
        tf.get_variable("v", initializer=C(A), regularizer=lambda w: tf.reduce_sum(w, name="reg"))
        before = len(tf.get_default_graph().get_operations())
        result = how[0]()
        if isinstance(result, list):
            return [t.name for t in result]
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            return [result.name, session.run(result), len(tf.get_default_graph().get_operations()) > before]

    return inner


case("get_losses", added(lambda: L.get_losses()))
case("get_losses scope", added(lambda: L.get_losses("first")))
case("get_losses collection", added(lambda: L.get_losses(loss_collection="other")))
case("get_regularization_losses", added(lambda: L.get_regularization_losses()))
case("get_regularization_loss", added(lambda: L.get_regularization_loss()))
case("get_regularization_loss scope", added(lambda: L.get_regularization_loss("nothing")))
case("get_total_loss", added(lambda: L.get_total_loss()))
case("get_total_loss named", added(lambda: L.get_total_loss(name="mine")))
case("get_total_loss without", added(lambda: L.get_total_loss(add_regularization_losses=False)))
case("get_total_loss scope", added(lambda: L.get_total_loss(scope="first")))
case("nothing total", lambda: L.get_total_loss().name)
case("nothing regularization", lambda: tf.Session().run(L.get_regularization_loss()))
case(
    "reductions",
    lambda: [
        R.all(),
        R.NONE,
        R.SUM,
        R.MEAN,
        R.SUM_BY_NONZERO_WEIGHTS,
        R.SUM_OVER_BATCH_SIZE,
        R.SUM_OVER_NONZERO_WEIGHTS,
    ],
)
case("validate good", lambda: R.validate("none"))
case("validate bad", lambda: R.validate("x"))
add("l2", lambda: L.compute_weighted_loss(tf.nn.l2_loss(C(A))))

if __name__ == "__main__":
    run()
