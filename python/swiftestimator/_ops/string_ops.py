"""Text."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.composite import SparseTensor
from swiftestimator._framework.convert import constant
from swiftestimator._ops import array_ops
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope, renamed_argument


def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):  # noqa: A002
    """The elements as text."""
    attributes = {"precision": precision, "scientific": scientific, "shortest": shortest, "width": width, "fill": fill}
    return apply("AsString", [input], attributes, name=name)


def string_to_number(string_tensor=None, out_type=dtypes.float32, name=None, input=None):  # noqa: A002
    """Numbers from text."""
    value = renamed_argument("input", input, "string_tensor", string_tensor)
    return apply("StringToNumber", [value], {"out_type": dtypes.as_dtype(out_type)}, name=name)


def string_to_number_v2(input, out_type=dtypes.float32, name=None):  # noqa: A002 (the public name)
    """Numbers from text."""
    return string_to_number(input, out_type, name)


def string_join(inputs, separator="", name=None):
    """Texts joined, element by element."""
    return apply("StringJoin", [list(inputs)], {"separator": separator}, name=name)


def reduce_join(inputs, axis=None, keep_dims=None, separator="", name=None, reduction_indices=None, keepdims=None):
    """Texts joined along axes."""
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims) or False
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    return reduce_join_v2(inputs, axis, keepdims, separator, name)


def reduce_join_v2(inputs, axis=None, keepdims=False, separator="", name=None):
    """Texts joined along axes."""
    with name_scope(name, "ReduceJoin"):
        inputs = convert_to_tensor(inputs, dtypes.string)
        if axis is None:
            if inputs._rank is None:
                raise ValueError("reduce_join needs an axis when the rank of its input is not known")
            axis = constant(list(range(inputs._rank - 1, -1, -1)), dtypes.int32)
        return apply("ReduceJoin", [inputs, axis], {"keep_dims": keepdims, "separator": separator})


def string_length(input, name=None, unit="BYTE"):  # noqa: A002 (the public name)
    """The number of bytes (or of characters)."""
    return apply("StringLength", [input], {"unit": unit}, name=name)


def string_length_v2(input, unit="BYTE", name=None):  # noqa: A002 (the public name)
    """The number of bytes (or of characters)."""
    return string_length(input, name, unit)


def substr(input, pos, len, name=None, unit="BYTE"):  # noqa: A002 (the public names)
    """The part of each text from ``pos`` with ``len`` bytes (or characters)."""
    return apply("Substr", [input, pos, len], {"unit": unit}, name=name)


def substr_v2(input, pos, len, unit="BYTE", name=None):  # noqa: A002 (the public names)
    """The part of each text from ``pos`` with ``len`` bytes (or characters)."""
    return substr(input, pos, len, name, unit)


def string_strip(input, name=None):  # noqa: A002 (the public name)
    """The text without white space at both ends."""
    return apply("StringStrip", [input], name=name)


def string_lower(input, encoding="", name=None):  # noqa: A002 (the public name)
    """The text in lower case: ASCII letters only, unless ``encoding`` is ``utf-8``."""
    return apply("StringLower", [input], {"encoding": encoding}, name=name)


def string_upper(input, encoding="", name=None):  # noqa: A002 (the public name)
    """The text in upper case: ASCII letters only, unless ``encoding`` is ``utf-8``."""
    return apply("StringUpper", [input], {"encoding": encoding}, name=name)


def regex_replace(input, pattern, rewrite, replace_global=True, name=None):  # noqa: A002 (the public name)
    """The text with matches of a pattern replaced."""
    if isinstance(pattern, str | bytes) and isinstance(rewrite, str | bytes):
        attributes = {"pattern": pattern, "rewrite": rewrite, "replace_global": replace_global}
        return apply("StaticRegexReplace", [input], attributes, name=name)
    return apply("RegexReplace", [input, pattern, rewrite], {"replace_global": replace_global}, name=name)


def regex_full_match(input, pattern, name=None):  # noqa: A002 (the public name)
    """Whether a pattern matches the whole text."""
    if isinstance(pattern, str | bytes):
        return apply("StaticRegexFullMatch", [input], {"pattern": pattern}, name=name)
    return apply("RegexFullMatch", [input, pattern], name=name)


def string_to_hash_bucket_fast(input, num_buckets, name=None):  # noqa: A002 (the public name)
    """The fingerprint of each text modulo ``num_buckets``."""
    return apply("StringToHashBucketFast", [input], {"num_buckets": num_buckets}, name=name)


def string_to_hash_bucket_strong(input, num_buckets, key, name=None):  # noqa: A002 (the public name)
    """A keyed hash of each text modulo ``num_buckets``."""
    return apply("StringToHashBucketStrong", [input], {"num_buckets": num_buckets, "key": list(key)}, name=name)


def string_to_hash_bucket(string_tensor=None, num_buckets=None, name=None, input=None):  # noqa: A002
    """The older hash of each text modulo ``num_buckets``."""
    value = renamed_argument("input", input, "string_tensor", string_tensor)
    return apply("StringToHashBucket", [value], {"num_buckets": num_buckets}, name=name)


def string_to_hash_bucket_v2(input, num_buckets, name=None):  # noqa: A002 (the public name)
    """The older hash of each text modulo ``num_buckets``."""
    return string_to_hash_bucket(input, num_buckets, name)


def string_split(source, sep=None, skip_empty=True, delimiter=" ", result_type="SparseTensor", name=None):
    """The parts of each text of a vector between delimiters, as a sparse matrix."""
    delimiter = sep if sep is not None else delimiter
    if result_type != "SparseTensor":
        raise NotImplementedError(
            f"tf.string_split with result_type='{result_type}' is not implemented in swiftestimator"
        )
    with name_scope(name, "StringSplit", [source]):
        delimiter = convert_to_tensor(delimiter, dtypes.string)
        source = convert_to_tensor(source, dtypes.string)
        indices, values, shape = apply("StringSplit", [source, delimiter], {"skip_empty": skip_empty})
        for part, dims in ((indices, [None, 2]), (values, [None]), (shape, [2])):
            part.set_shape(dims)
        return SparseTensor(indices, values, shape)


def string_split_v1(
    input=None,
    sep=None,
    maxsplit=-1,
    result_type="SparseTensor",
    source=None,
    name=None,  # noqa: A002
):
    """The parts of each text between separators (white space by default), as a sparse matrix."""
    value = renamed_argument("input", input, "source", source)
    if result_type not in ("SparseTensor", "RaggedTensor"):
        raise ValueError("result_type must be 'RaggedTensor' or 'SparseTensor'.")
    if result_type == "RaggedTensor":
        raise NotImplementedError("RaggedTensor is not implemented in swiftestimator")
    with name_scope(name, "StringSplit", [value]):
        value = convert_to_tensor(value, dtypes.string, name="input")
        if value._rank == 0:
            value = array_ops.expand_dims(value, 0)
        separator = convert_to_tensor("" if sep is None else sep, dtypes.string)
        indices, values, shape = apply("StringSplitV2", [value, separator], {"maxsplit": maxsplit})
        for part, dims in ((indices, [None, 2]), (values, [None]), (shape, [2])):
            part.set_shape(dims)
        return SparseTensor(indices, values, shape)


def string_split_v2(input, sep=None, maxsplit=-1, name=None):  # noqa: A002 (the public name)
    """Not offered: raises ``NotImplementedError``, as there are no ragged tensors."""
    raise NotImplementedError(
        "tf.strings.split returns a RaggedTensor, which is not implemented in swiftestimator: use "
        "tf.compat.v1.string_split"
    )


def string_format(template, inputs, placeholder="{}", summarize=3, name=None):
    """A text with tensors shown in the places of a template."""
    inputs = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    if template.count(placeholder) != len(inputs):
        raise ValueError(
            f"The template expects {template.count(placeholder)} tensors, but the inputs only has {len(inputs)}. Please "
            "ensure the number of placeholders in template matches inputs length."
        )
    attributes = {"template": template, "placeholder": placeholder, "summarize": summarize}
    return apply("StringFormat", [inputs], attributes, name=name)


def encode_base64(input, pad=False, name=None):  # noqa: A002 (the public name)
    """Web-safe base64 of each text."""
    return apply("EncodeBase64", [input], {"pad": pad}, name=name)


def decode_base64(input, name=None):  # noqa: A002 (the public name)
    """The text that web-safe base64 stands for."""
    return apply("DecodeBase64", [input], name=name)


def unicode_script(input, name=None):  # noqa: A002 (the public name)
    """Not offered: raises ``NotImplementedError``."""
    raise NotImplementedError("tf.strings.unicode_script is not implemented in swiftestimator")


# -- Values from text


def decode_raw(
    input_bytes=None,
    out_type=None,
    little_endian=True,
    name=None,
    bytes=None,  # noqa: A002 (the public name)
):
    """The bytes of each text read as numbers."""
    value = renamed_argument("input_bytes", input_bytes, "bytes", bytes)
    if out_type is None:
        raise ValueError("decode_raw() missing 1 positional argument: 'out_type'")
    attributes = {"out_type": dtypes.as_dtype(out_type), "little_endian": little_endian}
    return apply("DecodeRaw", [value], attributes, name=name)


def decode_raw_v2(input_bytes, out_type, little_endian=True, fixed_length=None, name=None):
    """The bytes of each text read as numbers; texts may be cut or padded to a length."""
    if fixed_length is None:
        return decode_raw(input_bytes, out_type, little_endian, name)
    attributes = {"out_type": dtypes.as_dtype(out_type), "little_endian": little_endian}
    return apply("DecodePaddedRaw", [input_bytes, fixed_length], attributes, name=name)


def decode_csv(
    records, record_defaults, field_delim=",", use_quote_delim=True, name=None, na_value="", select_cols=None
):
    """The columns of comma-separated records, with defaults (whose types are the columns') for empty fields."""
    if select_cols is not None:
        select_cols = list(select_cols)
        if any(a >= b for a, b in zip(select_cols, select_cols[1:])):
            raise ValueError("select_cols is not strictly increasing.")
        if select_cols and select_cols[0] < 0:
            raise ValueError("select_cols contains negative values.")
        if len(select_cols) != len(record_defaults):
            raise ValueError("Length of select_cols and record_defaults do not match.")
    defaults = [
        constant([], dtypes.as_dtype(d)) if isinstance(d, dtypes.DType) or isinstance(d, type) else d
        for d in record_defaults
    ]
    attributes = {
        "field_delim": field_delim, "use_quote_delim": use_quote_delim, "na_value": na_value,
        "select_cols": select_cols or [],
    }  # fmt: skip
    result = apply("DecodeCSV", [records, defaults], attributes, name=name)
    return result if isinstance(result, list) else [result]


def decode_csv_v2(
    records, record_defaults, field_delim=",", use_quote_delim=True, na_value="", select_cols=None, name=None
):
    """The columns of comma-separated records, with defaults (whose types are the columns') for empty fields."""
    return decode_csv(records, record_defaults, field_delim, use_quote_delim, name, na_value, select_cols)


def serialize_tensor(tensor, name=None):
    """A tensor as a serialized ``TensorProto``."""
    return apply("SerializeTensor", [tensor], name=name)


def parse_tensor(serialized, out_type, name=None):
    """The tensor in a serialized ``TensorProto``."""
    return apply("ParseTensor", [serialized], {"out_type": dtypes.as_dtype(out_type)}, name=name)


def read_file(filename, name=None):
    """The content of a file."""
    return apply("ReadFile", [filename], name=name)


def write_file(filename, contents, name=None):
    """An operation that writes a file."""
    return apply("WriteFile", [filename, contents], name=name)


def matching_files(pattern, name=None):
    """The names of the files that match a pattern."""
    return apply("MatchingFiles", [pattern], name=name)
