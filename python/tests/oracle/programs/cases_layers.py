"""Layers and initializers: shapes, names, reuse, collections, class forms and what they refuse."""

import random

import numpy as np
import tensorflow.compat.v1 as tf
from cases import PHRASES, case, run

PHRASES += [
    "already exists", "does not exist", "incompatible with the layer", "min_ndim", "expected ndim", "must be", "should be defined", "not supported",
    "greater than 0|positive integer", "required positional argument", "unexpected keyword", "Could not interpret", "Unknown", "not understood", "at least rank",
]  # fmt: skip
T = tf.layers
C = tf.constant
X2 = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
X3 = np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 4, 3)
X4 = np.linspace(-1, 1, 96, dtype=np.float32).reshape(2, 4, 4, 3)
X5 = np.linspace(-1, 1, 192, dtype=np.float32).reshape(1, 4, 4, 4, 3)


def filled(shape, dtype=None, partition_info=None):
    shape = [int(s) for s in shape]
    return tf.reshape(tf.cast(tf.linspace(-0.5, 0.5, int(np.prod(shape))), dtype or tf.float32), shape)


def sizes(shape):
    return "unknown" if shape.ndims is None else str(shape.as_list())


def built(make, value=True):
    """Value and names of what a layer adds."""
    random.seed(1)
    tf.set_random_seed(3)
    result = make()
    graph = tf.get_default_graph()
    out = result if isinstance(result, list | tuple) else [result]
    found = {
        "out": [[t.name, t.dtype.name, sizes(t.shape)] for t in out],
        "variables": [[v.name, str(v.shape), v.dtype.base_dtype.name] for v in tf.global_variables()],
        "trainable": [v.name for v in tf.trainable_variables()],
        "collections": {k: [getattr(x, "name", "") for x in graph.get_collection(k)] for k in sorted(graph.get_all_collection_keys())
                        if "variables" not in k and graph.get_collection(k)},
    }  # fmt: skip
    if value:
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            found["values"] = session.run(out)
            found["updates"] = session.run(tf.get_collection(tf.GraphKeys.UPDATE_OPS)) and session.run(
                tf.global_variables()
            )
    return found


def add(name, make, **how):
    case(name, lambda: built(make, **how))


