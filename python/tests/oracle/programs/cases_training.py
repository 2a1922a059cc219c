"""Optimizers, decays, moving averages, slots and the small helpers of training loops."""

import os
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf
from cases import PHRASES, case, run

PHRASES += [
    "No gradients provided", "No variables to minimize", "already exists", "does not exist", "must be", "Argument is not a", "No variables provided", "not a variable",
    "grads_and_vars", "gate_gradients", "is required", "Loss passed to", "Invalid type", "must be called", "shape", "cannot be", "not implemented", "Duplicate", "Moving average already computed",
    "The name cannot be None",
]  # fmt: skip
C = tf.constant
TR = tf.train
START = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]], np.float32)
OPTIMIZERS = {
    "sgd": lambda r=0.1, **k: TR.GradientDescentOptimizer(r, **k), "momentum": lambda r=0.1, **k: TR.MomentumOptimizer(r, 0.9, **k),
    "nesterov": lambda r=0.1, **k: TR.MomentumOptimizer(r, 0.9, use_nesterov=True, **k), "adagrad": lambda r=0.1, **k: TR.AdagradOptimizer(r, **k),
    "adam": lambda r=0.1, **k: TR.AdamOptimizer(r, **k), "adadelta": lambda r=0.1, **k: TR.AdadeltaOptimizer(r, **k), "rmsprop": lambda r=0.1, **k: TR.RMSPropOptimizer(r, **k),
    "rmsprop momentum": lambda r=0.1, **k: TR.RMSPropOptimizer(r, 0.8, 0.5, 1e-3, **k), "rmsprop centered": lambda r=0.1, **k: TR.RMSPropOptimizer(r, centered=True, **k),
    "ftrl": lambda r=0.1, **k: TR.FtrlOptimizer(r, **k), "ftrl regularized": lambda r=0.1, **k: TR.FtrlOptimizer(r, l1_regularization_strength=0.01, l2_regularization_strength=0.02, **k),
    "ftrl shrinkage": lambda r=0.1, **k: TR.FtrlOptimizer(r, l2_shrinkage_regularization_strength=0.1, learning_rate_power=-0.3, **k), "proximal sgd": lambda r=0.1, **k: TR.ProximalGradientDescentOptimizer(r, 0.01, 0.02, **k),
    "proximal adagrad": lambda r=0.1, **k: TR.ProximalAdagradOptimizer(r, 0.1, 0.01, 0.02, **k), "adagrad da": lambda r=0.1, **k: TR.AdagradDAOptimizer(r, tf.train.get_or_create_global_step(), **k),
}  # fmt: skip


def variables():
    one = tf.get_variable("one", initializer=START)
    two = tf.get_variable("two", initializer=np.array([1.0, 2.0], np.float32))
    return one, two


def trained(optimizer, sparse=False, steps=3, **how):
    """Values after some steps, with the names of everything that the optimizer adds."""
    one, two = variables()
    step = tf.train.get_or_create_global_step()
    with tf.variable_scope(how.pop("scope", ""), reuse=how.pop("reuse", None)):
        made = optimizer()
        read = tf.gather(one, [2, 0, 2]) if sparse else one
        loss = tf.reduce_sum(tf.square(read - two), name="loss")
        train = made.minimize(loss, global_step=step, **how)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(steps):
            session.run(train)
        every = tf.global_variables()
        return {"op": train.name, "kind": getattr(train, "type", "tensor"), "values": [[v.name, w] for v, w in zip(every, session.run(every))], "slots": made.get_slot_names(),
                "slot": [made.get_slot(one, n).name for n in made.get_slot_names()], "nothing": made.get_slot(one, "x"), "name": made.get_name(), "variables": [v.name for v in made.variables()],
                "trainable": [v.name for v in tf.trainable_variables()], "train_op": [o.name for o in tf.get_collection("train_op")]}  # fmt: skip


