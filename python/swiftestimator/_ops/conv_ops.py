"""Convolutions and pooling."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.graph import Tensor
from swiftestimator._ops import array_ops, math_ops
from swiftestimator._ops.support import apply, convert_to_tensor, name_scope, renamed_argument


def _per_dimension(value, n, channel_index, label):
    """A number, or one for each spatial dimension, as one for each dimension with 1 for batch and channels."""
    if value is None:
        value = [1]
    elif not hasattr(value, "__len__"):
        value = [value]
    value = [int(v) for v in value]
    if len(value) == 1:
        value = value * n
    if len(value) == n + 2:
        return value
    if len(value) != n:
        raise ValueError(
            f"{label} should be of length 1, {n} or {n + 2}. Received: {label}={value} of length {len(value)}"
        )
    return [1, *value, 1] if channel_index == n + 1 else [1, 1, *value]


def _channel_index(data_format, n):
    return 1 if data_format is not None and data_format.startswith("NC") else n + 1


def _padding_attributes(padding, channel_index):
    """Padding as the attributes ``padding`` and ``explicit_paddings``."""
    if isinstance(padding, str):
        return {"padding": padding.upper()}
    pads = [list(p) for p in padding]
    if len(pads) == 2:
        pads = [[0, 0], *pads, [0, 0]] if channel_index != 1 else [[0, 0], [0, 0], *pads]
    return {"padding": "EXPLICIT", "explicit_paddings": [int(v) for pair in pads for v in pair]}


def conv2d(
    input, filter=None, strides=None, padding=None, use_cudnn_on_gpu=True, data_format="NHWC",  # noqa: A002
    dilations=(1, 1, 1, 1), name=None, filters=None,
):  # fmt: skip
    """The convolution of images with filters of shape [height, width, in, out]."""
    filter = renamed_argument("filters", filters, "filter", filter)
    data_format = data_format or "NHWC"
    channel = _channel_index(data_format, 2)
    attributes = {
        "strides": _per_dimension(strides, 2, channel, "strides"), "data_format": data_format,
        "dilations": _per_dimension(dilations, 2, channel, "dilations"), **_padding_attributes(padding, channel),
        "use_cudnn_on_gpu": use_cudnn_on_gpu,
    }  # fmt: skip
    return apply("Conv2D", [input, filter], attributes, name=name)


def conv2d_v2(input, filters, strides, padding, data_format="NHWC", dilations=None, name=None):  # noqa: A002
    """The convolution of images with filters of shape [height, width, in, out]."""
    return conv2d(input, filters, strides, padding, True, data_format, dilations or 1, name)


def conv2d_backprop_input(
    input_sizes, filter=None, out_backprop=None, strides=None, padding=None, use_cudnn_on_gpu=True,  # noqa: A002
    data_format="NHWC", dilations=(1, 1, 1, 1), name=None, filters=None,
):  # fmt: skip
    """The gradient of :func:`conv2d` with respect to its images."""
    filter = renamed_argument("filters", filters, "filter", filter)
    attributes = {
        "strides": _per_dimension(strides, 2, _channel_index(data_format, 2), "strides"), "data_format": data_format,
        "dilations": list(dilations), **_padding_attributes(padding, _channel_index(data_format, 2)),
    }  # fmt: skip
    return apply("Conv2DBackpropInput", [input_sizes, filter, out_backprop], attributes, name=name)


def conv2d_backprop_filter(
    input, filter_sizes, out_backprop, strides, padding, use_cudnn_on_gpu=True,  # noqa: A002
    data_format="NHWC", dilations=(1, 1, 1, 1), name=None,
):  # fmt: skip
    """The gradient of :func:`conv2d` with respect to its filters."""
    attributes = {
        "strides": _per_dimension(strides, 2, _channel_index(data_format, 2), "strides"), "data_format": data_format,
        "dilations": list(dilations), **_padding_attributes(padding, _channel_index(data_format, 2)),
    }  # fmt: skip
    return apply("Conv2DBackpropFilter", [input, filter_sizes, out_backprop], attributes, name=name)


def conv2d_transpose(
    value=None, filter=None, output_shape=None, strides=None, padding="SAME", data_format="NHWC", name=None,  # noqa: A002
    input=None, filters=None, dilations=None,  # noqa: A002
):  # fmt: skip
    """The transpose of :func:`conv2d`: from filters [height, width, out, in] images of shape ``output_shape``."""
    value = renamed_argument("input", input, "value", value)
    filter = renamed_argument("filters", filters, "filter", filter)
    return conv2d_transpose_v2(value, filter, output_shape, strides, padding, data_format, dilations, name)


def conv2d_transpose_v2(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NHWC",
    dilations=None,
    name=None,  # noqa: A002
):
    """The transpose of :func:`conv2d`: from filters [height, width, out, in] images of shape ``output_shape``."""
    with name_scope(name, "conv2d_transpose", [input, filters, output_shape]) as name:
        data_format = data_format or "NHWC"
        channel = _channel_index(data_format, 2)
        attributes = {
            "strides": _per_dimension(strides, 2, channel, "strides"), "data_format": data_format,
            "dilations": _per_dimension(dilations, 2, channel, "dilations"), **_padding_attributes(padding, channel),
        }  # fmt: skip
        return apply("Conv2DBackpropInput", [_sizes(output_shape), filters, input], attributes, name=name)


def _sizes(output_shape):
    return output_shape if isinstance(output_shape, Tensor) else array_ops._shape_argument(output_shape)


def conv1d(
    value=None, filters=None, stride=None, padding=None, use_cudnn_on_gpu=None, data_format=None, name=None,
    input=None, dilations=None,  # noqa: A002 (the public name)
):  # fmt: skip
    """The convolution of sequences with filters of shape [width, in, out]."""
    value = renamed_argument("input", input, "value", value)
    with name_scope(name, "conv1d", [value, filters]) as name:
        if data_format in (None, "NHWC", "NWC"):
            format_2d, spatial, channel = "NHWC", 1, 2
        elif data_format in ("NCHW", "NCW"):
            format_2d, spatial, channel = "NCHW", 2, 1
        else:
            raise ValueError(f'`data_format` must be "NWC" or "NCW". Received: data_format={data_format}')
        strides = [1, *_per_dimension(stride, 1, channel, "stride")]
        rates = [1, *_per_dimension(dilations, 1, channel, "dilations")]
        value = array_ops.expand_dims(value, spatial)
        filters = array_ops.expand_dims(filters, 0)
        attributes = {"strides": strides, "padding": padding.upper() if isinstance(padding, str) else padding,
                      "data_format": format_2d, "dilations": rates}  # fmt: skip
        result = apply("Conv2D", [value, filters], attributes, name=name)
        return array_ops.squeeze(result, [spatial])


def conv1d_v2(input, filters, stride, padding, data_format="NWC", dilations=None, name=None):  # noqa: A002
    """The convolution of sequences with filters of shape [width, in, out]."""
    return conv1d(input, filters, stride, padding, None, data_format, name, dilations=dilations)


def conv1d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NWC",
    dilations=None,
    name=None,  # noqa: A002
):
    """The transpose of :func:`conv1d`."""
    with name_scope(name, "conv1d_transpose", [input, filters, output_shape]) as name:
        channel_last = not data_format.startswith("NC")
        spatial = 1 if channel_last else 2
        channel = 2 if channel_last else 1
        strides = [1, *_per_dimension(strides, 1, channel, "strides")]
        sizes = output_shape
        if isinstance(sizes, Tensor):
            sizes = array_ops.concat([sizes[:spatial], [1], sizes[spatial:]], 0)
        else:
            sizes = list(sizes)
            sizes.insert(spatial, 1)
        attributes = {
            "strides": strides, "padding": padding, "data_format": "NHWC" if channel_last else "NCHW",
            "dilations": [1, *_per_dimension(dilations, 1, channel, "dilations")],
        }  # fmt: skip
        inputs = [sizes, array_ops.expand_dims(filters, 0), array_ops.expand_dims(input, spatial)]
        return array_ops.squeeze(apply("Conv2DBackpropInput", inputs, attributes, name=name), [spatial])


def conv3d(
    input, filter=None, strides=None, padding=None, data_format="NDHWC", dilations=(1, 1, 1, 1, 1),  # noqa: A002
    name=None, filters=None,
):  # fmt: skip
    """The convolution of volumes with filters of shape [depth, height, width, in, out]."""
    filter = renamed_argument("filters", filters, "filter", filter)
    channel = _channel_index(data_format, 3)
    attributes = {
        "strides": _per_dimension(strides, 3, channel, "strides"), "padding": padding, "data_format": data_format,
        "dilations": _per_dimension(dilations, 3, channel, "dilations"),
    }  # fmt: skip
    return apply("Conv3D", [input, filter], attributes, name=name)


def conv3d_v2(input, filters, strides, padding, data_format="NDHWC", dilations=None, name=None):  # noqa: A002
    """The convolution of volumes with filters of shape [depth, height, width, in, out]."""
    return conv3d(input, filters, strides, padding, data_format, dilations or 1, name)


def conv3d_transpose(
    value, filter=None, output_shape=None, strides=None, padding="SAME", data_format="NDHWC", name=None,  # noqa: A002
    input=None, filters=None, dilations=None,  # noqa: A002
):  # fmt: skip
    """The transpose of :func:`conv3d`."""
    value = renamed_argument("input", input, "value", value)
    filter = renamed_argument("filters", filters, "filter", filter)
    return conv3d_transpose_v2(value, filter, output_shape, strides, padding, data_format, dilations, name)


def conv3d_transpose_v2(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NDHWC",
    dilations=None,
    name=None,  # noqa: A002
):
    """The transpose of :func:`conv3d`."""
    with name_scope(name, "conv3d_transpose", [input, filters, output_shape]) as name:
        channel = _channel_index(data_format, 3)
        attributes = {
            "strides": _per_dimension(strides, 3, channel, "strides"), "padding": padding, "data_format": data_format,
            "dilations": _per_dimension(dilations, 3, channel, "dilations"),
        }  # fmt: skip
        return apply("Conv3DBackpropInputV2", [_sizes(output_shape), filters, input], attributes, name=name)


def depthwise_conv2d(
    input,
    filter,
    strides,
    padding,
    rate=None,
    name=None,
    data_format=None,
    dilations=None,  # noqa: A002
):
    """A convolution of each channel by itself, with filters of shape [height, width, in, multiplier]."""
    rate = renamed_argument("dilations", dilations, "rate", rate)
    with name_scope(name, "depthwise", [input, filter]) as name:
        input = convert_to_tensor(input, name="tensor_in")
        filter = convert_to_tensor(filter, name="filter_in")
        rate = _rates(rate)
        _prepare_spatial(input, rate)
        return _depthwise(input, filter, strides, padding, rate, data_format, name)


def _rates(rate):
    return [1, 1] if rate is None else [rate, rate] if isinstance(rate, int) else [int(r) for r in rate]


def _prepare_spatial(input, rate):  # noqa: A002 (the public name)
    """The nodes that TensorFlow makes for a dilated convolution, whose names programs may see."""
    array_ops.shape(input)
    convert_to_tensor(rate, dtypes.int32, name="dilation_rate")


def _depthwise(input, filter, strides, padding, rate, data_format, name):  # noqa: A002 (the public names)
    data_format = data_format or "NHWC"
    channel = _channel_index(data_format, 2)
    attributes = {
        "strides": list(strides), "data_format": data_format, "dilations": _per_dimension(rate, 2, channel, "dilations"),
        **_padding_attributes(padding, channel),
    }  # fmt: skip
    return apply("DepthwiseConv2dNative", [input, filter], attributes, name=name)


def depthwise_conv2d_v2(
    input,
    filter,
    strides,
    padding,
    data_format=None,
    dilations=None,
    name=None,  # noqa: A002
):
    """A convolution of each channel by itself, with filters of shape [height, width, in, multiplier]."""
    return depthwise_conv2d(input, filter, strides, padding, dilations, name, data_format)


def depthwise_conv2d_native(
    input,
    filter,
    strides,
    padding,
    data_format="NHWC",
    dilations=(1, 1, 1, 1),
    name=None,  # noqa: A002
):
    """A convolution of each channel by itself, with filters of shape [height, width, in, multiplier]."""
    attributes = {"strides": list(strides), "data_format": data_format, "dilations": list(dilations),
                  **_padding_attributes(padding, _channel_index(data_format, 2))}  # fmt: skip
    return apply("DepthwiseConv2dNative", [input, filter], attributes, name=name)


def separable_conv2d(
    input, depthwise_filter, pointwise_filter, strides, padding, rate=None, name=None, data_format=None,  # noqa: A002
    dilations=None,
):  # fmt: skip
    """A depthwise convolution, and a convolution of 1 by 1 after it."""
    rate = renamed_argument("dilations", dilations, "rate", rate)
    with name_scope(name, "separable_conv2d", [input, depthwise_filter, pointwise_filter]) as name:
        input = convert_to_tensor(input, name="tensor_in")
        depthwise_filter = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        pointwise_filter = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        shape = pointwise_filter.shape.with_rank(4)
        if shape.as_list()[0] not in (1, None) or shape.as_list()[1] not in (1, None):
            raise ValueError(f"`pointwise_filter` must have height and width 1, got shape {shape}")
        rate = _rates(rate)
        _prepare_spatial(input, rate)
        between = _depthwise(input, depthwise_filter, strides, padding, rate, data_format, "depthwise")
        attributes = {"strides": [1, 1, 1, 1], "padding": "VALID", "data_format": data_format or "NHWC"}
        return apply("Conv2D", [between, pointwise_filter], attributes, name=name)


def separable_conv2d_v2(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    data_format=None,
    dilations=None,
    name=None,  # noqa: A002
):
    """A depthwise convolution, and a convolution of 1 by 1 after it."""
    return separable_conv2d(input, depthwise_filter, pointwise_filter, strides, padding, dilations, name, data_format)


def convolution(
    input, filter, padding, strides=None, dilation_rate=None, name=None, data_format=None, filters=None,  # noqa: A002
    dilations=None,
):  # fmt: skip
    """The convolution over one, two or three spatial dimensions."""
    filter = renamed_argument("filters", filters, "filter", filter)
    dilations = renamed_argument("dilations", dilations, "dilation_rate", dilation_rate)
    return _convolution(input, filter, strides, padding, data_format, dilations, name)


def convolution_v2(
    input,
    filters,
    strides=None,
    padding="VALID",
    data_format=None,
    dilations=None,
    name=None,  # noqa: A002
):
    """The convolution over one, two or three spatial dimensions."""
    return _convolution(input, filters, strides, padding, data_format, dilations, name)


def _convolution(input, filters, strides, padding, data_format, dilations, name):  # noqa: A002 (the public name)
    with name_scope(name, "convolution", [input, filters]) as name:
        input, filters = convert_to_tensor(input, name="input"), convert_to_tensor(filters, name="filter")
        rank = filters._rank if filters._rank is not None else input._rank
        if rank not in (3, 4, 5):
            raise ValueError(
                f"`input` must have rank 3, 4 or 5, for 1, 2 or 3 spatial dimensions. Received rank {rank}"
            )
        n = rank - 2
        if n == 1:
            return conv1d(input, filters, strides or 1, padding, None, data_format, name, dilations=dilations)
        default = "NHWC" if n == 2 else "NDHWC"
        if data_format is not None and data_format.startswith("NC"):
            default = "NCHW" if n == 2 else "NCDHW"
        function = conv2d if n == 2 else conv3d
        return function(input, filters, strides or 1, padding, data_format=default, dilations=dilations or 1, name=name)


def atrous_conv2d(value, filters, rate, padding, name=None):
    """A convolution whose filter's elements stand ``rate`` pixels apart."""
    return _convolution(value, filters, None, padding, None, [rate, rate], name)


