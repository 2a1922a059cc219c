"""SavedModels that we export are loaded by TensorFlow, in both of its ways, and return what they return here."""

import json
import re
import subprocess

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from conftest import ORACLE, PROGRAMS, array, run_program

CASES = re.findall(r"^def (\w+)\(features, labels, mode\):", (PROGRAMS / "exports.py").read_text(), re.MULTILINE)


def loaded_by_tensorflow(results):
    loaded = results.with_suffix(".loaded.json")
    script = PROGRAMS.parent / "load_exports.py"
    done = subprocess.run([ORACLE, str(script), str(results), str(loaded)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(loaded.read_text())


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """side -> (what the program's signatures return there, what TensorFlow says of the exports)."""
    result = {}
    for side in ("tf", "swift"):
        folder = tmp_path_factory.mktemp(side) / "models"
        found, _ = run_program("exports", side, folder)
        result[side] = found["cases"], loaded_by_tensorflow(folder.with_name("models.json"))
    return result


def values(entry):
    if entry["dtype"] == "string":
        return [bytes.fromhex(s) for s in entry["strings"]], entry["shape"]
    return array(entry), entry["shape"]


def compare(found, expected, path):
    assert found.keys() == expected.keys(), path
    for name, entry in expected.items():
        (a, shape), (b, wanted) = values(found[name]), values(entry)
        assert shape == wanted, f"{path}/{name}"
        assert found[name]["dtype"] == entry["dtype"], f"{path}/{name}"
        if entry["dtype"] == "string":
            assert a == b, f"{path}/{name}"
        else:
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6, err_msg=f"{path}/{name}")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", ["v1", "v2"])
def test_tensorflow_loads_our_exports(exports, case, way):
    here, there = exports["swift"][0][case], exports["swift"][1][case][way]
    signatures = {name for name in there if ":" not in name}
    # A model that cannot be served under some of its outputs leaves those out.
    assert signatures == {name for name in exports["tf"][1][case][way] if ":" not in name}
    assert signatures <= here["outputs"].keys() and signatures
    for name in signatures:
        expected = here["outputs"][name]
        if way == "v2":
            # A call updates the metrics as well, in any order with the reading of their values.
            updates = {key: value for key, value in there[name].items() if key.endswith("/update_op")}
            theirs = exports["tf"][1][case][way][name]
            compare(updates, {k: v for k, v in theirs.items() if k.endswith("/update_op")}, f"{case}/{name}")
            after = {k: updates[k.removesuffix("value") + "update_op"] for k in expected if k.startswith("metrics")}
            expected = {k: after[k] if k in after and there[name][k] == after[k] else v for k, v in expected.items()}
        compare({key: there[name][key] for key in expected}, expected, f"{case}/{name}")


@pytest.mark.parametrize("case", CASES)
def test_both_return_the_same(exports, case):
    """Seeded weights and training are the same, so the exports of both are."""
    ours, theirs = exports["swift"][0][case]["outputs"], exports["tf"][0][case]["outputs"]
    assert ours.keys() == theirs.keys()
    for name, outputs in theirs.items():
        compare(ours[name], outputs, f"{case}/{name}")


TAGS = {"infer": "serve", "train": "train", "eval": "eval"}


def feed(tensor, given):
    if "sparse" not in given:
        value = values(given)[0]
        return np.array(value, object).reshape(given["shape"]) if isinstance(value, list) else value
    given = given["sparse"]
    return tf.SparseTensorValue(np.array(given["indices"]), np.array(given["values"], np.float32), given["shape"])


@pytest.mark.parametrize("side", ["tf", "swift"])
@pytest.mark.parametrize("case", CASES)
def test_we_load_exports_of_both(exports, case, side):
    found = exports[side][0][case]
    for mode in {name.partition("/")[0] for name in found["outputs"]}:
        with tf.Graph().as_default() as graph, tf.Session() as session:
            meta = tf.saved_model.load(session, [TAGS[mode]], found["path"])
            for name, signature in meta.signature_def.items():
                if ":" in name:
                    continue
                feeds = {}
                for key, info in signature.inputs.items():
                    tensor = tf.saved_model.get_tensor_from_tensor_info(info, graph)
                    feeds[tensor] = feed(tensor, found["feeds"][key])
                wanted = found["outputs"][f"{mode}/{name}"]
                results = session.run({key: signature.outputs[key].name for key in wanted}, feeds)
                compare({k: entry(v) for k, v in results.items()}, wanted, f"{case}/{mode}/{name}")


def entry(value):
    value = np.asarray(value)
    if value.dtype == object:
        return {"dtype": "string", "shape": list(value.shape), "strings": [v.hex() for v in value.reshape(-1)]}
    return {"dtype": str(value.dtype), "shape": list(value.shape), "hex": value.tobytes().hex()}


def shown(text):
    """What ``saved_model_cli show --all`` prints, but for the list of ops."""
    return [line for line in text.splitlines() if "contains the following ops" not in line]


@pytest.mark.parametrize("case", CASES)
def test_signatures_are_shown_alike(exports, case):
    assert shown(exports["swift"][1][case]["cli"]) == shown(exports["tf"][1][case]["cli"])


@pytest.mark.parametrize("case", CASES)
def test_files_hold_the_same(exports, case):
    ours, theirs = exports["swift"][1][case], exports["tf"][1][case]
    assert ours["files"] == theirs["files"]
    mine, other = ours["description"], theirs["description"]
    assert mine["schema"] == other["schema"] and len(mine["graphs"]) == len(other["graphs"])
    for graph, expected in zip(mine["graphs"], other["graphs"]):
        for field in ("tags", "version", "stripped", "saver", "collections", "assets", "signatures"):
            assert graph[field] == expected[field], field
        assert set(graph["types"]) <= set(graph["stripped_ops"])


def test_export_rules_are_tensorflows(tmp_path):
    results, _ = run_program("export_rules", "tf", tmp_path / "model")
    assert not {name: r["found"] for name, r in results.items() if not r["right"]}


def test_drivers_behave_alike(tmp_path):
    """Evaluations, exports, early stops, what is logged: the same for all settings."""
    ours, _ = run_program("drivers", "swift", tmp_path / "swift")
    theirs, _ = run_program("drivers", "tf", tmp_path / "tf")
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        assert ours[name]["result"] == expected["result"], name
        assert ours[name]["log"] == expected["log"], name
