"""What export outputs, receivers, signatures and SavedModels refuse or give, case by case.

Run by test_export.py without TensorFlow, and by oracle/test_exports.py with it, which shows that the expectations are
TensorFlow's. A case expects (exception, phrase of its message) or a value.
"""

import json
import logging
import os
import re
import sys
import tempfile

import tensorflow.compat.v1 as tf

export, sm = tf.estimator.export, tf.saved_model
Classify, Regress, Predict = export.ClassificationOutput, export.RegressionOutput, export.PredictOutput
Receiver, TensorReceiver = export.ServingInputReceiver, export.TensorServingInputReceiver
CASES = {}
LOG = []
FOLDER = tempfile.mkdtemp()


class Recorder(logging.Handler):
    def emit(self, record):
        LOG.append(record.getMessage())


def expect(name, expected, function):
    assert name not in CASES, name
    CASES[name] = (expected, function)


def wrong(name, phrase, function, exception="ValueError"):
    expect(name, (exception, phrase), function)


def floats(dtype=tf.float32, shape=(None,), name=None):
    return tf.placeholder(dtype, shape, name=name)


def strings():
    return tf.placeholder(tf.string, [None], name="ex")


def variable():
    return tf.get_variable("v", [2], initializer=tf.ones_initializer())


def info(tensor_info):
    """A TensorInfo as a list."""
    shape = tensor_info.tensor_shape
    dims = None if shape.unknown_rank else [d.size for d in shape.dim]
    if tensor_info.WhichOneof("encoding") == "coo_sparse":
        names = tensor_info.coo_sparse
        name = [names.values_tensor_name, names.indices_tensor_name, names.dense_shape_tensor_name]
    else:
        name = tensor_info.name
    return [name, tensor_info.dtype, dims]


def signature(definition):
    return [
        definition.method_name, {k: info(v) for k, v in sorted(definition.inputs.items())},
        {k: info(v) for k, v in sorted(definition.outputs.items())},
    ]  # fmt: skip


def shown(tensors):
    return {
        k: [t.name, t.dtype.name, t.shape.as_list() if t.shape.rank is not None else None] for k, t in tensors.items()
    }


# Export outputs

wrong("classification_empty", "Cannot create a ClassificationOutput with empty", lambda: Classify())
wrong("classification_int", "Classification scores must be a float32 Tensor", lambda: Classify(tf.constant([1])))
wrong("classification_list", "Classification scores must be a float32 Tensor", lambda: Classify([1.0]))
wrong("classification_variable", "Classification scores must be a float32 Tensor", lambda: Classify(variable()))
wrong("classification_classes", "Classification classes must be a string Tensor", lambda: Classify(classes=floats()))
expect("classification_half", "float16", lambda: Classify(floats(tf.float16)).scores.dtype.name)
wrong("regression_int", "Regression output value must be a float32 Tensor", lambda: Regress(tf.constant([1])))
wrong("regression_none", "Regression output value must be a float32 Tensor", lambda: Regress(None))
wrong("regression_number", "Regression output value must be a float32 Tensor", lambda: Regress(3.0))
wrong("predict_int_key", "Prediction output key must be a string; got 1", lambda: Predict({1: floats()}))
wrong("predict_number", "Prediction output value must be a Tensor; got 1.0", lambda: Predict({"a": 1.0}))
wrong("predict_list", "Prediction output value must be a Tensor", lambda: Predict([floats()]))
wrong("predict_none", "Prediction output value must be a Tensor; got None", lambda: Predict(None))
wrong("predict_variable", "Prediction output value must be a Tensor", lambda: Predict({"a": variable()}))
wrong("predict_sparse", "output value must be a Tensor", lambda: Predict({"a": tf.sparse_placeholder(tf.float32)}))
expect("predict_empty", {}, lambda: Predict({}).outputs)
expect("predict_tuple_key", ["a/b"], lambda: list(Predict({("a", "b"): floats()}).outputs))
expect("predict_tensor", ["output"], lambda: list(Predict(floats()).outputs))
expect("classification_none", [None, None], lambda: [Classify(floats()).classes, Classify(classes=strings()).scores])

# Signatures of outputs