# -- Pooling


def _pool2d(op_type, value, ksize, strides, padding, data_format, name):
    data_format = data_format or "NHWC"
    channel = _channel_index(data_format, 2)
    attributes = {
        "ksize": _per_dimension(ksize, 2, channel, "ksize"), "strides": _per_dimension(strides, 2, channel, "strides"),
        "data_format": data_format, **_padding_attributes(padding, channel),
    }  # fmt: skip
    return apply(op_type, [value], attributes, name=name)


def max_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):  # noqa: A002
    """The largest element of each window of images."""
    value = renamed_argument("input", input, "value", value)
    with name_scope(name, "MaxPool", [value]) as name:
        return _pool2d("MaxPool", convert_to_tensor(value, name="input"), ksize, strides, padding, data_format, name)


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):  # noqa: A002 (the public name)
    """The largest element of each window of images."""
    with name_scope(name, "MaxPool2d", [input]) as name:
        return _pool2d("MaxPool", input, ksize, strides, padding, data_format, name)


def max_pool_v2(input, ksize, strides, padding, data_format=None, name=None):  # noqa: A002 (the public name)
    """The largest element of each window of sequences, images or volumes."""
    rank = convert_to_tensor(input)._rank
    if rank == 3:
        return max_pool1d(input, ksize, strides, padding, data_format or "NWC", name)
    if rank == 5:
        return max_pool3d(input, ksize, strides, padding, data_format or "NDHWC", name)
    return _pool2d("MaxPool", input, ksize, strides, padding, data_format, name)