F = {"kernel_initializer": filled}
LAYERS = {
    "dense": lambda **k: T.dense(C(X2), 4, **{**F, **k}),
    "dense rank 3": lambda **k: T.dense(C(X3), 4, **{**F, **k}),
    "conv1d": lambda **k: T.conv1d(C(X3), 4, 2, **{**F, **k}),
    "conv2d": lambda **k: T.conv2d(C(X4), 4, 3, **{**F, **k}),
    "conv3d": lambda **k: T.conv3d(C(X5), 2, 2, **{**F, **k}),
    "conv2d_transpose": lambda **k: T.conv2d_transpose(C(X4), 4, 3, **{**F, **k}),
    "conv3d_transpose": lambda **k: T.conv3d_transpose(C(X5), 2, 2, **{**F, **k}),
    "separable_conv2d": lambda **k: T.separable_conv2d(C(X4), 4, 3, **{"depthwise_initializer": filled, "pointwise_initializer": filled, **k}),
    "separable_conv1d": lambda **k: T.separable_conv1d(C(X3), 4, 2, **{"depthwise_initializer": filled, "pointwise_initializer": filled, **k}),
    "batch_normalization": lambda **k: T.batch_normalization(C(X4), **k),
    "batch_normalization training": lambda **k: T.batch_normalization(C(X4), training=True, **k),
    "batch_normalization flat": lambda **k: T.batch_normalization(C(X2), training=True, **k),
}  # fmt: skip
for name, make in LAYERS.items():
    add(name, make)
    add(f"{name} named", lambda make=make: make(name="mine"))
    add(f"{name} name slash", lambda make=make: make(name="mine/inner"))
    add(f"{name} not trainable", lambda make=make: make(trainable=False))
    add(f"{name} reuse first", lambda make=make: make(name="mine", reuse=True))
    add(f"{name} reuse unnamed", lambda make=make: make(reuse=True))
    add(f"{name} twice", lambda make=make: (make(), make()))
    add(f"{name} twice named", lambda make=make: (make(name="m"), make(name="m")))
    add(f"{name} reused", lambda make=make: (make(name="m"), make(name="m", reuse=True)))
    add(
        f"{name} auto reuse",
        lambda make=make: (make(name="m", reuse=tf.AUTO_REUSE), make(name="m", reuse=tf.AUTO_REUSE)),
    )

    def scopes(make=make):
        with tf.variable_scope("a"):
            first = make()
        with tf.variable_scope("a", reuse=True):
            second = make()
        with tf.variable_scope("b"), tf.name_scope("n"):
            return first, second, make(), make(name="x")

    add(f"{name} scopes", scopes)

    def defaults(make=make):
        with tf.variable_scope("a", regularizer=lambda w: tf.reduce_sum(w) * 0.5, initializer=tf.ones_initializer()):
            return make()

    add(f"{name} scope defaults", defaults)
    for activation in ("relu", tf.nn.tanh, "nothing"):
        if "batch" not in name:
            add(
                f"{name} activation {activation if isinstance(activation, str) else 'tanh'}",
                lambda make=make, a=activation: make(activation=a),
            )
    if "batch" not in name:
        add(f"{name} no bias", lambda make=make: make(use_bias=False))
        add(f"{name} bias initializer", lambda make=make: make(bias_initializer=tf.ones_initializer()))
        key = "depthwise" if "separable" in name else "kernel"
        add(f"{name} regularizers", lambda make=make, k=key: make(**{f"{k}_regularizer": lambda w: tf.reduce_sum(w, name="rk"), "bias_regularizer": lambda w: tf.reduce_sum(w * w, name="rb"),
            "activity_regularizer": lambda a: tf.reduce_mean(a, name="ra")}))  # fmt: skip
        add(
            f"{name} regularizers twice",
            lambda make=make, k=key: [
                make(**{f"{k}_regularizer": lambda w: tf.reduce_sum(w)}, name="m", reuse=tf.AUTO_REUSE)
                for _ in range(2)
            ],
        )
        add(f"{name} constraint", lambda make=make, k=key: make(**{f"{k}_constraint": lambda w: w * 0.5}))
        add(f"{name} default initializer", lambda make=make, k=key: make(**{f"{k}_initializer": None}))
for name in (
    "conv1d",
    "conv2d",
    "separable_conv2d",
    "separable_conv1d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
):
    make = LAYERS[name]
    for padding in ("valid", "same", "SAME", "other"):
        for strides in (1, 2):
            add(f"{name} {padding} {strides}", lambda make=make, p=padding, s=strides: make(padding=p, strides=s))
    add(f"{name} strides 0", lambda make=make: make(strides=0))
    add(f"{name} strides long", lambda make=make: make(strides=(1, 1, 1, 1)))
    if "transpose" not in name:
        add(f"{name} dilation", lambda make=make: make(dilation_rate=2, padding="same"))
        add(f"{name} dilation strides", lambda make=make: make(dilation_rate=2, strides=2))