SINGLE = "signatures can only accept a single tensor input of type tf.string"
wrong(
    "sign_two",
    "Classification " + SINGLE,
    lambda: Classify(floats()).as_signature_def({"a": strings(), "b": strings()}),
)
wrong("sign_float", "Classification " + SINGLE, lambda: Classify(floats()).as_signature_def({"a": floats()}))
wrong("sign_regression", "Regression " + SINGLE, lambda: Regress(floats()).as_signature_def({"a": floats()}))
wrong("sign_double", "Classification scores must be a float Tensor",
      lambda: Classify(floats(tf.float64)).as_signature_def({"a": strings()}))  # fmt: skip
wrong("sign_regression_double", "Regression output tensors must be of type float",
      lambda: Regress(floats(tf.float64)).as_signature_def({"a": strings()}))  # fmt: skip
wrong("sign_no_inputs", "Prediction `inputs` cannot be None or empty", lambda: Predict(floats()).as_signature_def({}))
wrong("sign_no_outputs", "Prediction `outputs` cannot be None", lambda: Predict({}).as_signature_def({"a": strings()}))
expect("sign_classification",
       ["tensorflow/serving/classify", {"inputs": ["ex:0", 7, [-1]]},
        {"classes": ["Placeholder_1:0", 7, [-1]], "scores": ["Placeholder:0", 1, [-1, 3]]}],
       lambda: signature(Classify(floats(shape=[None, 3]), floats(tf.string)).as_signature_def({"a": strings()})))  # fmt: skip
expect("sign_regression_ok",
       ["tensorflow/serving/regress", {"inputs": ["ex:0", 7, [-1]]}, {"outputs": ["Placeholder:0", 1, [-1]]}],
       lambda: signature(Regress(floats()).as_signature_def({"a": strings()})))  # fmt: skip
expect("sign_predict",
       ["tensorflow/serving/predict", {"a": ["ex:0", 7, [-1]]},
        {"b": ["Placeholder_1:0", 9, [2, -1]], "c": ["Placeholder_2:0", 9, None], "x": ["Placeholder:0", 1, [-1]]}],
       lambda: signature(Predict({"x": floats(), "b": floats(tf.int64, [2, None]), "c": floats(tf.int64, None)})
                         .as_signature_def({"a": strings()})))  # fmt: skip
expect("sign_sparse", [["s/values:0", "s/indices:0", "s/shape:0"], 1, [-1, 3]],
       lambda: info(Predict(floats()).as_signature_def({"s": tf.sparse_placeholder(tf.float32, [None, 3], "s")})
                    .inputs["s"]))  # fmt: skip
expect("sign_sparse_unknown", [["s/values:0", "s/indices:0", "s/shape:0"], 1, None],
       lambda: info(Predict(floats()).as_signature_def({"s": tf.sparse_placeholder(tf.float32, name="s")})
                    .inputs["s"]))  # fmt: skip

# Receivers

wrong("receiver_none", "features must be defined", lambda: Receiver(None, floats()))
wrong("receiver_no_tensors", "receiver_tensors must be defined", lambda: Receiver({"a": floats()}, None))
wrong("receiver_key", "feature keys must be strings or ints: 1.5", lambda: Receiver({1.5: floats()}, floats()))
wrong("receiver_value", "feature a must be a Tensor, SparseTensor, or RaggedTensor",
      lambda: Receiver({"a": [1]}, floats()))  # fmt: skip
wrong("receiver_variable", "feature feature must be a Tensor", lambda: Receiver(variable(), floats()))
wrong("receiver_list", "feature feature must be a Tensor", lambda: Receiver([floats()], floats()))
wrong("receiver_tensor_key", "receiver_tensor keys must be strings: 1", lambda: Receiver(floats(), {1: floats()}))
wrong("receiver_tensor_value", "receiver_tensor a must be a Tensor", lambda: Receiver(floats(), {"a": 3}))
wrong("receiver_tensor_list", "receiver_tensor input must be a Tensor", lambda: Receiver(floats(), [floats()]))
wrong(
    "receiver_alternatives", "receiver_tensors_alternatives must be a dict", lambda: Receiver(floats(), floats(), [1])
)
wrong("receiver_alternative", "receiver_tensors_alternative input must be a Tensor",
      lambda: Receiver(floats(), floats(), {"a": 3}))  # fmt: skip
wrong("receiver_alternative_key", "receiver_tensors_alternative keys must be strings: 1",
      lambda: Receiver(floats(), floats(), {"a": {1: floats()}}))  # fmt: skip
expect("receiver_wraps", [["feature"], ["input"], None],
       lambda: (lambda r: [list(r.features), list(r.receiver_tensors), r.receiver_tensors_alternatives])(
           Receiver(floats(), floats())))  # fmt: skip