def avg_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):  # noqa: A002
    """The mean of each window of images."""
    value = renamed_argument("input", input, "value", value)
    with name_scope(name, "AvgPool", [value]) as name:
        return _pool2d("AvgPool", convert_to_tensor(value, name="input"), ksize, strides, padding, data_format, name)


def avg_pool2d(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):  # noqa: A002
    """The mean of each window of images."""
    return avg_pool(value, ksize, strides, padding, data_format, name, input)


def avg_pool2d_v2(input, ksize, strides, padding, data_format="NHWC", name=None):  # noqa: A002 (the public name)
    """The mean of each window of images."""
    return _pool2d("AvgPool", input, ksize, strides, padding, data_format, name)


def avg_pool_v2(input, ksize, strides, padding, data_format=None, name=None):  # noqa: A002 (the public name)
    """The mean of each window of sequences, images or volumes."""
    rank = convert_to_tensor(input)._rank
    if rank == 3:
        return avg_pool1d(input, ksize, strides, padding, data_format or "NWC", name)
    if rank == 5:
        return avg_pool3d(input, ksize, strides, padding, data_format or "NDHWC", name)
    return _pool2d("AvgPool", input, ksize, strides, padding, data_format, name)


def _pool1d(op_type, default_name):
    def operation(input, ksize, strides, padding, data_format="NWC", name=None):  # noqa: A002 (the public name)
        with name_scope(name, default_name, [input]) as name:
            data_format = data_format or "NWC"
            channel_last = not data_format.startswith("NC")
            channel = 2 if channel_last else 1
            ksize = [1, *_per_dimension(ksize, 1, channel, "ksize")]
            strides = [1, *_per_dimension(strides, 1, channel, "strides")]
            spatial = 1 if channel_last else 2
            if not channel_last:
                ksize, strides = [1, 1, 1, ksize[-1]], [1, 1, 1, strides[-1]]
            expanded = array_ops.expand_dims_v2(input, spatial)
            attributes = {"ksize": ksize, "strides": strides, "padding": padding,
                          "data_format": "NHWC" if channel_last else "NCHW"}  # fmt: skip
            return array_ops.squeeze(apply(op_type, [expanded], attributes, name=name), spatial)

    operation.__name__ = operation.__qualname__ = default_name
    operation.__doc__ = "Pooling over windows of sequences."
    return operation


