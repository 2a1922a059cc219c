"""Which of TensorFlow's APIs a program was written for."""

import ast

__all__ = ["api_version"]

# Names at the root of TensorFlow 1 that TensorFlow 2 dropped.
_V1_ROOT = frozenset(
    "placeholder Session InteractiveSession ConfigProto layers contrib app flags logging get_variable variable_scope "
    "global_variables_initializer trainable_variables get_collection GraphKeys decode_csv parse_example losses metrics "
    "FixedLenFeature VarLenFeature set_random_seed log truncated_normal random_normal random_uniform to_float to_int32 "
    "to_int64 reset_default_graph get_default_graph python_io gfile train_and_evaluate summary_op assign_add".split()
) - {"losses", "metrics"}  # these two exist in both, with other contents
_V1_TRAIN = frozenset(
    "AdamOptimizer AdagradOptimizer GradientDescentOptimizer MomentumOptimizer RMSPropOptimizer FtrlOptimizer Saver "
    "get_global_step get_or_create_global_step SessionRunHook LoggingTensorHook exponential_decay "
    "MonitoredTrainingSession".split()
)


def api_version(path):
    """1 or 2: what the bare name ``tensorflow`` means to the program in the file ``path``.

    A program that uses ``tf.compat.v1`` imports it by that name, so only names right under ``tensorflow`` count.
    """
    with open(path, encoding="utf-8", errors="replace") as file:
        try:
            tree = ast.parse(file.read())
        except SyntaxError:
            return 1  # Python 2 programs are of that age; running it reports the error itself
    aliases = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "tensorflow":
                    aliases.add(alias.asname or "tensorflow")
                elif alias.name.startswith("tensorflow.contrib"):
                    return 1
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tensorflow.contrib"):
            return 1
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        base = node.value
        if isinstance(base, ast.Name) and base.id in aliases and node.attr in _V1_ROOT:
            return 1
        if (
            isinstance(base, ast.Attribute)
            and isinstance(base.value, ast.Name)
            and base.value.id in aliases
            and base.attr == "train"
            and node.attr in _V1_TRAIN
        ):
            return 1
    return 2