for name, make in OPTIMIZERS.items():
    for sparse in (False, True):
        tag = f"{name} sparse" if sparse else name
        case(tag, lambda m=make, s=sparse: trained(m, s))
        case(
            f"{tag} tensor rate",
            lambda m=make, s=sparse: trained(
                lambda: m(tf.train.exponential_decay(0.2, tf.train.get_global_step(), 2, 0.5)), s
            ),
        )
    case(f"{name} callable rate", lambda m=make: trained(lambda: m(lambda: 0.05)))
    case(f"{name} named", lambda m=make: trained(lambda: m(name="Mine")))
    case(f"{name} locking", lambda m=make: trained(lambda: m(use_locking=True)))
    case(f"{name} op name", lambda m=make: trained(m, **{"name": "train_it"}))
    case(f"{name} scope", lambda m=make: trained(m, scope="outer"))
    case(
        f"{name} var_list",
        lambda m=make: trained(m, var_list=[v for v in tf.trainable_variables() if v.name == "one:0"] or None),
    )
    for gate in (0, 1, 2, 3):
        case(f"{name} gate {gate}", lambda m=make, g=gate: trained(m, gate_gradients=g))
    case(f"{name} aggregation", lambda m=make: trained(m, aggregation_method=tf.AggregationMethod.ADD_N))
    case(f"{name} colocate", lambda m=make: trained(m, colocate_gradients_with_ops=True))
    case(f"{name} grad_loss", lambda m=make: trained(m, grad_loss=C(2.0)))
    case(f"{name} None rate", lambda m=make: trained(lambda: m(None)))

    def twice(make=make):
        one, two = variables()
        first, second = make(), make()
        loss = tf.reduce_sum(one * one)
        return [
            first.minimize(loss).name,
            second.minimize(loss).name,
            first.minimize(loss).name,
            [v.name for v in tf.global_variables()],
        ]

    case(f"{name} twice", twice)

    def double(make=make):
        v = tf.get_variable("v", initializer=START.astype(np.float64))
        op = make().minimize(tf.reduce_sum(v * v))
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(op)
            return session.run(tf.global_variables())

    case(f"{name} float64", double)


def one_optimizer(function):
    def inner():
        one, two = variables()
        return function(TR.GradientDescentOptimizer(0.5), one, two)

    return inner


def pairs(result):
    return [[getattr(g, "name", None) if not isinstance(g, tf.IndexedSlices) else "slices", v.name] for g, v in result]


def applied(op):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(op)
        return session.run(tf.global_variables())


