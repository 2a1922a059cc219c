"""Trainings that stop and start again with ``exact_resume`` are the same, to the bit, as unbroken ones."""

import os
import random

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf

X = np.random.RandomState(0).rand(23, 4).astype(np.float32)
Y = (X.sum(1) > 2).astype(np.float32)
FIRST, LAST = 5, 17


def _slices():
    return tf.data.Dataset.from_tensor_slices((X, Y))


def _noise(x, y):
    return x + tf.random_normal([4], stddev=0.1), y


def _py(x, y):
    _py.calls += 1
    return x * np.float32(1 + _py.calls % 3), y


_py.calls = 0


def _with_python(x, y):
    a, b = tf.py_func(_py, [x, y], [tf.float32, tf.float32])
    a.set_shape([4])
    b.set_shape([])
    return a, b


def _generator():
    return tf.data.Dataset.from_generator(
        lambda: ((X[i % 23], Y[i % 23]) for i in range(10**6)), (tf.float32, tf.float32), ([4], [])
    )


def _files(tmp_path):
    path = str(tmp_path / "lines.txt")
    with open(path, "w") as file:
        file.writelines(f"{i}\n" for i in range(11))
    lines = tf.data.TextLineDataset(path)
    return lines.map(lambda s: (tf.cast(tf.equal(tf.fill([4], s), ["1", "4", "5", "9"]), tf.float32), 1.0))


PIPELINES = {
    "plain": lambda: _slices().repeat().batch(3),
    "shuffle": lambda: _slices().shuffle(10).repeat().batch(3),
    "shuffle small batches at the ends": lambda: _slices().shuffle(100).batch(5).repeat(),
    "shuffle the same each time": lambda: _slices().shuffle(10, reshuffle_each_iteration=False).repeat().batch(4),
    "repeat then shuffle": lambda: _slices().repeat().shuffle(40).batch(3),
    "random map": lambda: _slices().shuffle(9).repeat().map(_noise).batch(3),
    "random map ahead": lambda: _slices().map(_noise).shuffle(9).repeat().batch(3).prefetch(3),
    "two prefetches": lambda: _slices().prefetch(2).shuffle(9).map(_noise).repeat().batch(3).prefetch(1),
    "parallel map": lambda: _slices().shuffle(9).repeat().map(lambda x, y: (x * 2.0, y), 2).batch(3).prefetch(2),
    "filter": lambda: _slices().map(_noise).filter(lambda x, y: tf.reduce_sum(x) > 1.9).repeat().batch(3),
    "cache": lambda: _slices().cache().shuffle(9).repeat().batch(3),
    "cache of random values": lambda: _slices().map(_noise).cache().repeat().batch(3),
    "cache being filled": lambda: _slices().repeat(9).map(_noise).cache().repeat().batch(3),
    "flat map": lambda: (
        _slices().shuffle(9).repeat().flat_map(lambda x, y: tf.data.Dataset.from_tensors((x, y)).repeat(3)).batch(4)
    ),
    "interleave with shuffles inside": lambda: (
        tf.data.Dataset.range(6)
        .repeat()
        .interleave(lambda i: _slices().shuffle(5).skip(i).take(7).map(_noise), cycle_length=3, block_length=2)
        .batch(3)
    ),
    "zip and concatenate": lambda: (
        tf.data.Dataset.zip((_slices().shuffle(4).concatenate(_slices().shuffle(7)), tf.data.Dataset.range(100)))
        .map(lambda e, i: (e[0] + tf.cast(i, tf.float32) / 100.0, e[1]))
        .repeat()
        .batch(3)
    ),
    "shard and unbatch": lambda: _slices().shuffle(9).shard(2, 1).batch(4).unbatch().repeat().batch(3),
    "padded": lambda: _slices().shuffle(9).repeat().padded_batch(3, ([4], [])),
    "python function": lambda: _slices().shuffle(9).repeat().map(_with_python).batch(3).prefetch(2),
    "window of skip and take": lambda: _slices().skip(3).take(15).repeat().shuffle(5).batch(2),
    "windows": lambda: (
        _slices()
        .shuffle(9)
        .repeat()
        .map(_noise)
        .window(5, shift=2, stride=2)
        .flat_map(lambda x, y: tf.data.Dataset.zip((x, y)).shuffle(3).batch(2))
    ),
    "windows that lie apart": lambda: (
        _slices().repeat(30).window(3, shift=7).shuffle(4).flat_map(lambda x, y: tf.data.Dataset.zip((x, y)).batch(2))
    ),
    "scan": lambda: (
        _slices()
        .shuffle(9)
        .repeat()
        .scan(np.float32(0), lambda s, e: (0.5 * s + 0.1 * (e[1] + tf.random_uniform([])), (e[0] + s, e[1])))
        .batch(3)
    ),
    "unique": lambda: (
        tf.data.Dataset.from_tensor_slices(np.arange(400) * 7 % 160)
        .shuffle(30)
        .unique()
        .map(lambda i: (tf.gather(X, i % 23), tf.gather(Y, i % 23)))
        .batch(2)
    ),
    "groups": lambda: (
        _slices()
        .shuffle(9)
        .repeat()
        .map(_noise)
        .group_by_window(
            lambda x, y: tf.cast(x[0] * 4, tf.int64),
            lambda k, rows: rows.shuffle(3).map(_noise).batch(2),
            window_size_func=lambda k: k + 3,
        )
    ),
    "buckets": lambda: (
        _slices()
        .shuffle(9)
        .repeat()
        .bucket_by_sequence_length(lambda x, y: tf.cast(x[0] * 9, tf.int32), [3, 6], [2, 3, 4], padded_shapes=([4], []))
    ),
    "without errors": lambda: (
        _slices()
        .shuffle(9)
        .repeat()
        .map(lambda x, y: (tf.check_numerics(x / tf.floor(x[0] * 3), "x"), y))
        .ignore_errors()
        .batch(3)
    ),
    "chosen": lambda: tf.data.Dataset.choose_from_datasets(
        [_slices().shuffle(7).take(9), _slices().map(_noise), _slices().repeat().shuffle(4)],
        tf.data.Dataset.range(3).shuffle(3).repeat(),
        stop_on_empty_dataset=False,
    ).batch(3),
    "sampled": lambda: (
        tf.data.Dataset.sample_from_datasets(
            [_slices().shuffle(7).repeat(), _slices().map(_noise).repeat()], [0.4, 0.6]
        )
        .shuffle(5)
        .batch(3)
    ),
}