expect("receiver_wraps_alternatives", {"a": ["input"], "b": ["x"]},
       lambda: {k: list(v) for k, v in Receiver(floats(), floats(), {"a": floats(), "b": {"x": floats()}})
                .receiver_tensors_alternatives.items()})  # fmt: skip
expect("receiver_int_key", [1], lambda: list(Receiver({1: floats()}, floats()).features))
expect("receiver_empty", [{}, {}], lambda: list(Receiver({}, {})[:2]))
expect(
    "receiver_fields", ["features", "receiver_tensors", "receiver_tensors_alternatives"], lambda: list(Receiver._fields)
)
wrong("tensor_receiver_none", "features must be defined", lambda: TensorReceiver(None, floats()))
wrong("tensor_receiver_dict", "feature must be a Tensor, SparseTensor, or RaggedTensor",
      lambda: TensorReceiver({"a": floats()}, floats()))  # fmt: skip
expect("tensor_receiver", [True, ["input"]],
       lambda: (lambda r: [isinstance(r.features, tf.Tensor), list(r.receiver_tensors)])(
           TensorReceiver(floats(), floats())))  # fmt: skip

raw = export.build_raw_serving_input_receiver_fn
expect("raw", {"a": ["ones_1:0", "float32", [None, 2]], "b": ["scope/bb_1:0", "string", [None]]},
       lambda: shown(raw({"a": tf.ones([3, 2]), "b": tf.constant(["x"], name="scope/bb")})().receiver_tensors))  # fmt: skip
expect("raw_batch", {"a": ["ones_1:0", "float32", [7, 2]]}, lambda: shown(raw({"a": tf.ones([3, 2])}, 7)().features))
expect("raw_scalar", {"a": ["Const_1:0", "float32", [None]]}, lambda: shown(raw({"a": tf.constant(1.0)})().features))
expect(
    "raw_unknown", {"a": ["Placeholder_1:0", "float32", None]}, lambda: shown(raw({"a": floats(shape=None)})().features)
)
expect("raw_same", True, lambda: (lambda r: r.features is r.receiver_tensors)(raw({"a": tf.ones([3, 2])})()))
wrong("raw_number", "get_shape", lambda: raw({"a": [1.0]})(), "AttributeError")

supervised = tf.estimator.experimental.build_raw_supervised_input_receiver_fn
DISTINCT = "Features and labels must have distinct keys"
wrong("supervised_overlap", DISTINCT, lambda: supervised({"a": floats()}, {"a": floats()}))
wrong("supervised_input", DISTINCT, lambda: supervised(floats(), {"input": floats()}))
wrong("supervised_label", DISTINCT, lambda: supervised({"label": floats()}, floats()))
expect("supervised", {"a": ["f_1:0", "float32", [None, 3]], "b": ["l_1:0", "float32", [None, 1]]},
       lambda: shown(supervised({"a": tf.ones([2, 3], name="f")}, {"b": tf.ones([2, 1], name="l")})()
                     .receiver_tensors))  # fmt: skip
expect("supervised_tensors", [True, True, ["input", "label"]],
       lambda: (lambda r: [isinstance(r.features, tf.Tensor), isinstance(r.labels, tf.Tensor), list(r.receiver_tensors)])(
           supervised(tf.ones([2, 3]), tf.ones([2, 1]))()))  # fmt: skip
expect("supervised_batch", [5, 3],
       lambda: supervised({"a": tf.ones([2, 3])}, tf.ones([2, 1]), 5)().features["a"].shape.as_list())  # fmt: skip

parsing = export.build_parsing_serving_input_receiver_fn


def parsed(batch=None):
    receiver = parsing({"a": tf.FixedLenFeature([2], tf.float32), "v": tf.VarLenFeature(tf.int64)}, batch)()
    return [
        shown({"a": receiver.features["a"]}), receiver.features["v"].values.name, shown(receiver.receiver_tensors),
        tf.get_default_graph().get_operation_by_name("ParseExample/ParseExampleV2").type,
    ]  # fmt: skip


PARSED = [
    {"a": ["ParseExample/ParseExampleV2:3", "float32", [None, 2]]}, "ParseExample/ParseExampleV2:1",
    {"examples": ["input_example_tensor:0", "string", [None]]}, "ParseExampleV2",
]  # fmt: skip
expect("parsing", PARSED, parsed)
expect("parsing_batch", [3], lambda: parsed(3)[2]["examples"][2])