G = {
    "compute": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(a * 2))),
    "compute var_list": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(a * b), var_list=[b])),
    "compute tuple": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(a * b), var_list=(b, a))),
    "compute one": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(a * b), var_list=b)),
    "compute empty": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(a * b), var_list=[])),
    "compute sparse": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(tf.gather(a, [0])))),
    "compute tensor": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(a * b), var_list=[a * 1.0])),
    "compute text": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(a), var_list=["a"])),
    "compute int loss": lambda o, a, b: pairs(o.compute_gradients(tf.cast(tf.reduce_sum(a), tf.int32))),
    "compute constant loss": lambda o, a, b: pairs(o.compute_gradients(C(1.0))),
    "compute matrix loss": lambda o, a, b: pairs(o.compute_gradients(a * a)),
    "compute callable": lambda o, a, b: pairs(o.compute_gradients(lambda: tf.reduce_sum(a))),
    "compute number": lambda o, a, b: pairs(o.compute_gradients(1.0)),
    "compute gate": lambda o, a, b: pairs(o.compute_gradients(tf.reduce_sum(a * b), gate_gradients=9)),
    "apply": lambda o, a, b: applied(o.apply_gradients([(C(START), a), (C([1.0, 1.0]), b)])),
    "apply none some": lambda o, a, b: applied(o.apply_gradients([(C(START), a), (None, b)])),
    "apply none all": lambda o, a, b: applied(o.apply_gradients([(None, a), (None, b)])),
    "apply empty": lambda o, a, b: applied(o.apply_gradients([])),
    "apply zip": lambda o, a, b: applied(o.apply_gradients(zip([C(START)], [a]))),
    "apply generator": lambda o, a, b: applied(o.apply_gradients((g, v) for g, v in [(C(START), a)])),
    "apply array": lambda o, a, b: applied(o.apply_gradients([(START, a)])),
    "apply list": lambda o, a, b: applied(o.apply_gradients([([1.0, 2.0], b)])),
    "apply slices": lambda o, a, b: applied(o.apply_gradients([(tf.IndexedSlices(C([[1.0, 1.0], [2.0, 2.0]]), C([1, 1])), a)])),
    "apply not variable": lambda o, a, b: applied(o.apply_gradients([(C(1.0), C(1.0))])),
    "apply text": lambda o, a, b: applied(o.apply_gradients([("a", a)])),
    "apply shape": lambda o, a, b: applied(o.apply_gradients([(C([1.0, 2.0, 3.0]), b)])),
    "apply type": lambda o, a, b: applied(o.apply_gradients([(C([1, 2]), b)])),
    "apply name": lambda o, a, b: o.apply_gradients([(C([1.0, 2.0]), b)], name="n").name,
    "apply step name": lambda o, a, b: o.apply_gradients([(C([1.0, 2.0]), b)], global_step=tf.train.create_global_step()).name,
    "apply step tensor": lambda o, a, b: o.apply_gradients([(C([1.0, 2.0]), b)], global_step=C(1)).name,
    "apply twice": lambda o, a, b: [o.apply_gradients([(C([1.0, 2.0]), b)]).name for _ in range(2)],
    "apply same variable": lambda o, a, b: applied(o.apply_gradients([(C([1.0, 2.0]), b), (C([1.0, 2.0]), b)])),
    "minimize nothing": lambda o, a, b: o.minimize(C(1.0)).name,
    "minimize unrelated": lambda o, a, b: o.minimize(tf.reduce_sum(C([1.0, 2.0])), var_list=[a]).name,
    "minimize no loss": lambda o, a, b: o.minimize(None).name,
    "minimize list": lambda o, a, b: applied(o.minimize([tf.reduce_sum(a), tf.reduce_sum(b)])),
    "clipped": lambda o, a, b: applied(o.apply_gradients([(tf.clip_by_norm(g, 1.0), v) for g, v in o.compute_gradients(tf.reduce_sum(a * a) + tf.reduce_sum(b))])),
    "global clipped": lambda o, a, b: (lambda gv: applied(o.apply_gradients(zip(tf.clip_by_global_norm([g for g, _ in gv], 1.0)[0], [v for _, v in gv]))))(o.compute_gradients(tf.reduce_sum(a * a) + tf.reduce_sum(b))),
    "constants": lambda o, a, b: [o.GATE_NONE, o.GATE_OP, o.GATE_GRAPH, TR.Optimizer.GATE_OP],
    "slot names": lambda o, a, b: o.get_slot_names(),
    "slot before": lambda o, a, b: [o.get_slot(a, "m"), TR.AdamOptimizer().get_slot(a, "m"), TR.AdamOptimizer().get_slot_names(), TR.AdamOptimizer().variables()],
}  # fmt: skip
for name, function in G.items():
    case(f"gradients {name}", one_optimizer(function))
case("no variables", lambda: TR.GradientDescentOptimizer(0.1).minimize(C(1.0)).name)
case(
    "frozen",
    lambda: TR.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(tf.get_variable("v", [2], trainable=False))).name,
)
case("optimizer name none", lambda: TR.Optimizer(False, None))
case("optimizer base", lambda: TR.Optimizer(False, "x").minimize(tf.reduce_sum(tf.get_variable("v", [2]))))
case("adam beta tensors", lambda: trained(lambda: TR.AdamOptimizer(0.1, C(0.8), C(0.9), C(1e-3))))
case("adam epsilon", lambda: trained(lambda: TR.AdamOptimizer(0.1, 0.8, 0.9, 0.1)))
case("adagrad zero", lambda: trained(lambda: TR.AdagradOptimizer(0.1, initial_accumulator_value=0.0)))
case("ftrl positive power", lambda: trained(lambda: TR.FtrlOptimizer(0.1, learning_rate_power=1.0)))
case("ftrl negative l1", lambda: trained(lambda: TR.FtrlOptimizer(0.1, l1_regularization_strength=-1.0)))
case("ftrl negative accumulator", lambda: trained(lambda: TR.FtrlOptimizer(0.1, initial_accumulator_value=-1.0)))
case("ftrl beta", lambda: trained(lambda: TR.FtrlOptimizer(0.1, beta=0.5)))
case("ftrl names", lambda: trained(lambda: TR.FtrlOptimizer(0.1, accum_name="acc", linear_name="lin")))
case("momentum tensor", lambda: trained(lambda: TR.MomentumOptimizer(0.1, C(0.5))))
case("momentum callable", lambda: trained(lambda: TR.MomentumOptimizer(0.1, lambda: 0.5)))