add(
    "conv2d channels first",
    lambda: T.conv2d(C(X4.transpose(0, 3, 1, 2)), 4, 3, data_format="channels_first", **F),
    value=False,
)
add("conv2d bad format", lambda: T.conv2d(C(X4), 4, 3, data_format="x", **F))
add("conv2d tuple", lambda: T.conv2d(C(X4), 4, (3, 2), strides=(1, 2), **F))
add("conv2d tuple of three", lambda: T.conv2d(C(X4), 4, (3, 2, 1), **F))
add("conv2d rank", lambda: T.conv2d(C(X3), 4, 3, **F))
add("conv1d rank", lambda: T.conv1d(C(X4), 4, 3, **F))
add("conv2d unknown channels", lambda: T.conv2d(tf.placeholder(tf.float32, [None, 4, 4, None]), 4, 3, **F), value=False)
add(
    "conv2d unknown size",
    lambda: T.conv2d(tf.placeholder(tf.float32, [None, None, None, 3]), 4, 3, strides=2, padding="same"),
    value=False,
)
add(
    "conv2d_transpose unknown",
    lambda: T.conv2d_transpose(tf.placeholder(tf.float32, [None, None, None, 3]), 4, 3, strides=2),
    value=False,
)
add("conv2d int", lambda: T.conv2d(C(np.ones([1, 4, 4, 1], np.int32)), 4, 3))
add(
    "separable multiplier",
    lambda: T.separable_conv2d(
        C(X4), 4, 3, depth_multiplier=2, depthwise_initializer=filled, pointwise_initializer=filled
    ),
)
add("dense int", lambda: T.dense(C([[1, 2]]), 3))
add("dense float64", lambda: T.dense(C(X2.astype(np.float64)), 3, **F))
add("dense rank 1", lambda: T.dense(C([1.0, 2.0]), 3))
add("dense unknown last", lambda: T.dense(tf.placeholder(tf.float32, [None, None]), 3), value=False)
add("dense unknown batch", lambda: T.dense(tf.placeholder(tf.float32, [None, 5]), 3), value=False)
add("dense unknown rank", lambda: T.dense(tf.placeholder(tf.float32), 3), value=False)
add("dense array", lambda: T.dense(X2, 3, **F))
add("dense units text", lambda: T.dense(C(X2), "a"))
add("dense units negative", lambda: T.dense(C(X2), -1))
add("dense units float", lambda: T.dense(C(X2), 3.0, **F))
add("dense no units", lambda: T.dense(C(X2)))
add("dense unknown argument", lambda: T.dense(C(X2), 3, foo=1))
add("dense initializer text", lambda: T.dense(C(X2), 3, kernel_initializer="zeros"))
add("dense initializer class", lambda: T.dense(C(X2), 3, kernel_initializer=tf.zeros_initializer))
add("dense initializer constant", lambda: T.dense(C(X2), 3, kernel_initializer=tf.constant_initializer(0.5)))
add("dense initializer array", lambda: T.dense(C(X2), 3, kernel_initializer=tf.constant_initializer(X2.T @ X2)))
add("dense reused shape", lambda: (T.dense(C(X2), 3, name="d"), T.dense(C(X2), 4, name="d", reuse=True)))
add(
    "dense reused type",
    lambda: (T.dense(C(X2), 3, name="d"), T.dense(C(X2.astype(np.float64)), 3, name="d", reuse=True)),
)
for rank, x in (("1d", X3), ("2d", X4), ("3d", X5)):
    for kind in ("max", "average"):
        function = getattr(T, f"{kind}_pooling{rank}")
        for padding in ("valid", "same", "x"):
            add(f"{kind}_pooling{rank} {padding}", lambda f=function, x=x, p=padding: f(C(x), 2, 2, padding=p))
            add(
                f"{kind}_pooling{rank} {padding} one",
                lambda f=function, x=x, p=padding: f(C(x), 3, 1, padding=p, name="mine"),
            )
        add(f"{kind}_pooling{rank} rank", lambda f=function: f(C(X2), 2, 2))
        add(f"{kind}_pooling{rank} twice", lambda f=function, x=x: (f(C(x), 2, 2), f(C(x), 2, 2)))
        add(f"{kind}_pooling{rank} no strides", lambda f=function, x=x: f(C(x), 2))
        if rank != "3d":
            add(
                f"{kind}_pooling{rank} first",
                lambda f=function, x=x: f(C(x), 2, 2, data_format="channels_first"),
                value=False,
            )
