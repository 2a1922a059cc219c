"""``tf.image``: brightness and colours of images as tensors."""

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Tensor, name_scope
from swiftestimator._ops import array_ops, math_ops, random_ops, reduce_ops
from swiftestimator._ops.cast_ops import cast, saturate_cast
from swiftestimator._ops.image_ops import _at_least_3, _rank, _three_or_four
from swiftestimator._ops.support import apply

__all__ = ["adjust_brightness"]


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """The image in another type: floats from 0 to 1, integers over their whole range."""
    image = convert_to_tensor(image, name="image")
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating and not dtype.is_integer:
        raise AttributeError("dtype must be either floating point or integer")
    if dtype is image.dtype:
        return array_ops.identity(image, name=name)
    with name_scope(name, "convert_image", [image]) as name:
        if image.dtype.is_integer and dtype.is_integer:
            scale_in, scale_out = int(image.dtype.max), int(dtype.max)
            if scale_in > scale_out:
                scale = (scale_in + 1) // (scale_out + 1)
                scaled = math_ops.floordiv(image, convert_to_tensor(scale, image.dtype))
                return saturate_cast(scaled, dtype, name=name) if saturate else cast(scaled, dtype, name=name)
            converted = saturate_cast(image, dtype) if saturate else cast(image, dtype)
            return math_ops.multiply(converted, (scale_out + 1) // (scale_in + 1), name=name)
        if image.dtype.is_floating and dtype.is_floating:
            return cast(image, dtype, name=name)
        if image.dtype.is_integer:
            return math_ops.multiply(cast(image, dtype), 1.0 / int(image.dtype.max), name=name)
        scaled = math_ops.multiply(image, float(dtype.max) + 0.5)
        return saturate_cast(scaled, dtype, name=name) if saturate else cast(scaled, dtype, name=name)


def _in_floats(image, change):
    """``change`` of the image as floats, in the image's type again."""
    original = image.dtype
    floats = image if original in (dtypes.float16, dtypes.float32) else convert_image_dtype(image, dtypes.float32)
    return convert_image_dtype(change(floats), original, saturate=True)


def adjust_brightness(image, delta):
    """The image with ``delta`` (of a range from 0 to 1) added."""
    with name_scope(None, "adjust_brightness", [image, delta]):
        image = convert_to_tensor(image, name="image")
        return _in_floats(image, lambda x: math_ops.add(x, cast(delta, x.dtype)))


def random_brightness(image, max_delta, seed=None):
    """The image with a random brightness added, up to ``max_delta`` either way."""
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_brightness(image, random_ops.random_uniform([], -max_delta, max_delta, seed=seed))


def adjust_contrast(images, contrast_factor):
    """The image with the differences from each channel's mean multiplied."""
    with name_scope(None, "adjust_contrast", [images, contrast_factor]):
        images = _at_least_3(convert_to_tensor(images, name="images"))

        def change(x):
            work = cast(x, dtypes.float32)
            mean = reduce_ops.reduce_mean(work, axis=[-3, -2], keepdims=True)
            return cast((work - mean) * contrast_factor + mean, x.dtype)

        return _in_floats(images, change)


def random_contrast(image, lower, upper, seed=None):
    """The image with its contrast multiplied by a random factor."""
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_contrast(image, random_ops.random_uniform([], lower, upper, seed=seed))


def adjust_gamma(image, gamma=1, gain=1):
    """``gain·image^gamma`` of the image as floats."""
    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        image = convert_to_tensor(image, name="image")
        if not isinstance(gamma, Tensor) and gamma < 0:
            raise ValueError("Gamma should be a non-negative real number")
        return _in_floats(image, lambda x: gain * x**gamma)


def per_image_standardization(image):
    """The image with mean 0 and variance 1; a uniform image is not blown up."""
    with name_scope(None, "per_image_standardization", [image]) as scope:
        image = _at_least_3(convert_to_tensor(image, name="image"))
        if image.dtype not in (dtypes.float16, dtypes.float32):
            image = cast(image, dtypes.float32)
        axes = [-1, -2, -3]
        count = reduce_ops.reduce_prod(array_ops.shape(image)[-3:])
        mean = reduce_ops.reduce_mean(image, axis=axes, keepdims=True)
        deviation = math_ops.sqrt(reduce_ops.reduce_mean(math_ops.square(image - mean), axis=axes, keepdims=True))
        smallest = math_ops.rsqrt(cast(count, image.dtype))
        return apply("RealDiv", [image - mean, math_ops.maximum(deviation, smallest)], name=scope)


def rgb_to_grayscale(images, name=None):
    """The brightness of RGB images, with one channel."""
    with name_scope(name, "rgb_to_grayscale", [images]) as name:
        images = convert_to_tensor(images, name="images")

        def change(x):
            weights = convert_to_tensor(np.array([0.2989, 0.5870, 0.1140]), dtype=x.dtype)
            return array_ops.expand_dims(reduce_ops.reduce_sum(x * weights, [-1]), -1)

        original = images.dtype
        return convert_image_dtype(change(convert_image_dtype(images, dtypes.float32)), original, name=name)


def grayscale_to_rgb(images, name=None):
    """Images of one channel with three equal ones."""
    with name_scope(name, "grayscale_to_rgb", [images]) as name:
        images = convert_to_tensor(images, name="images")
        rank = _rank(images)
        if rank is None:
            raise ValueError("the rank of an image must be known")
        if images.shape.as_list()[-1] not in (None, 1):
            raise ValueError("Last dimension of a grayscale image should be size 1.")
        result = array_ops.tile(images, [1] * (rank - 1) + [3], name=name)
        result.set_shape([*images.shape.as_list()[:-1], 3])
        return result


def _channels(images):
    if images.shape.as_list()[-1] not in (None, 3):
        raise ValueError(f"input must have 3 channels but instead has {images.shape.as_list()[-1]} channels.")
    return array_ops.unstack(images, num=3, axis=-1)


def rgb_to_hsv(images, name=None):
    """RGB images as hue, saturation and value, all from 0 to 1."""
    with name_scope(name, "RGBToHSV", [images]):
        images = convert_to_tensor(images, name="images")
        red, green, blue = _channels(images)
        value = reduce_ops.reduce_max(images, axis=-1)
        span = value - reduce_ops.reduce_min(images, axis=-1)
        saturation = math_ops.div_no_nan(span, value)
        unit = math_ops.div_no_nan(array_ops.ones_like(span), 6.0 * span)
        from swiftestimator._ops.mask_ops import where_v2

        hue = where_v2(
            math_ops.equal(red, value), unit * (green - blue),
            where_v2(
                math_ops.equal(green, value), unit * (blue - red) + 2.0 / 6.0, unit * (red - green) + 4.0 / 6.0
            ),
        )  # fmt: skip
        hue = where_v2(span <= 0, array_ops.zeros_like(hue), hue)
        hue = where_v2(hue < 0, hue + 1.0, hue)
        return array_ops.stack([hue, saturation, value], axis=-1)


def hsv_to_rgb(images, name=None):
    """Images of hue, saturation and value as RGB."""
    with name_scope(name, "HSVToRGB", [images]):
        images = convert_to_tensor(images, name="images")
        hue, saturation, value = _channels(images)
        around = hue * 6.0
        red = math_ops.abs(around - 3.0) - 1.0
        green = 2.0 - math_ops.abs(around - 2.0)
        blue = 2.0 - math_ops.abs(around - 4.0)
        parts = [math_ops.minimum(math_ops.maximum(c, 0.0), 1.0) for c in (red, green, blue)]
        return array_ops.stack([((1.0 - saturation) + saturation * c) * value for c in parts], axis=-1)


def adjust_saturation(image, saturation_factor, name=None):
    """The RGB image with its saturation multiplied."""
    with name_scope(name, "adjust_saturation", [image]):
        image = convert_to_tensor(image, name="image")

        def change(x):
            hue, saturation, value = array_ops.unstack(rgb_to_hsv(x), num=3, axis=-1)
            saturation = math_ops.minimum(math_ops.maximum(saturation * saturation_factor, 0.0), 1.0)
            return hsv_to_rgb(array_ops.stack([hue, saturation, value], axis=-1))

        return _in_floats(image, change)


def random_saturation(image, lower, upper, seed=None):
    """The RGB image with its saturation multiplied by a random factor."""
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_saturation(image, random_ops.random_uniform([], lower, upper, seed=seed))


def adjust_hue(image, delta, name=None):
    """The RGB image with its hue turned by ``delta`` of a whole turn."""
    with name_scope(name, "adjust_hue", [image]):
        image = convert_to_tensor(image, name="image")

        def change(x):
            hue, saturation, value = array_ops.unstack(rgb_to_hsv(x), num=3, axis=-1)
            hue = math_ops.floormod(hue + delta, 1.0)
            return hsv_to_rgb(array_ops.stack([hue, saturation, value], axis=-1))

        return _in_floats(image, change)


def random_hue(image, max_delta, seed=None):
    """The RGB image with its hue turned by chance, up to ``max_delta`` either way."""
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_hue(image, random_ops.random_uniform([], -max_delta, max_delta, seed=seed))


def total_variation(images, name=None):
    """The sum of the differences of neighbouring pixels of each image."""
    with name_scope(name, "total_variation"):
        images = _three_or_four(convert_to_tensor(images), "images")
        if _rank(images) == 3:
            down, right, axes = images[1:] - images[:-1], images[:, 1:] - images[:, :-1], None
        else:
            down, right, axes = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1], [1, 2, 3]
        return reduce_ops.reduce_sum(math_ops.abs(down), axis=axes) + reduce_ops.reduce_sum(
            math_ops.abs(right), axis=axes
        )