class Signs(TR.Optimizer):
    """An optimizer of the program's own."""

    def __init__(self, rate, name="Signs", use_locking=False):
        super().__init__(use_locking, name)
        self._rate = rate

    def _create_slots(self, var_list):
        for v in var_list:
            self._zeros_slot(v, "m", self._name)
            self._get_or_make_slot(v, C(np.full(v.shape.as_list(), 2.0, np.float32)), "c", self._name)
            self._get_or_make_slot_with_initializer(
                v, tf.ones_initializer(), v.shape, v.dtype.base_dtype, "i", self._name
            )

    def _prepare(self):
        self._rate_tensor = tf.convert_to_tensor(self._rate, name="rate")

    def _apply_dense(self, grad, var):
        m = self.get_slot(var, "m")
        with tf.control_dependencies([m.assign_add(tf.sign(grad))]):
            return var.assign_sub(self._rate_tensor * tf.sign(grad)).op

    def _resource_apply_dense(self, grad, handle):
        return self._apply_dense(grad, handle)

    def _resource_apply_sparse(self, grad, handle, indices):
        return tf.group(handle.scatter_sub(tf.IndexedSlices(self._rate_tensor * tf.sign(grad), indices)))

    def _finish(self, update_ops, name_scope):
        return tf.group(*update_ops, name=name_scope)


case("own optimizer", lambda: trained(lambda: Signs(0.1)))
case("own optimizer sparse", lambda: trained(lambda: Signs(0.1), sparse=True))
case("own optimizer missing", lambda: trained(lambda: type("O", (TR.Optimizer,), {})(False, "O")))


class Wrapper(TR.Optimizer):
    def __init__(self, inner):
        super().__init__(False, "Wrapper")
        self._inner = inner

    def compute_gradients(self, *arguments, **keywords):
        return [(None if g is None else g * 2, v) for g, v in self._inner.compute_gradients(*arguments, **keywords)]

    def apply_gradients(self, *arguments, **keywords):
        return self._inner.apply_gradients(*arguments, **keywords)

    def get_slot(self, *arguments):
        return self._inner.get_slot(*arguments)

    def get_slot_names(self):
        return self._inner.get_slot_names()

    def variables(self):
        return self._inner.variables()


case("wrapping optimizer", lambda: trained(lambda: Wrapper(TR.AdamOptimizer(0.1))))


class Doubled(TR.AdamOptimizer):
    def _apply_dense(self, grad, var):
        return super()._apply_dense(grad * 2, var)

    def _resource_apply_dense(self, grad, var):
        return super()._resource_apply_dense(grad * 2, var)


case("subclassed optimizer", lambda: trained(lambda: Doubled(0.1)))