# What reads its input again from the beginning instead of going to a position.
REPLAYED = {"python function"}


def _model(features, labels, mode):
    dense = tf.layers.dense(features, 1, kernel_initializer=tf.ones_initializer())[:, 0]
    net = tf.nn.dropout(dense, rate=0.3)
    loss = tf.losses.mean_squared_error(labels, net)
    _, update = tf.metrics.mean(loss)  # a local variable that steers the training
    with tf.control_dependencies([update]):
        scaled = loss * (1.0 + update)
    train_op = tf.train.MomentumOptimizer(0.002, 0.9).minimize(scaled, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def _train(folder, input_fn, *ends, model=_model, seed=11, **config):
    """Trains up to each of the steps by an Estimator of its own; gives the last checkpoint's bytes."""
    for end in ends:
        settings = tf.estimator.RunConfig(str(folder), seed, exact_resume=True, **config)
        tf.estimator.Estimator(model, config=settings).train(input_fn, max_steps=end)
    return _checkpoint(folder, ends[-1])


def _checkpoint(folder, step):
    result = []
    for suffix in ("index", "data-00000-of-00001"):
        with open(os.path.join(str(folder), f"model.ckpt-{step}.{suffix}"), "rb") as file:
            result.append(file.read())
    return result


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines(tmp_path, name):
    input_fn = PIPELINES[name]
    _py.calls = 0
    whole = _train(tmp_path / "whole", input_fn, LAST)
    _py.calls = 0
    _train(tmp_path / "parts", input_fn, FIRST)
    _py.calls = 0  # as in a new process
    _train(tmp_path / "parts", input_fn, 11)
    _py.calls = 0
    parts = _train(tmp_path / "parts", input_fn, LAST)
    assert whole == parts
    kinds = {state[0] for key, state in _resources(tmp_path / "parts", LAST) if "iterator" in key}
    assert kinds == {2 if name in REPLAYED else 1}


def _resources(folder, step):
    """The (name, state) of resources in a resume file, read as its documentation says."""
    with open(_resume_file(folder, step), "rb") as file:
        body = file.read()[20:-4]
    place = 8 + 4 + 8

    def take(size):
        nonlocal place
        place += size
        return body[place - size : place]

    def number():
        return int.from_bytes(take(8), "little")

    def states():
        return [(take(number()).decode(), take(number())) for _ in range(number())]

    states()
    return states()


@pytest.mark.parametrize("random_input", [False, True])
@pytest.mark.parametrize("ends", [(FIRST, 11, LAST), (2, LAST), (9, 14, LAST)])
def test_cache_in_a_file(tmp_path, ends, random_input):
    def train(folder, *ends, lost=None):
        def input_fn():
            rows = _slices().map(_noise).shuffle(9) if random_input else _slices()
            return rows.cache(str(tmp_path / f"{folder}-cache")).repeat().batch(3)

        for index, end in enumerate(ends):
            result = _train(tmp_path / folder, input_fn, end)
            if index == 0 and lost:
                # Steps after the checkpoint that was kept: they may have completed the file.
                _train(tmp_path / folder, input_fn, lost)
                _go_back(tmp_path / folder, end)
        return result

    whole = train("whole", LAST)
    assert whole == train("parts", *ends)
    assert whole == train("lost", *ends, lost=13)
    kinds = {state[0] for key, state in _resources(tmp_path / "parts", LAST) if "iterator" in key}
    assert kinds == {1}
    assert sorted(n for n in os.listdir(tmp_path) if "-cache" in n) == [
        f"{name}-cache.cache" for name in ("lost", "parts", "whole")
    ]


def test_cache_file_that_is_gone(tmp_path, caplog):
    def input_fn():
        return _slices().cache(str(tmp_path / "cache")).repeat().batch(3)

    _train(tmp_path / "model", input_fn, 12)
    os.remove(tmp_path / "cache.cache")
    _train(tmp_path / "model", input_fn, LAST)
    found = [r.message for r in caplog.records if "could not be used in full" in r.message]
    assert len(found) == 1 and "cache.cache" in found[0]


@pytest.mark.parametrize("size", [23, 7])
def test_csv_files(tmp_path, size):
    paths = []
    for number in range(3):
        paths.append(str(tmp_path / f"{number}.csv"))
        with open(paths[-1], "w") as file:
            file.write("a,b\n")
            file.writelines(f'{i + number}.5,"{i}"\n\n' for i in range(size))

    def input_fn():
        rows = tf.data.experimental.CsvDataset(paths, [tf.float32, 0.0], header=True)
        return rows.map(lambda a, b: (tf.fill([4], a / 30), b)).shuffle(4).repeat().batch(3)

    whole = _train(tmp_path / "whole", input_fn, LAST)
    assert whole == _train(tmp_path / "parts", input_fn, 1, FIRST, 9, LAST)
    assert {state[0] for key, state in _resources(tmp_path / "parts", LAST) if "iterator" in key} == {1}


@pytest.mark.skipif(not hasattr(tf.data, "TextLineDataset"), reason="there are no datasets of files yet")
def test_files(tmp_path):
    whole = _train(tmp_path / "whole", lambda: _files(tmp_path).repeat().shuffle(4).batch(3), LAST)
    parts = _train(tmp_path / "parts", lambda: _files(tmp_path).repeat().shuffle(4).batch(3), 1, FIRST, LAST)
    assert whole == parts


def test_generator(tmp_path):
    try:
        with tf.Graph().as_default():
            _generator()
    except (NotImplementedError, ImportError):
        pytest.skip("from_generator is not offered")
    whole = _train(tmp_path / "whole", lambda: _generator().shuffle(5).batch(3), LAST)
    parts = _train(tmp_path / "parts", lambda: _generator().shuffle(5).batch(3), FIRST, LAST)
    assert whole == parts


@pytest.mark.parametrize("epochs", [None, 3])
def test_numpy_input_fn(tmp_path, epochs):
    input_fn = tf.estimator.inputs.numpy_input_fn(X, Y, batch_size=4, num_epochs=epochs, shuffle=True)
    whole = _train(tmp_path / "whole", input_fn, 14)
    assert whole == _train(tmp_path / "parts", input_fn, 2, 9, 14)


def test_initializer_in_a_hook_and_one_shot_iterators(tmp_path):
    class Start(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            session.run(self.initializer)

    def train(folder, *ends):
        for end in ends:
            hook = Start()

            def input_fn(hook=hook):
                iterator = tf.data.make_initializable_iterator(_slices().shuffle(9).repeat().batch(3))
                hook.initializer = iterator.initializer
                other = tf.data.make_one_shot_iterator(_slices().map(_noise).shuffle(9).repeat().batch(3))
                (x, y), (x2, _) = iterator.get_next(), other.get_next()
                return x + x2, y

            config = tf.estimator.RunConfig(str(folder), 3, exact_resume=True)
            tf.estimator.Estimator(_model, config=config).train(input_fn, max_steps=end, hooks=[hook])
        return _checkpoint(folder, ends[-1])

    assert train(tmp_path / "whole", LAST) == train(tmp_path / "parts", FIRST, LAST)


def test_without_seed(tmp_path):
    """Seeds that a session drew by itself are kept."""
    import shutil

    input_fn = PIPELINES["random map"]
    _train(tmp_path / "a", input_fn, FIRST, seed=None)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    assert _train(tmp_path / "a", input_fn, LAST, seed=None) == _train(tmp_path / "b", input_fn, 9, LAST, seed=None)


def test_random_operations_inside_control_flow(tmp_path):
    def model(features, labels, mode):
        def body(i, value):
            return i + 1, value + tf.random_uniform([])

        _, noise = tf.while_loop(lambda i, v: i < 3, body, [0, 0.0])
        w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
        loss = tf.square(w - noise - tf.reduce_mean(features))
        train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    whole = _train(tmp_path / "whole", PIPELINES["shuffle"], LAST, model=model)
    assert whole == _train(tmp_path / "parts", PIPELINES["shuffle"], FIRST, LAST, model=model)


def _summary_steps(folder):
    steps = []
    for name in sorted(os.listdir(folder)):
        if name.startswith("events."):
            for event in tf.train.summary_iterator(os.path.join(folder, name)):
                steps += [event.step for v in event.summary.value if v.tag == "loss"]
    return steps


def test_counters_of_hooks_go_on(tmp_path, caplog):
    config = {"save_summary_steps": 4, "log_step_count_steps": 6, "save_checkpoints_steps": 5}
    _train(tmp_path / "whole", PIPELINES["shuffle"], LAST, **config)
    whole = [r.message.split(" (")[0] for r in caplog.records if r.message.startswith("loss = ")]
    caplog.clear()
    _train(tmp_path / "parts", PIPELINES["shuffle"], 7, LAST, **config)
    parts = [r.message.split(" (")[0] for r in caplog.records if r.message.startswith("loss = ")]
    assert whole == parts
    if hasattr(tf.train, "summary_iterator"):
        assert _summary_steps(tmp_path / "whole") == _summary_steps(tmp_path / "parts")
    listing = sorted(f for f in os.listdir(tmp_path / "parts") if f.endswith(".index"))
    assert "model.ckpt-10.index" in listing, listing


class _Breaks(tf.train.SessionRunHook):
    """Ends a training in mid-air after so many steps, before anything more is saved."""

    def __init__(self, steps):
        self.left = steps

    def after_run(self, context, values):
        self.left -= 1
        if not self.left:
            raise ArithmeticError("broken off")


@pytest.mark.parametrize("steps", [1, 3, 7])
def test_checkpoints_come_at_the_same_steps(tmp_path, steps):
    settings = {"save_checkpoints_steps": 5, "keep_checkpoint_max": None}
    _train(tmp_path / "whole", PIPELINES["shuffle"], LAST, **settings)
    config = tf.estimator.RunConfig(str(tmp_path / "parts"), 11, exact_resume=True, **settings)
    with pytest.raises(ArithmeticError):
        tf.estimator.Estimator(_model, config=config).train(
            PIPELINES["shuffle"], max_steps=LAST, hooks=[_Breaks(steps)]
        )
    _train(tmp_path / "parts", PIPELINES["shuffle"], LAST, **settings)
    listings = [
        sorted(f for f in os.listdir(tmp_path / folder) if f.endswith(".index")) for folder in ("whole", "parts")
    ]
    assert listings[0] == listings[1]


def test_files_come_and_go_with_their_checkpoints(tmp_path):
    _train(tmp_path, PIPELINES["shuffle"], LAST, save_checkpoints_steps=3, keep_checkpoint_max=2)
    names = os.listdir(tmp_path)
    assert sorted(n for n in names if n.endswith(".resume")) == sorted(
        n[: -len(".index")] + ".resume" for n in names if n.endswith(".index")
    )
    assert not [n for n in names if "temp" in n]


def test_off_by_default(tmp_path):
    config = tf.estimator.RunConfig(str(tmp_path), 1)
    assert config.exact_resume is False
    assert "_exact_resume" not in vars(config)
    estimator = tf.estimator.Estimator(_model, config=config)
    estimator.train(PIPELINES["plain"], steps=1)
    assert not [n for n in os.listdir(tmp_path) if n.endswith(".resume")]
    other = config.replace(exact_resume=True)
    assert other.exact_resume is True and vars(other)["_exact_resume"] is True
    assert other.replace(exact_resume=False).exact_resume is False
    assert "_exact_resume" not in vars(other.replace(exact_resume=False))
    with pytest.raises(AttributeError):
        config.exact_resume = True


# -- Files that cannot be used


def _go_back(folder, step=FIRST):
    """Makes the first checkpoint the latest again."""
    with open(os.path.join(str(folder), "checkpoint"), "w") as file:
        file.write(f'model_checkpoint_path: "model.ckpt-{step}"\nall_model_checkpoint_paths: "model.ckpt-{step}"\n')


def _warned(caplog, text):
    found = [r.message for r in caplog.records if r.levelname == "WARNING" and "exact" in r.message]
    assert len(found) == 1 and text in found[0], found


def _resume_file(folder, step=FIRST):
    return os.path.join(str(folder), f"model.ckpt-{step}.resume")


def test_missing_file(tmp_path, caplog):
    _train(tmp_path, PIPELINES["shuffle"], FIRST)
    os.remove(_resume_file(tmp_path))
    _train(tmp_path, PIPELINES["shuffle"], LAST)
    _warned(caplog, "does not exist")


def test_changed_program(tmp_path, caplog):
    _train(tmp_path, PIPELINES["shuffle"], FIRST)
    _train(tmp_path, PIPELINES["plain"], LAST)
    _warned(caplog, "another graph")


def test_changed_data(tmp_path, caplog):
    _train(tmp_path, lambda: tf.data.Dataset.from_tensor_slices((X, Y)).repeat().batch(3), FIRST)
    _train(tmp_path, lambda: tf.data.Dataset.from_tensor_slices((X + 1, Y)).repeat().batch(3), LAST)
    _warned(caplog, "another graph")


def test_file_of_another_checkpoint(tmp_path, caplog):
    _train(tmp_path / "a", PIPELINES["shuffle"], FIRST)
    _train(tmp_path / "b", PIPELINES["shuffle"], FIRST, seed=12)
    os.replace(_resume_file(tmp_path / "b"), _resume_file(tmp_path / "a"))
    _train(tmp_path / "a", PIPELINES["shuffle"], LAST)
    _warned(caplog, "another checkpoint")


def test_damaged_files(tmp_path, caplog):
    _train(tmp_path, PIPELINES["random map ahead"], FIRST)
    with open(_resume_file(tmp_path), "rb") as file:
        good = file.read()
    rng = random.Random(1)
    damaged = [b"", good[:10], good[:-1], good + b"x", b"\0" * len(good)]
    for _ in range(20):
        at = rng.randrange(len(good))
        damaged.append(good[:at] + bytes([good[at] ^ 1 << rng.randrange(8)]) + good[at + 1 :])
    for number, content in enumerate(damaged):
        with open(_resume_file(tmp_path), "wb") as file:
            file.write(content)
        caplog.clear()
        # Nothing to train: the session starts, and saves what it has restored.
        step = FIRST + 1 + number
        _train(tmp_path, PIPELINES["random map ahead"], step, keep_checkpoint_max=None)
        _warned(caplog, "start anew")
        # Back to the checkpoint of before.
        _go_back(tmp_path)


@pytest.mark.parametrize("name", ["interleave with shuffles inside", "windows", "groups", "chosen"])
def test_hostile_states(tmp_path, name):
    """Contents that are damaged behind a right checksum: no crash, a warning at most."""
    import struct

    _train(tmp_path, PIPELINES[name], FIRST)
    with open(_resume_file(tmp_path), "rb") as file:
        good = file.read()
    body = good[20:-4]
    rng = random.Random(2)
    for _ in range(40):
        bad = bytearray(body)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(20, len(bad))
            bad[at] = rng.randrange(256)
        content = good[:20] + bytes(bad) + struct.pack("<I", _masked_crc32c(bytes(bad)))
        with open(_resume_file(tmp_path), "wb") as file:
            file.write(content)
        try:
            _train(tmp_path, PIPELINES[name], FIRST + 1)
        except (tf.errors.OpError, ValueError):
            pass
        _go_back(tmp_path)


def _masked_crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