max_pool1d = _pool1d("MaxPool", "MaxPool1d")
avg_pool1d = _pool1d("AvgPool", "AvgPool1D")


def _pool3d(op_type, input, ksize, strides, padding, data_format, name):  # noqa: A002 (the public name)
    data_format = data_format or "NDHWC"
    channel = _channel_index(data_format, 3)
    attributes = {
        "ksize": _per_dimension(ksize, 3, channel, "ksize"), "strides": _per_dimension(strides, 3, channel, "strides"),
        "padding": padding, "data_format": data_format,
    }  # fmt: skip
    return apply(op_type, [input], attributes, name=name)


def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):  # noqa: A002 (the public name)
    """The largest element of each window of volumes."""
    with name_scope(name, "MaxPool3D", [input]) as name:
        return _pool3d("MaxPool3D", input, ksize, strides, padding, data_format, name)


def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):  # noqa: A002 (the public name)
    """The mean of each window of volumes."""
    with name_scope(name, "AvgPool3D", [input]) as name:
        return _pool3d("AvgPool3D", input, ksize, strides, padding, data_format, name)


def max_pool_with_argmax(
    input, ksize, strides, padding, data_format="NHWC", Targmax=None, name=None,  # noqa: A002, N803 (public names)
    output_dtype=None, include_batch_in_index=False,
):  # fmt: skip
    """The largest element of each window, and its position in the flattened image."""
    dtype = renamed_argument("output_dtype", output_dtype, "Targmax", Targmax) or dtypes.int64
    if data_format not in (None, "NHWC"):
        raise ValueError(
            f"`data_format` values other than 'NHWC' are not supported. Received: data_format={data_format}"
        )
    attributes = {
        "ksize": _per_dimension(ksize, 2, 3, "ksize"), "strides": _per_dimension(strides, 2, 3, "strides"),
        "padding": padding, "Targmax": dtypes.as_dtype(dtype), "include_batch_in_index": include_batch_in_index,
    }  # fmt: skip
    return array_ops._named_outputs("MaxPoolWithArgmax", ["output", "argmax"], [input], attributes, name)