# Messages of tensors and signatures

expect("info_variable", ["q:0", 1, [2]], lambda: info(sm.build_tensor_info(tf.get_variable("q", [2]))))
expect("info_sparse", [["s/values:0", "s/indices:0", "s/shape:0"], 1, [2, 3]],
       lambda: info(sm.utils.build_tensor_info(tf.sparse_placeholder(tf.float32, [2, 3], "s"))))  # fmt: skip
wrong("info_number", "dtype", lambda: sm.build_tensor_info(3), "AttributeError")
expect("tensor_of_info", "zz:0", lambda: sm.get_tensor_from_tensor_info(sm.build_tensor_info(floats(name="zz"))).name)
expect("tensor_of_sparse_info", "s/indices:0",
       lambda: sm.get_tensor_from_tensor_info(sm.build_tensor_info(tf.sparse_placeholder(tf.float32, [2], "s")))
       .indices.name)  # fmt: skip
wrong("tensor_of_scope", "a/zz:0.* refers to a Tensor which does not exist",
      lambda: sm.get_tensor_from_tensor_info(sm.build_tensor_info(floats(name="zz")), import_scope="a"), "KeyError")  # fmt: skip
wrong("tensor_of_nothing", "Invalid TensorInfo.encoding",
      lambda: sm.get_tensor_from_tensor_info(type(sm.build_tensor_info(floats()))()))  # fmt: skip

defs = sm.signature_def_utils
wrong("classify_none", "Classification `examples` cannot be None",
      lambda: defs.classification_signature_def(None, None, None))  # fmt: skip
wrong("classify_no_outputs", "`classes` and `scores` cannot both be None",
      lambda: defs.classification_signature_def(strings(), None, None))  # fmt: skip
wrong("classify_floats", "Classification input tensors must be of type string",
      lambda: defs.classification_signature_def(floats(), None, floats()))  # fmt: skip
wrong("classify_text", "Classification `examples` must be a string Tensor",
      lambda: defs.classification_signature_def("a", None, floats()))  # fmt: skip
wrong("classify_classes", "Classification classes must be of type string Tensor",
      lambda: defs.classification_signature_def(strings(), floats(), None))  # fmt: skip
wrong("classify_scores", "Classification scores must be a float Tensor",
      lambda: defs.classification_signature_def(strings(), None, floats(tf.int32)))  # fmt: skip
wrong("regress_none", "Regression `examples` cannot be None", lambda: defs.regression_signature_def(None, None))
wrong("regress_no_output", "Regression `predictions` cannot be None",
      lambda: defs.regression_signature_def(strings(), None))  # fmt: skip
wrong("regress_floats", "Regression input tensors must be of type string",
      lambda: defs.regression_signature_def(floats(), floats()))  # fmt: skip
wrong("regress_ints", "Regression output tensors must be of type float",
      lambda: defs.regression_signature_def(strings(), floats(tf.int32)))  # fmt: skip
wrong("regress_text", "Expected regression `examples` to be of type Tensor",
      lambda: defs.regression_signature_def("a", floats()))  # fmt: skip
wrong(
    "predict_no_inputs", "Prediction `inputs` cannot be None or empty", lambda: defs.predict_signature_def(None, None)
)
wrong("predict_no_outputs", "Prediction `outputs` cannot be None or empty",
      lambda: defs.predict_signature_def({"a": floats()}, {}))  # fmt: skip
valid = defs.is_valid_signature


def made(method, input_dtype, outputs):
    return defs.build_signature_def(
        {"inputs": sm.build_tensor_info(floats(input_dtype))},
        {name: sm.build_tensor_info(floats(dtype)) for name, dtype in outputs.items()}, method,
    )  # fmt: skip


expect("valid_none", False, lambda: valid(None))
expect("valid_predict", True, lambda: valid(defs.predict_signature_def({"a": floats()}, {"b": floats()})))
expect("valid_predict_empty", False, lambda: valid(made(sm.PREDICT_METHOD_NAME, tf.string, {})))
expect("valid_classify", True, lambda: valid(made(sm.CLASSIFY_METHOD_NAME, tf.string, {"scores": tf.float32})))
expect("valid_classify_floats", False, lambda: valid(made(sm.CLASSIFY_METHOD_NAME, tf.float32, {"scores": tf.float32})))
expect("valid_classify_more", False,
       lambda: valid(made(sm.CLASSIFY_METHOD_NAME, tf.string, {"scores": tf.float32, "z": tf.float32})))  # fmt: skip
