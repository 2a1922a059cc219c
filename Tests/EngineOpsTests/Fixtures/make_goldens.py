"""Makes goldens.json: what TensorFlow computes for the samples of the op table test.

First let the test write the samples, then run this with a Python that has TensorFlow 2.15:

    OP_SAMPLES_OUT=/tmp/samples.json swift test --filter OpGoldenTests
    python make_goldens.py /tmp/samples.json

Each op runs alone in a graph on the sample's values. Gradients are those of the floating point outputs, weighted with
the same fixed sequence as `OpCase.fraction` gives.
"""

import json
import math
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow.python.framework import op_def_library, op_def_registry

tf.disable_v2_behavior()

# Ops whose results are right but not unique, or that TensorFlow has no kernel for.
SKIPPED = {"Qr"}


def fraction(k: int, index: int) -> float:
    value = k * 0.6180339887498949 + index * 0.37 + 0.11
    return value - math.floor(value)


def weights(shape, index: int, dtype):
    count = int(np.prod(shape, dtype=np.int64))
    return np.array([-1 + 2 * fraction(k, index) for k in range(count)]).reshape(shape).astype(dtype)


def array(stored):
    dtype = tf.as_dtype(stored["dtype"])
    values = stored["values"]
    if dtype == tf.string:
        return np.array([str(v).encode() for v in values], dtype=object).reshape(stored["shape"])
    numbers = [float(v) if isinstance(v, str) else v for v in values]
    return np.array(numbers).astype(dtype.as_numpy_dtype).reshape(stored["shape"])


def attribute(stored):
    kind, values = stored["kind"], stored["value"]
    if kind in ("int", "bool"):
        return {"int": int, "bool": bool}[kind](values[0])
    if kind == "type":
        return tf.as_dtype(values[0])
    if kind == "types":
        return [tf.as_dtype(v) for v in values]
    if kind == "ints":
        return [int(v) for v in values]
    if kind == "shape":
        return tf.TensorShape([None if v < 0 else int(v) for v in values])
    return values if kind == "floats" else values[0]


def store(value, dtype):
    value = np.asarray(value)
    if dtype == tf.string:
        values = [v.decode("utf-8", "replace") for v in value.reshape(-1)]
    else:
        values = []
        for v in value.reshape(-1).astype(np.float64):
            values.append(float(v if abs(v) > 1e300 else f"{v:.15g}") if math.isfinite(v) else str(v).replace("-nan", "nan"))
            if isinstance(values[-1], float) and values[-1].is_integer() and abs(values[-1]) < 2**53:
                values[-1] = int(values[-1])
    return {"dtype": dtype.name, "shape": list(value.shape), "values": values}


def run(case):
    op_def = op_def_registry.get(case["op"])
    if op_def is None:
        raise LookupError("not an op of TensorFlow")
    inferred = set()
    for argument in op_def.input_arg:
        inferred |= {argument.type_attr, argument.number_attr, argument.type_list_attr}
    with tf.Graph().as_default():
        flags = list(case["constants"])
        keywords, inputs, feeds = {}, [], {}
        for name, argument, tensors in zip(case["argumentNames"], op_def.input_arg, case["arguments"]):
            made = []
            for stored in tensors:
                value = array(stored)
                if flags.pop(0):
                    made.append(tf.constant(value, dtype=stored["dtype"]))
                else:
                    made.append(tf.placeholder(stored["dtype"], stored["shape"]))
                    feeds[made[-1]] = value
            inputs += made
            keywords[name] = made if argument.number_attr or argument.type_list_attr else made[0]
        for name, stored in case["attributes"].items():
            if name not in inferred:
                keywords[name] = attribute(stored)
        for definition in op_def.attr:
            if definition.name not in inferred:
                keywords.setdefault(definition.name, None)  # None stands for the default
        outputs = op_def_library.apply_op(case["op"], **keywords)
        if isinstance(outputs, tf.Tensor):
            outputs = [outputs]
        flat = []
        for output in outputs:
            flat += list(output) if isinstance(output, (list, tuple)) else [output]
        with tf.Session() as session:
            values = session.run(flat, feeds)
            result = {
                "op": case["op"],
                "index": case["index"],
                "outputs": [store(v, t.dtype) for v, t in zip(values, flat)],
            }
            floating = [(i, t) for i, t in enumerate(flat) if t.dtype.is_floating]
            if floating:
                try:
                    grad_ys = [tf.constant(weights(values[i].shape, 7 + i, t.dtype.as_numpy_dtype)) for i, t in floating]
                    gradients = tf.gradients([t for _, t in floating], inputs, grad_ys=grad_ys)
                    kept = []
                    for gradient in gradients:
                        if gradient is None:
                            kept.append(None)
                            continue
                        dense = tf.convert_to_tensor(gradient)
                        kept.append(store(session.run(dense, feeds), dense.dtype))
                    result["gradients"] = kept
                except LookupError:
                    pass  # TensorFlow has no gradient for it.
    return result


def main():
    cases = json.loads(pathlib.Path(sys.argv[1]).read_text())
    goldens = []
    for case in cases:
        if case["op"] in SKIPPED:
            continue
        try:
            goldens.append(run(case))
        except Exception as error:  # one bad sample must not stop the rest
            print(f"{case['op']} {case['index']}: {type(error).__name__} {str(error)[:200]}", file=sys.stderr)
    lines = ",\n".join(json.dumps(golden, separators=(",", ":")) for golden in goldens)
    path = pathlib.Path(__file__).parent / "goldens.json"
    path.write_text(f"[\n{lines}\n]\n")
    print(f"{len(goldens)} cases, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