def pool(
    input, window_shape, pooling_type, padding, dilation_rate=None, strides=None, name=None, data_format=None,  # noqa: A002
    dilations=None,
):  # fmt: skip
    """Pooling of type ``MAX`` or ``AVG`` over one, two or three spatial dimensions."""
    dilations = renamed_argument("dilations", dilations, "dilation_rate", dilation_rate)
    kinds = {"MAX": ("max_pool", max_pool_v2), "AVG": ("avg_pool", avg_pool_v2)}
    if pooling_type not in kinds:
        raise ValueError(f"`pooling_type` must be 'MAX' or 'AVG'. Received: pooling_type={pooling_type}")
    label, function = kinds[pooling_type]
    with name_scope(name, label, [input]) as scope:
        input = convert_to_tensor(input, name="input")
        n = len(window_shape)
        convert_to_tensor(dilations or [1] * n, dtypes.int32, name="dilation_rate")
        if dilations is not None and any(int(d) != 1 for d in np.ravel(dilations)):
            raise NotImplementedError("tf.nn.pool with dilations is not implemented in swiftestimator")
        return function(input, window_shape, strides or [1] * n, padding, data_format, scope)


def max_pool_with_argmax_v2(
    input, ksize, strides, padding, data_format="NHWC", output_dtype=dtypes.int64,  # noqa: A002 (the public name)
    include_batch_in_index=False, name=None,
):  # fmt: skip
    """The largest element of each window, and its position in the flattened image."""
    return max_pool_with_argmax(
        input, ksize, strides, padding, data_format, None, name, output_dtype, include_batch_in_index
    )