expect("valid_regress", True, lambda: valid(made(sm.REGRESS_METHOD_NAME, tf.string, {"outputs": tf.float32})))
expect("valid_other", False, lambda: valid(made("other", tf.string, {"outputs": tf.float32})))

# The builder


def new_folder():
    return os.path.join(tempfile.mkdtemp(dir=FOLDER), "model")


def files(folder):
    return sorted(os.path.relpath(os.path.join(r, f), folder) for r, _, names in os.walk(folder) for f in names)


def build(as_text=False, **options):
    variable()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        folder = new_folder()
        builder = sm.builder.SavedModelBuilder(folder)
        builder.add_meta_graph_and_variables(session, ["a", "b"], **options)
        path = builder.save(as_text)
    return [os.path.relpath(path.decode(), folder), *files(folder)]


VARIABLES = ["variables/variables.data-00000-of-00001", "variables/variables.index"]
expect("build", ["saved_model.pb", "saved_model.pb", *VARIABLES], build)
expect("build_text", ["saved_model.pbtxt", "saved_model.pbtxt", *VARIABLES], lambda: build(True))


def not_empty():
    folder = new_folder()
    os.makedirs(folder)
    with open(os.path.join(folder, "x"), "w"):
        pass
    sm.Builder(folder)


def empty():
    folder = new_folder()
    os.makedirs(folder)
    sm.Builder(folder)
    return True


def graph_first():
    sm.Builder(new_folder()).add_meta_graph(["a"])


def variables_twice():
    variable()
    builder = sm.Builder(new_folder())
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        builder.add_meta_graph_and_variables(session, ["a"])
        builder.add_meta_graph_and_variables(session, ["a"])


def without_variables():
    tf.constant(1)
    folder = new_folder()
    builder = sm.Builder(folder)
    with tf.Session() as session:
        builder.add_meta_graph_and_variables(session, ["a"])
    builder.save()
    return files(folder)


def asset_files():
    folder = new_folder()
    os.makedirs(os.path.join(folder, "b"))
    paths = [os.path.join(folder, name) for name in ("f.txt", "b/f.txt", "f.txt", "missing.txt")]
    for path in paths[:2]:
        with open(path, "w") as file:
            file.write(path)
    return build(assets_collection=[tf.constant(path) for path in paths])


def with_dtype_missing():
    given = sm.build_tensor_info(floats())
    given.dtype = 0
    return build(signature_def_map={"a": sm.build_signature_def({"x": given}, {}, "m")})


def with_collection(name, **options):
    tf.add_to_collection(name, tf.no_op())
    build(**options)


wrong("builder_not_empty", "already exists, and isn't empty", not_empty, "AssertionError")
expect("builder_empty", True, empty)
wrong("builder_graph_first", "has not been saved yet", graph_first, "AssertionError")
wrong("builder_twice", "has already been saved", variables_twice, "AssertionError")
expect("builder_no_variables", ["saved_model.pb"], without_variables)
expect("builder_unused", True, lambda: sm.Builder(new_folder()).save().endswith(b"saved_model.pb"))
wrong("builder_signature", "inputs", lambda: build(signature_def_map={"a": 3}), "AttributeError")
wrong("builder_no_name", "must have one of the 'encoding' fields",
      lambda: build(signature_def_map={"a": sm.build_signature_def({"x": type(sm.build_tensor_info(floats()))()}, {}, "")}),
      "AssertionError")  # fmt: skip
wrong("builder_no_dtype", "must have the dtype field set", with_dtype_missing, "AssertionError")
for reserved in ("__saved_model_init_op", "__saved_model_train_op"):
    wrong(f"builder{reserved}", f"{reserved}.* is reserved for",
          lambda reserved=reserved: build(signature_def_map={reserved: sm.build_signature_def()}), "KeyError")  # fmt: skip
wrong("builder_main_op", "Expected 3 to be an Operation", lambda: build(main_op=3), "TypeError")
wrong("builder_legacy_op", "Expected 3 to be an Operation", lambda: build(legacy_init_op=3), "TypeError")
wrong("builder_main_op_twice", "Graph already contains one or more main ops under the collection saved_model_main_op",
      lambda: with_collection("saved_model_main_op", main_op=tf.no_op()))  # fmt: skip
