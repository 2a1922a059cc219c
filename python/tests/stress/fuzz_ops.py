"""Random calls of every op: wrong types, ranks, values and attributes must raise, and never end the process.

    python python/tests/stress/fuzz_ops.py                       every op, 40 cases each
    python python/tests/stress/fuzz_ops.py --ops Conv2D --cases 2000
    python python/tests/stress/fuzz_ops.py --ops Conv2D --first 17 --cases 1 --show

Cases are numbered and made from (op, number) alone, so a number reproduces a case.
"""

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import zlib

SECONDS_PER_CASE = 20
MEMORY = 6 << 30

# Whose static shape is the program's word, which a run does not check (nor does TensorFlow).
UNCHECKED_SHAPES = frozenset(["PlaceholderWithDefault"])

# What random calls must not do: these write files by the names that they get.
HARMFUL = frozenset(["WriteFile", "DatasetToTFRecord"])

STRINGS = [
    *(
        b"",
        b"SAME",
        b"VALID",
        b"EXPLICIT",
        b"NHWC",
        b"NCHW",
        b"REFLECT",
        b"SYMMETRIC",
        b"ij,jk->ik",
        b"...i->i",
        b"i->",
    ),
    *(b"a,b", b"1.5", b"x" * 300, b"\xff\xfe", b"%s", b"ii,jj->ij", b"SAME_UPPER", b"->", b","),
]
INTEGERS = [0, 1, 2, 3, -1, -2, 4, 7, -7, 100, 2**31 - 1, -(2**31), 2**31, 2**40, 10**15, 2**62, 2**63 - 1, -(2**63)]
VAST = [2**31, 2**32 + 1, 2**40, 2**61, 2**62, 2**63 - 1]
SMALL = [0, 1, 1, 2, 2, 3, 4, -1]


def _shape(rng, rank=None, largest=4):
    rank = rng.choice([0, 1, 1, 2, 2, 3, 4, 4, 5]) if rank is None else rank
    return [
        rng.choice([0, 1, 1, 2, 3, largest]) if rng.random() < 0.6 else rng.randint(1, largest) for _ in range(rank)
    ]


def _integer(rng):
    return rng.choice(SMALL) if rng.random() < 0.75 else rng.choice(INTEGERS)


def _array(rng, np, dtype, shape):
    """Values of a NumPy type: mostly small, some extreme."""
    count = int(np.prod(shape, dtype=np.int64))
    if dtype is object:
        return np.array([rng.choice(STRINGS) for _ in range(count)], dtype=object).reshape(shape)
    if dtype is bool:
        return np.array([rng.random() < 0.5 for _ in range(count)], dtype=bool).reshape(shape)
    if np.issubdtype(dtype, np.integer):
        information = np.iinfo(dtype)
        wild = rng.random() < 0.3
        values = [_integer(rng) if wild else rng.choice(SMALL) for _ in range(count)]
        return np.array([min(max(v, information.min), information.max) for v in values], dtype=dtype).reshape(shape)
    wild = rng.random() < 0.3
    extreme = [float("nan"), float("inf"), -float("inf"), 1e30, -1e30, 1e300, 1e-300, -0.0]
    values = [rng.choice(extreme) if wild and rng.random() < 0.3 else rng.uniform(-3, 3) for _ in range(count)]
    with np.errstate(all="ignore"):
        return np.array(values).astype(dtype).reshape(shape)