add("dropout", lambda: T.dropout(C(X2)))
add("dropout training", lambda: T.dropout(C(X2), 0.5, training=True), value=False)
add("dropout seed", lambda: T.dropout(C(np.ones([4, 5], np.float32)), 0.5, training=True, seed=7))
add("dropout noise", lambda: T.dropout(C(np.ones([4, 5], np.float32)), 0.5, noise_shape=[4, 1], training=True, seed=7))
add("dropout tensor training", lambda: T.dropout(C(X2), 0.5, training=tf.placeholder_with_default(False, [])))
add("dropout rate 0", lambda: T.dropout(C(X2), 0.0, training=True))
add("dropout rate 1", lambda: T.dropout(C(X2), 1.0, training=True))
add("dropout rate over", lambda: T.dropout(C(X2), 1.5, training=True))
add("dropout twice", lambda: (T.dropout(C(X2)), T.dropout(C(X2))))
add("dropout named", lambda: T.dropout(C(X2), name="d"))
add("flatten", lambda: T.flatten(C(X4)))
add("flatten rank 2", lambda: T.flatten(C(X2)))
add("flatten rank 1", lambda: T.flatten(C([1.0, 2.0])))
add("flatten scalar", lambda: T.flatten(C(1.0)))
add("flatten unknown batch", lambda: T.flatten(tf.placeholder(tf.float32, [None, 3, 4])), value=False)
add("flatten unknown", lambda: T.flatten(tf.placeholder(tf.float32, [None, None, 4])), value=False)
add("flatten fixed", lambda: T.flatten(tf.placeholder(tf.float32, [2, None, 4])), value=False)
add("flatten unknown rank", lambda: T.flatten(tf.placeholder(tf.float32)), value=False)
add("flatten named twice", lambda: (T.flatten(C(X4), name="f"), T.flatten(C(X4), name="f"), T.flatten(C(X4))))
BN = T.batch_normalization
add("bn options", lambda: BN(C(X4), momentum=0.5, epsilon=0.1, center=False, training=True))
add("bn no scale", lambda: BN(C(X4), scale=False, training=True))
add("bn initializers", lambda: BN(C(X4), beta_initializer=tf.ones_initializer(), gamma_initializer=tf.constant_initializer(2.0),
    moving_mean_initializer=tf.constant_initializer(0.1), moving_variance_initializer=tf.constant_initializer(3.0)))  # fmt: skip
add("bn axis 1", lambda: BN(C(X4), axis=1, training=True))
add("bn axis 1 and 3", lambda: BN(C(X4), axis=[1, 3], training=True))
add("bn axis 9", lambda: BN(C(X4), axis=9))
add("bn tensor training", lambda: BN(C(X4), training=tf.placeholder_with_default(True, [])))
add("bn not fused", lambda: BN(C(X4), fused=False, training=True))
add("bn fused rank 2", lambda: BN(C(X2), fused=True, training=True))
add("bn renorm", lambda: BN(C(X4), renorm=True, training=True))
add(
    "bn renorm clipping",
    lambda: BN(C(X2), renorm=True, renorm_clipping={"rmax": 1.1, "rmin": 0.9, "dmax": 0.1}, training=True),
)
add(
    "bn regularizers",
    lambda: BN(
        C(X4),
        beta_regularizer=lambda w: tf.reduce_sum(w, name="rb"),
        gamma_regularizer=lambda w: tf.reduce_sum(w, name="rg"),
    ),
)
add("bn constraints", lambda: BN(C(X4), gamma_constraint=lambda w: w * 2))
add("bn virtual", lambda: BN(C(X4), virtual_batch_size=1, training=True))
add("bn float64", lambda: BN(C(X4.astype(np.float64)), training=True))
add("bn half", lambda: BN(C(X4.astype(np.float16)), training=True))
add("bn unknown", lambda: BN(tf.placeholder(tf.float32, [None, None]), training=True), value=False)
add("bn rank 3", lambda: BN(C(X3), training=True))
add("bn rank 5", lambda: BN(C(X5), training=True))
add("bn momentum int", lambda: BN(C(X4), momentum=1, training=True))


def layer(cls, *arguments, call=(), x=X2, **keywords):
    """Attributes of a layer object before and after calls."""

    def inner():
        random.seed(1)
        made = getattr(T, cls)(*arguments, **keywords)
        before = [
            made.name,
            made.built,
            made.trainable,
            str(made.dtype),
            [v.name for v in made.variables] if made.built else [],
        ]
        first = made(C(x), *call)
        second = made.apply(C(x)) if hasattr(made, "apply") else made(C(x))
        return [before, made.built, first.name, second.name, [v.name for v in made.variables], [v.name for v in made.trainable_variables],
                [v.name for v in made.non_trainable_variables], [v.name for v in made.weights], len(made.updates), [t.name for t in made.losses],
                str(made.dtype), made.scope_name, made.graph is tf.get_default_graph(), [v.name for v in made.trainable_weights], made.count_params(),
                hasattr(made, "input_shape"), type(made).__name__]  # fmt: skip

    return inner