wrong("builder_legacy_twice", "Graph already contains one or more main ops under the collection legacy_init_op",
      lambda: with_collection("legacy_init_op", legacy_init_op=tf.no_op()))  # fmt: skip
wrong("builder_asset_text", "must be a Tensor", lambda: build(assets_collection=["x"]), "TypeError")
wrong("builder_asset_fed", "must be of type constant", lambda: build(assets_collection=[strings()]), "TypeError")
wrong(
    "builder_asset_float", "must be of dtype string", lambda: build(assets_collection=[tf.constant(1.0)]), "TypeError"
)
wrong(
    "builder_asset_vector", "must be a scalar", lambda: build(assets_collection=[tf.constant(["a", "b"])]), "TypeError"
)
wrong("builder_asset_empty", "is invalid", lambda: build(assets_collection=[tf.constant("")]))
expect(
    "builder_assets", ["saved_model.pb", "assets/f.txt", "assets/f.txt_1", "saved_model.pb", *VARIABLES], asset_files
)
expect("main_op", "NoOp", lambda: sm.main_op.main_op().type)


def simple_save():
    v = variable()
    x = floats(name="x")
    y = tf.multiply(x[0], v, name="y")
    folder = new_folder()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        sm.simple_save(session, folder, {"x": x}, {"y": y})
    return files(folder)


expect("simple_save", ["saved_model.pb", *VARIABLES], simple_save)

# Estimators


def linear(features, labels, mode):
    x = features["x"] if isinstance(features, dict) else features
    w = tf.get_variable("w", [2, 1], initializer=tf.ones_initializer())
    y = tf.matmul(x, w)
    if mode == "infer":
        return tf.estimator.EstimatorSpec(mode, predictions={"y": y})
    loss = tf.reduce_mean(y - labels)
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, predictions={"y": y}, loss=loss, train_op=train_op)


def linear_input():
    return tf.data.Dataset.from_tensors(({"x": tf.ones([2, 2])}, tf.ones([2, 1]))).repeat()


def serving():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    return Receiver({"x": x}, {"x": x})


def supervised_input():
    return supervised({"x": tf.ones([1, 2])}, tf.ones([1, 1]))()


def estimator(model=linear, trained=True, model_dir=None):
    result = tf.estimator.Estimator(model, model_dir or tempfile.mkdtemp(dir=FOLDER))
    return result.train(linear_input, steps=1) if trained else result


def exported(fn=serving, model=linear, train_model=linear, **options):
    trained = estimator(train_model)
    again = estimator(model, False, trained.model_dir)
    LOG.clear()
    path = again.export_saved_model(new_folder(), fn, **options)
    return [re.fullmatch(r"\d{10}", os.path.basename(path.decode())) is not None, *files(path.decode())]


def more_variables(features, labels, mode):
    tf.get_variable("extra", [1])
    return linear(features, labels, mode)


def logged(model=linear, fn=serving, **options):
    exported(fn, model, **options)
    return [line for line in LOG if line.startswith(("Signatures", "Export", "'"))]


def outputs_of(outputs):
    def model(features, labels, mode):
        spec = linear(features, labels, mode)
        if mode != "infer":
            return spec
        return tf.estimator.EstimatorSpec(mode, spec.predictions, export_outputs=outputs(spec.predictions["y"]))

    return model


def string_serving():
    examples = strings()
    x = tf.stack([tf.string_to_number(examples)] * 2, axis=1)
    return Receiver({"x": x}, {"e": examples})


def all_modes(modes):
    fns = {"train": supervised_input, "eval": supervised_input, "infer": serving}
    path = estimator().experimental_export_all_saved_models(new_folder(), {mode: fns.get(mode) for mode in modes})
    return files(path.decode())


INCLUDED = "Signatures INCLUDED in export for "
LINES = [INCLUDED + f"{kind}: None" for kind in ("Classify", "Regress", "Predict", "Train", "Eval")]
EXCLUDED = "Signatures EXCLUDED from export because they cannot be be served via TensorFlow Serving APIs:"
expect("export", [True, "saved_model.pb", *VARIABLES], exported)
expect("export_text", [True, "saved_model.pbtxt", *VARIABLES], lambda: exported(as_text=True))
wrong("export_no_fn", "An input_receiver_fn must be defined", lambda: exported(None))
wrong("export_old_no_fn", "An input_receiver_fn must be defined",
      lambda: estimator(trained=False).export_savedmodel(FOLDER, None))  # fmt: skip