def _attribute(rng, tf, name, kind, default, types):
    """A value of an attribute: mostly one that may be right."""
    if rng.random() < 0.8:
        if name == "padding":
            return rng.choice([b"SAME", b"VALID"])
        if name in ("strides", "ksize", "dilations", "ksizes", "rates"):
            return rng.choice([[1, 1, 1, 1], [1, 1, 1, 1], [1, 2, 2, 1], [1, 2, 1, 1], [1, 3, 3, 1]])
        if name == "mode":
            return rng.choice([b"REFLECT", b"SYMMETRIC"])
    if default is not None and rng.random() < 0.6:
        return default
    if kind == "type":
        return rng.choice(types)
    if kind == "int":
        return _integer(rng)
    if kind == "float":
        return rng.choice([0.0, 1.0, -1.0, 0.5, float("nan"), float("inf"), 1e30])
    if kind == "bool":
        return rng.random() < 0.5
    if kind == "string":
        return rng.choice(STRINGS)
    if kind == "shape":
        return tf.TensorShape(rng.choice([None, [], [None], [2, None], [2, 3], [0], [1, 2, 2, 1]]))
    if kind == "list(int)":
        return [_integer(rng) if rng.random() < 0.5 else 1 for _ in range(rng.choice([0, 1, 2, 3, 4, 4, 4, 5, 8]))]
    if kind == "list(type)":
        return [rng.choice(types) for _ in range(rng.choice([0, 1, 2, 3]))]
    if kind == "list(shape)":
        return [tf.TensorShape(rng.choice([None, [], [None], [2, 3]])) for _ in range(rng.choice([0, 1, 2, 3]))]
    if kind == "list(string)":
        return [rng.choice(STRINGS) for _ in range(rng.choice([0, 1, 2]))]
    if kind == "list(float)":
        return [rng.uniform(-1, 1) for _ in range(rng.choice([0, 1, 2]))]
    if kind == "list(bool)":
        return [rng.random() < 0.5 for _ in range(rng.choice([0, 1, 2]))]
    return None


