"""Names, versions, text and files as programs find them under `tf`."""

import pytest
import swiftestimator
import swiftestimator as tf2
import swiftestimator.compat.v1 as tf1


def test_both_shapes_of_the_api_are_there():
    assert tf2.compat.v1 is tf1
    assert tf1.float32 is tf2.float32
    assert tf1.estimator.EstimatorSpec is tf2.estimator.EstimatorSpec is swiftestimator.EstimatorSpec
    assert issubclass(tf2.estimator.Estimator, tf1.estimator.Estimator)


@pytest.mark.parametrize(
    "module, name", [(tf1, "tf.no_such_thing"), (tf2, "tf.placeholder"), (tf1.nn, "tf.nn.nothing")]
)
def test_a_missing_name_says_so(module, name):
    with pytest.raises(AttributeError, match=name.replace(".", r"\.")):
        getattr(module, name.rpartition(".")[2])


def test_text_and_bytes():
    assert tf1.compat.as_bytes("é") == "é".encode()
    assert tf1.compat.as_text(b"a") == "a"
    assert tf1.compat.as_str_any(3) == "3"
    with pytest.raises(TypeError, match="Expected binary or unicode string"):
        tf1.compat.as_bytes(1)


def test_files(tmp_path):
    name = str(tmp_path / "a" / "b.txt")
    with pytest.raises(tf1.errors.NotFoundError):
        tf1.gfile.GFile(name, "w").write("x")
    tf1.gfile.MakeDirs(str(tmp_path / "a"))
    with tf1.gfile.GFile(name, "w") as file:
        file.write("one\ntwo\n")
    assert list(tf1.gfile.GFile(name)) == ["one\n", "two\n"]
    assert tf1.gfile.Glob(str(tmp_path / "a" / "*")) == [name]
    with pytest.raises(tf1.errors.AlreadyExistsError):
        tf1.gfile.Copy(name, name)
    tf1.gfile.Rename(name, name + "2")
    assert tf2.io.gfile.listdir(str(tmp_path / "a")) == ["b.txt2"]
    assert tf2.io.gfile.stat(name + "2").length == 8
    tf1.gfile.DeleteRecursively(str(tmp_path / "a"))
    assert not tf1.gfile.Exists(name)


def test_shapes_follow_the_chosen_version():
    shape = tf1.TensorShape([2, None])
    assert list(shape) == [2, None]
    tf1.disable_v2_tensorshape()
    try:
        assert shape[0].value == 2
        assert shape[1] == tf1.Dimension(None) or shape[1].value is None
    finally:
        tf1.enable_v2_tensorshape()