def pool_v2(
    input, window_shape, pooling_type, strides=None, padding="VALID", data_format=None, dilations=None,  # noqa: A002
    name=None,
):  # fmt: skip
    """Pooling of type ``MAX`` or ``AVG`` over one, two or three spatial dimensions."""
    return pool(input, window_shape, pooling_type, padding, dilations, strides, name, data_format)


# -- Morphology


def dilation2d_v2(input, filters, strides, padding, data_format, dilations, name=None):  # noqa: A002
    """Grey-scale dilation: the largest sum of pixels and filter in each window."""
    if data_format != "NHWC":
        raise ValueError(
            f"`data_format` values other than 'NHWC' are not supported. Received: data_format={data_format}"
        )
    return dilation2d(input, filters, strides, dilations, padding, name)


def erosion2d_v2(value, filters, strides, padding, data_format, dilations, name=None):
    """Grey-scale erosion: the smallest difference of pixels and kernel in each window."""
    if data_format != "NHWC":
        raise ValueError(
            f"`data_format` values other than 'NHWC' are not supported. Received: data_format={data_format}"
        )
    return erosion2d(value, filters, strides, dilations, padding, name)


def dilation2d(
    input,
    filter=None,
    strides=None,
    rates=None,
    padding=None,
    name=None,
    filters=None,
    dilations=None,  # noqa: A002
):
    """Grey-scale dilation: the largest sum of pixels and filter in each window."""
    filter = renamed_argument("filters", filters, "filter", filter)
    rates = renamed_argument("dilations", dilations, "rates", rates)
    attributes = {"strides": list(strides), "rates": list(rates), "padding": padding}
    return apply("Dilation2D", [input, filter], attributes, name=name)


def erosion2d(value, kernel, strides, rates, padding, name=None):
    """Grey-scale erosion: the smallest difference of pixels and kernel in each window."""
    with name_scope(name, "erosion2d", [value, kernel]) as name:
        attributes = {"strides": list(strides), "rates": list(rates), "padding": padding}
        return math_ops.negative(
            apply("Dilation2D", [math_ops.negative(value), array_ops.reverse(kernel, [0, 1])], attributes, name=name)
        )