class _Case:
    """One random call."""

    def __init__(self, tf, np, op, number):
        self.tf, self.np, self.op = tf, np, op
        self.rng = random.Random(zlib.crc32(op.encode()) * 1_000_003 + number)
        # Some cases only build: tensors whose static sizes nobody could hold.
        self.is_vast = self.rng.random() < 0.25
        self.feeds = {}
        self.initializers = []
        self.lines = []
        windowed = any(
            word in op for word in ("Conv", "Pool", "LRN", "BatchNorm", "Space", "Depth", "Image", "Patches")
        )
        self.base = _shape(self.rng, 4 if windowed and self.rng.random() < 0.9 else None, 6 if windowed else 4)

    def tensor(self, dtype):
        """A constant, or a placeholder that may not know its shape."""
        tf, np, rng = self.tf, self.np, self.rng
        dtype = tf.as_dtype(dtype)
        if dtype.name == "resource":
            return self.resource()
        if dtype.name == "variant":
            return self.dataset()
        target = object if dtype == tf.string else dtype.as_numpy_dtype
        if dtype in (tf.complex64, tf.complex128):
            value = np.ones(_shape(rng), target)
        elif dtype.name == "bfloat16":
            value = np.ones(_shape(rng), np.float32)
        elif dtype.is_integer and rng.random() < 0.5:
            value = _array(rng, np, target, _shape(rng, rng.choice([0, 1, 1, 2])))
        else:
            shape = self.base
            if rng.random() < 0.35:
                shape = _shape(rng, len(self.base) if rng.random() < 0.5 else None)
            elif rng.random() < 0.3:
                shape = shape[-1:] if rng.random() < 0.5 else shape[:-1]
            value = _array(rng, np, target, shape)
        choice = rng.random()
        if self.is_vast and choice >= 0.25:
            shape = [rng.choice([d, d, None, *VAST]) for d in value.shape]
            self.lines.append(f"{dtype.name}{shape}")
            return tf.placeholder(dtype, shape)
        self.lines.append(f"{dtype.name}{list(value.shape)} {value.tolist()!r:.300}")
        if choice < 0.35:
            return tf.constant(value, dtype=dtype)
        known = [None, list(value.shape), [d if rng.random() < 0.5 else None for d in value.shape]][rng.randint(0, 2)]
        placeholder = tf.placeholder(dtype, known)
        self.feeds[placeholder] = value
        return placeholder

    def resource(self):
        """A handle on a variable, on nothing, or on an iterator."""
        tf, rng = self.tf, self.rng
        from swiftestimator._framework.op_call import apply

        choice = rng.random()
        if choice < 0.7:
            dtype = rng.choice([tf.float32, tf.float32, tf.float32, tf.float64, tf.int64, tf.int32])
            shape = self.base if rng.random() < 0.7 else _shape(rng)
            variable = tf.get_variable(
                f"v{len(self.initializers)}", shape, dtype, tf.zeros_initializer(), use_resource=True
            )
            self.initializers.append(variable.initializer)
            self.lines.append(f"variable {dtype.name}{shape}")
            return variable.handle
        if choice < 0.85:
            self.lines.append("uninitialized variable")
            return apply("VarHandleOp", [], {"dtype": tf.float32, "shape": tf.TensorShape([2])})
        self.lines.append("iterator")
        return tf.data.make_initializable_iterator(tf.data.Dataset.range(3))._resource

    def dataset(self):
        tf, rng = self.tf, self.rng
        data = tf.data.Dataset.range(rng.choice([0, 1, 5]))
        if rng.random() < 0.3:
            data = tf.data.Dataset.from_tensor_slices(self.np.zeros((3, 2), self.np.float32))
        elif rng.random() < 0.3:
            data = data.map(lambda x: tf.one_hot(x, 3))
        self.lines.append("dataset")
        return data._variant

    def build(self):
        from swiftestimator._border import function
        from swiftestimator._framework.op_call import apply

        tf, rng = self.tf, self.rng
        facts = function("op.signature")(self.op)
        common = [tf.float32, tf.float32, tf.float32, tf.float64, tf.int32, tf.int64, tf.string, tf.bool]
        rare = [tf.int8, tf.uint8, tf.int16, tf.uint16, tf.uint32, tf.uint64, tf.float16, tf.bfloat16, tf.complex64]
        attributes, chosen = {}, {}
        for name, kind, default, allowed in facts["attributes"]:
            types = common if rng.random() < 0.8 else rare
            if kind == "type":
                if allowed is not None and rng.random() < 0.95:
                    fitting = [t for t in types if t._type_enum in allowed]
                    types = fitting or [tf.as_dtype(a) for a in allowed]
                chosen[name] = tf.as_dtype(rng.choice(types))
            elif kind == "func":
                continue
            else:
                value = _attribute(rng, tf, name, kind, default, common)
                if value is not None and not (default is not None and rng.random() < 0.3):
                    attributes[name] = value
        inputs = []
        for _, arity, type_attribute, fixed, count in facts["inputs"]:
            dtype = fixed if fixed is not None else chosen.get(type_attribute, tf.float32)
            if arity == "single":
                inputs.append(self.tensor(dtype))
                continue
            number = rng.choice([0, 1, 2, 3])
            if arity == "list":
                types = [rng.choice(common) for _ in range(number)]
                attributes.pop(type_attribute, None)
                inputs.append([self.tensor(t) for t in types])
            else:
                attributes.pop(count, None)
                inputs.append([self.tensor(dtype) for _ in range(number)])
        used = {a[2] for a in facts["inputs"] if a[2] is not None}
        attributes.update({k: v for k, v in chosen.items() if k not in used})
        self.lines.append(repr(attributes))
        return apply(self.op, inputs, attributes)


def _expected(tf):
    return (tf.errors.OpError, TypeError, ValueError, NotImplementedError, RuntimeError, OverflowError, KeyError)