DECAYS = {
    "exponential": lambda s, **k: TR.exponential_decay(0.5, s, 4, 0.9, **k), "exponential staircase": lambda s, **k: TR.exponential_decay(0.5, s, 4, 0.9, staircase=True, **k),
    "natural": lambda s, **k: TR.natural_exp_decay(0.5, s, 4, 0.9, **k), "natural staircase": lambda s, **k: TR.natural_exp_decay(0.5, s, 4, 0.9, True, **k),
    "inverse": lambda s, **k: TR.inverse_time_decay(0.5, s, 4, 0.9, **k), "inverse staircase": lambda s, **k: TR.inverse_time_decay(0.5, s, 4, 0.9, True, **k),
    "polynomial": lambda s, **k: TR.polynomial_decay(0.5, s, 4, 0.01, power=2.0, **k), "polynomial cycle": lambda s, **k: TR.polynomial_decay(0.5, s, 4, 0.01, cycle=True, **k),
    "cosine": lambda s, **k: TR.cosine_decay(0.5, s, 8, alpha=0.1, **k), "cosine restarts": lambda s, **k: TR.cosine_decay_restarts(0.5, s, 3, **k), "cosine restarts more": lambda s, **k: TR.cosine_decay_restarts(0.5, s, 3, t_mul=1.0, m_mul=0.5, alpha=0.1, **k),
    "linear cosine": lambda s, **k: TR.linear_cosine_decay(0.5, s, 8, **k), "noisy": lambda s, **k: (tf.set_random_seed(1), TR.noisy_linear_cosine_decay(0.5, s, 8, **k))[1],
    "piecewise": lambda s, **k: TR.piecewise_constant(s, [2, 5], [1.0, 0.5, 0.1], **k), "piecewise decay": lambda s, **k: TR.piecewise_constant_decay(s, [2, 5], [1.0, 0.5, 0.1], **k),
}  # fmt: skip
STEPS = {
    "variable": lambda: TR.get_or_create_global_step(),
    "int32": lambda: tf.placeholder_with_default(3, []),
    "int64": lambda: C(3, tf.int64),
    "number": lambda: 3,
    "float": lambda: C(3.0),
    "none": lambda: None,
}
for name, make in DECAYS.items():
    for kind, step in STEPS.items():

        def decayed(make=make, step=step):
            rate = make(step())
            with tf.Session() as session:
                session.run(tf.global_variables_initializer())
                return [rate.name, rate.dtype.name, session.run(rate)]

        case(f"decay {name} {kind}", decayed)

    def curve(make=make):
        step = tf.placeholder(tf.int64, [])
        rate = make(step)
        with tf.Session() as session:
            return [session.run(rate, {step: s}) for s in (0, 1, 2, 4, 5, 8, 9, 30)]

    if name != "noisy":
        case(f"decay {name} curve", curve)
    case(f"decay {name} name", lambda m=make: m(C(3), name="mine").name)
case("decay tensors", lambda: tf.Session().run(TR.exponential_decay(C(0.5), C(3), C(2), C(0.9))))
case("decay zero steps", lambda: tf.Session().run(TR.polynomial_decay(0.5, C(0), 4, cycle=True)))
case("piecewise lengths", lambda: TR.piecewise_constant(C(1), [1, 2], [1.0, 2.0]))
case("piecewise types", lambda: TR.piecewise_constant(C(1), [1.0, 2.0], [1.0, 2.0, 3.0]).name)
case("piecewise mixed", lambda: TR.piecewise_constant(C(1), [1, 2], [1.0, 2, 3.0]).name)
case("piecewise ints", lambda: tf.Session().run(TR.piecewise_constant(C(1), [1, 2], [1, 2, 3])))
case("piecewise float step", lambda: tf.Session().run(TR.piecewise_constant(C(1.5), [1.0, 2.0], [1.0, 2.0, 3.0])))


def averaged(decay=0.5, steps=3, **how):
    one, two = variables()
    average = TR.ExponentialMovingAverage(decay, **how)
    op = average.apply([one, two])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        found = []
        for _ in range(steps):
            session.run(one.assign_add(tf.ones_like(one)))
            session.run(op)
            found.append(session.run([average.average(one), average.average(two)]))
        return [op.name, average.name, average.average(one).name, average.average_name(one), sorted(average.variables_to_restore()), found,
                [v.name for v in tf.global_variables()], [v.name for v in tf.moving_average_variables()], [v.name for v in tf.trainable_variables()]]  # fmt: skip


case("average", averaged)
case("average updates", lambda: averaged(num_updates=C(2)))
case("average zero debias", lambda: averaged(zero_debias=True))
case("average named", lambda: averaged(name="mine"))
case("average tensor decay", lambda: averaged(C(0.9)))


def tensors_averaged(function):
    def inner():
        v = tf.get_variable("v", initializer=3.0)
        return function(TR.ExponentialMovingAverage(0.9), v)

    return inner