case("class Dense", layer("Dense", 4, **F))
case("class Dense named", layer("Dense", 4, name="mine", **F))
case("class Dense regularized", layer("Dense", 4, kernel_regularizer=lambda w: tf.reduce_sum(w, name="r"), **F))
case("class Dense frozen", layer("Dense", 4, trainable=False, **F))
case("class Conv2D", layer("Conv2D", 4, 3, x=X4, **F))
case("class Conv1D", layer("Conv1D", 4, 2, x=X3, **F))
case("class Conv2DTranspose", layer("Conv2DTranspose", 4, 2, x=X4, **F))
case("class SeparableConv2D", layer("SeparableConv2D", 4, 2, x=X4))
case("class BatchNormalization", layer("BatchNormalization", x=X4))
case("class Dropout", layer("Dropout", 0.5))
case("class Flatten", layer("Flatten", x=X4))
case("class MaxPooling2D", layer("MaxPooling2D", 2, 2, x=X4))
case("class AveragePooling1D", layer("AveragePooling1D", 2, 2, x=X3))


def shared():
    made = T.Dense(4, name="d", **F)
    with tf.variable_scope("a"):
        one = made(C(X2))
    with tf.variable_scope("b"):
        two = made(C(X2))
    return [one.name, two.name, [v.name for v in tf.global_variables()], made.kernel.name, made.bias.name, made.units]


case("shared layer", shared)
case("layer wrong size", lambda: (lambda d: (d(C(X2)), d(C(X3[0, :, :2]))))(T.Dense(4))[1].name)
case(
    "layer built by hand",
    lambda: (lambda d: (d.build((None, 5)), d.kernel.name, str(d.kernel.shape), d.built)[1:])(T.Dense(4)),
)
case("layer output shape", lambda: sizes(T.Dense(4).compute_output_shape((None, 5))))
case("conv output shape", lambda: sizes(T.Conv2D(4, 3, strides=2).compute_output_shape((None, 9, 9, 3))))
case("layer variables before", lambda: T.Dense(4).variables)
case("layer scope before", lambda: T.Dense(4).scope_name)
case(
    "layer other graph",
    lambda: (lambda d: (d(C(X2)), d(tf.Graph().as_default().__enter__() and C(X2))))(T.Dense(4))[1].name,
)


class Scale(T.Layer):
    def __init__(self, factor, **keywords):
        super().__init__(**keywords)
        self.factor = factor

    def build(self, input_shape):
        self.scale = self.add_variable(
            "scale",
            [input_shape[-1]],
            initializer=tf.ones_initializer(),
            regularizer=lambda w: tf.reduce_sum(w, name="r"),
        )
        self.count = self.add_weight("count", [], trainable=False, initializer=tf.zeros_initializer())
        super().build(input_shape)

    def call(self, inputs, more=None):
        self.add_loss(tf.reduce_sum(inputs, name="sum"))
        self.add_update(self.count.assign_add(1.0))
        return inputs * self.scale * self.factor


def own(**keywords):
    def inner():
        made = Scale(2.0, **keywords)
        one = made(C(X2))
        two = made(C(X2), more=1)
        return [one.name, two.name, made.name, [v.name for v in made.variables], [v.name for v in made.trainable_variables], len(made.losses),
                len(made.updates), [t.name for t in tf.get_collection("regularization_losses")], len(tf.get_collection("update_ops")), made.scale.name]  # fmt: skip

    return inner


case("own layer", own())
case("own layer named", own(name="mine"))
case("own layer frozen", own(trainable=False))
add("own layer value", lambda: Scale(3.0)(C(X2)))