def run_cases(op, first, last, show=False):
    """Runs cases in this process; says which it is at before each."""
    import numpy as np
    import swiftestimator.compat.v1 as tf

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    expected = _expected(tf)
    outcomes = {"ran": 0, "refused": 0, "failed": 0}
    os.write(1, f"op {op}\n".encode())
    for number in range(first, last):
        os.write(1, f"at {number}\n".encode())
        signal.alarm(SECONDS_PER_CASE)
        case = _Case(tf, np, op, number)
        with tf.Graph().as_default(), tf.Session() as session:
            try:
                result = case.build()
            except expected as error:
                outcomes["refused"] += 1
                if isinstance(error, tf.errors.InternalError):
                    os.write(1, f"internal {number}: {error}\n".encode())
                if show:
                    print(*case.lines, f"refused: {type(error).__name__}: {error}", sep="\n", flush=True)
                continue
            if show:
                print(*case.lines, "built", sep="\n", flush=True)
            if case.is_vast:
                continue
            try:
                if case.initializers:
                    session.run(case.initializers)
                outputs = result if isinstance(result, list) else [result]
                fetched = [o for o in outputs if getattr(o, "dtype", None) not in (tf.variant, tf.resource)]
                unfetched = [o.op for o in outputs if getattr(o, "dtype", None) in (tf.variant, tf.resource)]
                values = session.run([fetched, unfetched], case.feeds)[0]
                for tensor, value in zip(fetched, values):
                    if (
                        value is not None
                        and op not in UNCHECKED_SHAPES
                        and not tensor.shape.is_compatible_with(np.shape(value))
                    ):
                        os.write(1, f"shape {number}: inferred {tensor.shape}, is {np.shape(value)}\n".encode())
                outcomes["ran"] += 1
            except expected as error:
                outcomes["failed"] += 1
                if isinstance(error, tf.errors.InternalError):
                    os.write(1, f"internal {number}: {str(error).splitlines()[0]}\n".encode())
                if show:
                    print(f"{type(error).__name__}: {error}", flush=True)
    signal.alarm(0)
    os.write(1, f"outcomes {outcomes}\n".encode())


def _reason(text):
    """The failure's line, and the place in the engine, of what a dying process wrote."""
    lines = text.strip().splitlines()
    failures = [t.strip() for t in lines if "Fatal error" in t or "Error:" in t] or lines[-1:] or [""]
    places = [t.rpartition("/Sources/")[2] for t in lines if "/Sources/" in t and " at " in t]
    return " at ".join([failures[0], *places[:1]])


def fuzz(op, first, cases):
    """Runs cases of one op in subprocesses; gives the list of ``(number, how it went wrong)``."""
    problems = []
    last = first + cases
    while first < last:
        command = [
            sys.executable,
            __file__,
            "--worker",
            "--ops",
            op,
            "--first",
            str(first),
            "--cases",
            str(last - first),
        ]
        environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        process = subprocess.run(command, capture_output=True, env=environment, check=False)
        lines = process.stdout.decode(errors="replace").splitlines()
        for line in lines:
            if line.startswith(("internal ", "shape ")):
                problems.append((int(line.split()[1].rstrip(":")), line))
        if process.returncode == 0:
            break
        reached = [int(line.split()[1]) for line in lines if line.startswith("at ")]
        at = reached[-1] if reached else first
        problems.append((at, f"exit {process.returncode}: {_reason(process.stderr.decode(errors='replace'))}"))
        first = at + 1
    return problems


def fuzz_several(ops, first, cases):
    """Runs cases of many ops in one process, and those of an op that fails there by themselves."""
    command = [sys.executable, __file__, "--worker", "--first", str(first), "--cases", str(cases), "--ops", *ops]
    process = subprocess.run(command, capture_output=True, check=False)
    lines = process.stdout.decode(errors="replace").splitlines()
    begun = [line[3:] for line in lines if line.startswith("op ")]
    problems = []
    op = ""
    for line in lines:
        if line.startswith("op "):
            op = line[3:]
        elif line.startswith(("internal ", "shape ")):
            problems.append((op, int(line.split()[1].rstrip(":")), line))
    if process.returncode != 0:
        last = begun[-1] if begun else ops[0]
        problems += [(last, *problem) for problem in fuzz(last, first, cases)]
        rest = ops[ops.index(last) + 1 :]
        problems += fuzz_several(rest, first, cases) if rest else []
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ops", nargs="*", help="default: every op")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--show", action="store_true", help="run in this process and print the cases")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker or options.show:
        for op in options.ops:
            run_cases(op, options.first, options.first + options.cases, options.show)
        return
    from swiftestimator._framework.op_call import op_names

    found = 0
    ops = options.ops or sorted(set(op_names()) - HARMFUL)
    for start in range(0, len(ops), 20):
        for op, number, problem in fuzz_several(ops[start : start + 20], options.first, options.cases):
            found += 1
            print(f"{op} {number}: {problem}", flush=True)
    print(f"{found} problems")
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