wrong("export_untrained", "Couldn't find trained model at",
      lambda: estimator(trained=False).export_saved_model(new_folder(), serving))  # fmt: skip
wrong("export_no_modes", "No valid modes for exporting found", lambda: all_modes(["x"]))
wrong("export_missing_variable", "Could not load all requested variables from checkpoint",
      lambda: exported(model=more_variables))  # fmt: skip
wrong(
    "export_mode_named", "Encountered error with mode `infer` while restoring", lambda: exported(model=more_variables)
)
expect("export_modes", ["saved_model.pb", *VARIABLES], lambda: all_modes(["train", "eval", "infer"]))
expect("export_train", [LINES[0], LINES[1], LINES[2], INCLUDED + "Train: ['train']", LINES[4],
                        "Export includes no default signature!"],
       lambda: logged(fn=supervised_input, experimental_mode="train"))  # fmt: skip
expect("log_default", [LINES[0], LINES[1], INCLUDED + "Predict: ['serving_default']", LINES[3], LINES[4]], logged)
expect("log_kinds",
       [INCLUDED + "Classify: ['serving_default', 'c']", INCLUDED + "Regress: ['r']", INCLUDED + "Predict: ['p']",
        LINES[3], LINES[4]],
       lambda: logged(outputs_of(lambda y: {"serving_default": Classify(y), "c": Classify(y), "r": Regress(y),
                                            "p": Predict(y)}), string_serving))  # fmt: skip
expect("log_none", [*LINES, EXCLUDED, True, "Export includes no signatures!"],
       lambda: [line if not line.startswith("'") else line.startswith("'serving_default' : Regression signatures can only")
                for line in logged(outputs_of(lambda y: {"serving_default": Regress(y)}))])  # fmt: skip
expect("log_no_default", [LINES[0], LINES[1], INCLUDED + "Predict: ['p']", LINES[3], LINES[4], EXCLUDED, True,
                          "Export includes no default signature!"],
       lambda: [line if not line.startswith("'") else line.startswith("'serving_default' : Classification signatures")
                for line in logged(outputs_of(lambda y: {"serving_default": Classify(y), "p": Predict(y)}))])  # fmt: skip
expect("log_unfed", [LINES[0], LINES[1], INCLUDED + "Predict: ['serving_default']", LINES[3], LINES[4], EXCLUDED, True],
       lambda: [line if not line.startswith("'") else line.startswith("'unfed' : ")
                for line in logged(outputs_of(lambda y: {"serving_default": Predict(y), "unfed": Predict(y + floats())}))])  # fmt: skip


def extra_assets():
    source = os.path.join(new_folder())
    with open(source, "w") as file:
        file.write("x")
    return exported(assets_extra={"a/b.txt": source})[1:3]


expect("export_extra_assets", ["assets.extra/a/b.txt", "saved_model.pb"], extra_assets)


def taken_name():
    """A folder of the name that the time would give is left alone."""
    import time

    trained, base = estimator(), new_folder()
    now = int(time.time())
    for second in range(now, now + 2):
        os.makedirs(os.path.join(base, str(second)))
    path = trained.export_saved_model(base, serving).decode()
    return [os.listdir(os.path.join(base, str(now))), int(os.path.basename(path)) >= now + 2, len(os.listdir(base))]


expect("export_taken_name", [[], True, 3], taken_name)


def outcome(function):
    with tf.Graph().as_default():
        try:
            return function()
        except Exception as error:  # the point of the program
            return [type(error).__name__, str(error)]


def shown_value(value):
    try:
        return json.loads(json.dumps(value))
    except TypeError:
        return repr(value)


def is_right(expected, found):
    if isinstance(expected, tuple):
        return isinstance(found, list) and found[0] == expected[0] and bool(re.search(expected[1], found[1]))
    return shown_value(expected) == shown_value(found)


if __name__ == "__main__":
    tf.disable_eager_execution()
    logging.getLogger("tensorflow").addHandler(Recorder())
    tf.logging.set_verbosity("INFO")
    results = {}
    for name, (expected, function) in CASES.items():
        if sys.argv[3:] and name not in sys.argv[3:]:
            continue
        found = outcome(function)
        results[name] = {"expected": expected, "found": shown_value(found), "right": is_right(expected, found)}
    with open(sys.argv[1], "w") as file:
        json.dump(results, file)