I = tf.initializers
MAKERS = {
    "zeros": lambda: tf.zeros_initializer(), "ones": lambda: tf.ones_initializer(), "constant": lambda: tf.constant_initializer(2), "constant list": lambda: tf.constant_initializer([1, 2, 3, 4, 5, 6]),
    "constant nested": lambda: tf.constant_initializer([[1, 2, 3], [4, 5, 6]]), "constant short": lambda: tf.constant_initializer([1, 2]), "constant verify": lambda: tf.constant_initializer([1, 2, 3], verify_shape=True),
    "random_uniform": lambda: tf.random_uniform_initializer(-1, 1, seed=3), "random_normal": lambda: tf.random_normal_initializer(1.0, 2.0, seed=3), "truncated": lambda: tf.truncated_normal_initializer(0, 1, seed=3),
    "random_uniform default": lambda: tf.random_uniform_initializer(), "random_normal default": lambda: tf.random_normal_initializer(), "glorot_uniform": lambda: tf.glorot_uniform_initializer(seed=3),
    "glorot_normal": lambda: tf.glorot_normal_initializer(seed=3), "he_normal": lambda: I.he_normal(seed=3), "he_uniform": lambda: I.he_uniform(seed=3), "lecun_normal": lambda: I.lecun_normal(seed=3),
    "lecun_uniform": lambda: I.lecun_uniform(seed=3), "orthogonal": lambda: tf.orthogonal_initializer(gain=2.0, seed=3), "identity": lambda: I.identity(gain=2.0),
    "uniform_unit_scaling": lambda: tf.uniform_unit_scaling_initializer(seed=3), "variance_scaling": lambda: tf.variance_scaling_initializer(2.0, "fan_avg", "uniform", seed=3),
    "variance fan_out": lambda: tf.variance_scaling_initializer(1.0, "fan_out", "untruncated_normal", seed=3), "variance truncated": lambda: tf.variance_scaling_initializer(1.0, "fan_in", "truncated_normal", seed=3),
    "variance bad mode": lambda: tf.variance_scaling_initializer(mode="x"), "variance bad scale": lambda: tf.variance_scaling_initializer(scale=-1.0), "variance bad distribution": lambda: tf.variance_scaling_initializer(distribution="x"),
    "class": lambda: tf.zeros_initializer, "keras glorot": lambda: tf.keras.initializers.glorot_uniform(seed=3), "function": lambda: (lambda shape, dtype=None, partition_info=None: tf.ones(shape, dtype) * 3),
    "few arguments": lambda: (lambda shape, dtype: tf.ones(shape, dtype)), "array": lambda: X2, "tensor": lambda: C(X2), "number": lambda: 3.5, "list": lambda: [[1.0, 2.0, 3.0]], "text": lambda: "zeros",
}  # fmt: skip
for name, make in MAKERS.items():
    for shape in ([2, 3], [3, 2, 2, 4], [4], [], None, [6]):
        for dtype in (None, tf.float64, tf.int32):
            if dtype is not None and shape != [2, 3]:
                continue

            def initialised(make=make, shape=shape, dtype=dtype):
                tf.set_random_seed(5)
                arguments = {} if dtype is None else {"dtype": dtype}
                variable = tf.get_variable("v", shape, initializer=make(), **arguments)
                with tf.Session() as session:
                    session.run(tf.global_variables_initializer())
                    return [variable.name, variable.dtype.base_dtype.name, str(variable.shape), session.run(variable),
                            sorted(o.name for o in tf.get_default_graph().get_operations() if "Initializer" in o.name and "Initializer/" in o.name)[:1]]  # fmt: skip

            case(f"initializer {name} {shape} {dtype.name if dtype else 'default'}", initialised)
    case(
        f"initializer {name} called",
        lambda make=make: (lambda t: [t.name, t.dtype.name, tf.Session().run(t)])(make()([2, 2])),
    )
    case(
        f"initializer {name} config",
        lambda make=make: (
            lambda c: {
                k: getattr(c[k], "name", c[k]) if not isinstance(c[k], tf.DType) else c[k].name for k in sorted(c)
            }
        )(make().get_config()),
    )
    case(
        f"initializer {name} from config",
        lambda make=make: (lambda i: type(type(i).from_config(i.get_config())).__name__)(make()),
    )

if __name__ == "__main__":
    run()