E = {
    "nothing": lambda e, v: e.apply([]), "default": lambda e, v: (e.apply(), e.average(v).name)[1], "tensor": lambda e, v: (e.apply([v * 2]), [x.name for x in tf.global_variables()], [x.name for x in tf.get_collection("moving_average_variables")])[1:],
    "tensor value": lambda e, v: (lambda t: (lambda op: (lambda s: [s.run(tf.global_variables_initializer()), s.run(op), s.run(e.average(t))][2])(tf.Session()))(e.apply([t])))(tf.multiply(C(2.0), 3.0, name="t")),
    "twice": lambda e, v: (e.apply([v]), e.apply([v]))[1].name, "unknown": lambda e, v: e.average(v), "name before": lambda e, v: e.average_name(v), "name tensor": lambda e, v: e.average_name(tf.identity(v, name="id")),
    "int": lambda e, v: e.apply([tf.get_variable("i", [], tf.int32)]), "text": lambda e, v: e.apply(["a"]), "restore": lambda e, v: {k: x.name for k, x in e.variables_to_restore().items()},
    "restore some": lambda e, v: (tf.get_variable("w", [2]), tf.get_variable("x", [2], trainable=False), {k: x.name for k, x in sorted(e.variables_to_restore([v]).items())})[2],
    "restore applied": lambda e, v: (tf.get_variable("w", [2]), e.apply([v]), {k: x.name for k, x in sorted(e.variables_to_restore().items())})[2],
    "scope": lambda e, v: (tf.variable_scope("s").__enter__(), e.apply([v]), e.average(v).name)[2], "average scope": lambda e, v: (tf.name_scope("s").__enter__(), e.apply([v]).name, e.average(v).name)[1:],
}  # fmt: skip
for name, function in E.items():
    case(f"averages {name}", tensors_averaged(function))

STEP = {
    "get none": lambda: TR.get_global_step(), "create": lambda: TR.create_global_step().name, "create twice": lambda: (TR.create_global_step(), TR.create_global_step())[1], "get or create": lambda: [TR.get_or_create_global_step().name for _ in range(2)],
    "assert": lambda: TR.assert_global_step(C(1)), "assert float": lambda: TR.assert_global_step(C(1.0)), "assert vector": lambda: TR.assert_global_step(C([1])), "assert none": lambda: TR.assert_global_step(None),
    "details": lambda: (lambda v: [v.name, v.dtype.base_dtype.name, str(v.shape), v.trainable, sorted(k for k in tf.get_default_graph().get_all_collection_keys() if tf.get_collection(k))])(TR.create_global_step()),
    "other graph": lambda: (lambda g: [TR.create_global_step(g).graph is g, TR.get_global_step(g).name, TR.get_global_step()])(tf.Graph()), "not graph": lambda: TR.create_global_step(3), "by name": lambda: (tf.get_variable("global_step", [], tf.int64), TR.get_global_step().name)[1],
    "by name wrong": lambda: (tf.get_variable("global_step", [2]), TR.get_global_step())[1], "in scope": lambda: (tf.variable_scope("a").__enter__(), TR.get_or_create_global_step().name)[1], "two in collection": lambda: ([tf.add_to_collection("global_step", tf.get_variable(n, [], tf.int64)) for n in "ab"], TR.get_global_step())[1],
    "value": lambda: (lambda v, s: [s.run(v.initializer), TR.global_step(s, v), s.run(v.assign_add(3)), TR.global_step(s, v)][1:])(TR.create_global_step(), tf.Session()),
    "own in collection": lambda: (tf.add_to_collection("global_step", tf.get_variable("mine", [], tf.int32)), TR.get_or_create_global_step().name)[1],
}  # fmt: skip
for name, function in STEP.items():
    case(f"global_step {name}", function)


def looped():
    folder = tempfile.mkdtemp()
    v = tf.get_variable("v", initializer=0.0)
    op = v.assign_add(1.0)
    calls = []
    supervisor = TR.Supervisor(logdir=folder, save_model_secs=0, save_summaries_secs=0, global_step=None)

    def train(session, *arguments, **keywords):
        calls.append([float(session.run(op)), list(arguments), keywords])
        if len(calls) == 3:
            supervisor.request_stop()

    TR.basic_train_loop(supervisor, train, args=(1, "a"), kwargs={"b": 2})
    return [calls, sorted(n.split(".")[0] for n in os.listdir(folder))]


case("basic_train_loop", looped)

if __name__ == "__main__":
    run()
