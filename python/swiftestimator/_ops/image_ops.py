"""Images as tensors of [height, width, channels], or batches of them: what programs do to them before training."""

from swiftestimator._framework import dtypes
from swiftestimator._ops import (
    array_ops,
    cast_ops,
    control_flow_ops,
    linalg_ops,
    math_ops,
    random_ops,
    reduce_ops,
    slice_ops,
)
from swiftestimator._ops.matrix_ops import extract_image_patches
from swiftestimator._ops.support import convert_to_tensor, name_scope

# -- Shapes


def _image(value, name="image"):
    """``value`` as a tensor of rank three at least, as far as its rank is known."""
    value = convert_to_tensor(value, name=name)
    if value.shape.rank is not None and value.shape.rank < 3:
        raise ValueError(f"'{name}' (shape {value.shape}) must be at least three-dimensional.")
    if value.shape.rank is not None and any(d == 0 for d in value.shape.as_list()[-3:]):
        raise ValueError(f"inner 3 dims of '{name}.shape' must be > 0: {value.shape}")
    return value


def _rank(image):
    """3 or 4."""
    rank = image.shape.rank
    if rank is None:
        raise NotImplementedError("images whose number of dimensions is unknown: give them a shape by set_shape()")
    if rank not in (3, 4):
        raise ValueError(f"'image' (shape {image.shape}) must have either 3 or 4 dimensions.")
    return rank


def _size(image):
    """Height and width: numbers where they are known, tensors otherwise."""
    at = _rank(image) - 3
    known = image.shape.as_list()
    if None in known[at : at + 2]:
        dynamic = array_ops.unstack(array_ops.shape(image))
    return [known[i] if known[i] is not None else dynamic[i] for i in (at, at + 1)]


def _as_batch(image):
    """(batch of images, whether ``image`` was one)."""
    single = _rank(image) == 3
    return (array_ops.expand_dims(image, 0) if single else image), single


def _known(value):
    return isinstance(value, int)


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The part of images that begins at an offset and has the given size."""
    with name_scope(None, "crop_to_bounding_box", [image]):
        image, single = _as_batch(convert_to_tensor(image, name="image"))
        height, width = _size(image)
        numbers = (offset_height, offset_width, target_height, target_width, height, width)
        top, left, rows, columns, height, width = numbers
        for value, text in ((left, "offset_width must be >= 0."), (top, "offset_height must be >= 0.")):
            if _known(value) and value < 0:
                raise ValueError(text)
        for value, text in ((columns, "target_width must be > 0."), (rows, "target_height must be > 0.")):
            if _known(value) and value <= 0:
                raise ValueError(text)
        if _known(left) and _known(columns) and _known(width) and left + columns > width:
            raise ValueError("width must be >= target + offset.")
        if _known(top) and _known(rows) and _known(height) and top + rows > height:
            raise ValueError("height must be >= target + offset.")
        shape = array_ops.shape(image)
        begin, size = array_ops.stack([0, top, left, 0]), array_ops.stack([shape[0], rows, columns, shape[3]])
        cropped = slice_ops.slice(image, begin, size)
        known = image.shape.as_list()
        cropped.set_shape([known[0], rows if _known(rows) else None, columns if _known(columns) else None, known[3]])
        return array_ops.squeeze(cropped, axis=[0]) if single else cropped


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """Images at an offset inside larger ones of zeros."""
    with name_scope(None, "pad_to_bounding_box", [image]):
        image, single = _as_batch(convert_to_tensor(image, name="image"))
        height, width = _size(image)
        top, left, rows, columns = offset_height, offset_width, target_height, target_width
        right, bottom = columns - left - width, rows - top - height
        for value, text in (
            (top, "offset_height must be >= 0"), (left, "offset_width must be >= 0"),
            (right, "width must be <= target - offset"), (bottom, "height must be <= target - offset"),
        ):  # fmt: skip
            if _known(value) and value < 0:
                raise ValueError(text)
        paddings = array_ops.reshape(array_ops.stack([0, 0, top, bottom, left, right, 0, 0]), [4, 2])
        padded = array_ops.pad(image, paddings)
        known = image.shape.as_list()
        padded.set_shape([known[0], rows if _known(rows) else None, columns if _known(columns) else None, known[3]])
        return array_ops.squeeze(padded, axis=[0]) if single else padded


def resize_with_crop_or_pad(image, target_height, target_width):
    """The middle of images where they are too large, zeros around them where they are too small."""

    def either(function, a, b):
        return function(a, b) if _known(a) and _known(b) else _dynamic[function](a, b)

    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image, single = _as_batch(convert_to_tensor(image, name="image"))
        for value, text in ((target_width, "target_width must be > 0."), (target_height, "target_height must be > 0.")):
            if _known(value) and value <= 0:
                raise ValueError(text)
        height, width = _size(image)
        by_width, by_height = target_width - width, target_height - height
        cropped = crop_to_bounding_box(
            image, either(max, -by_height // 2, 0), either(max, -by_width // 2, 0),
            either(min, target_height, height), either(min, target_width, width),
        )  # fmt: skip
        resized = pad_to_bounding_box(
            cropped, either(max, by_height // 2, 0), either(max, by_width // 2, 0), target_height, target_width
        )
        return array_ops.squeeze(resized, axis=[0]) if single else resized


_dynamic = {max: math_ops.maximum, min: math_ops.minimum}


def central_crop(image, central_fraction):
    """The middle of images: the given fraction of their height and width."""
    with name_scope(None, "central_crop", [image]):
        image = _image(image)
        if not isinstance(central_fraction, int | float):
            raise NotImplementedError("central_crop takes a number as its fraction here, not a tensor")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        rank = _rank(image)

        def middle(size):
            """(beginning, length) along one side."""
            if _known(size):
                start = int((size - size * central_fraction) / 2)
                return start, size - start * 2
            whole = cast_ops.cast(size, dtypes.float64)
            start = cast_ops.cast((whole - whole * central_fraction) / 2, dtypes.int32)
            return start, size - start * 2

        (top, rows), (left, columns) = (middle(size) for size in _size(image))
        shape = image.shape.as_list()
        outer = [0] * (rank - 3)
        result = slice_ops.slice(
            image, array_ops.stack([*outer, top, left, 0]), array_ops.stack([-1 for _ in outer] + [rows, columns, -1])
        )
        result.set_shape(
            [*shape[: rank - 3], rows if _known(rows) else None, columns if _known(columns) else None, shape[-1]]
        )
        return result


# -- Turning


def _flip(image, axis_of_one, scope):
    with name_scope(None, scope, [image]):
        image = _image(image)
        return array_ops.reverse(image, [axis_of_one + _rank(image) - 3])


def flip_left_right(image):
    """Images in the mirror, columns reversed."""
    return _flip(image, 1, "flip_left_right")


def flip_up_down(image):
    """Images upside down, rows reversed."""
    return _flip(image, 0, "flip_up_down")


def _random_flip(image, axis_of_one, seed, scope):
    with name_scope(None, scope, [image]) as scope:
        image = _image(image)
        if _rank(image) == 3:
            chance = random_ops.random_uniform([], 0, 1.0, seed=seed)
            return control_flow_ops.cond(
                math_ops.less(chance, 0.5),
                lambda: array_ops.reverse(image, [axis_of_one]),
                lambda: image,
                name=scope,
            )
        count = array_ops.shape(image)[0]
        chance = random_ops.random_uniform([count], seed=seed)
        flips = cast_ops.cast(math_ops.round(array_ops.reshape(chance, array_ops.stack([count, 1, 1, 1]))), image.dtype)
        return flips * array_ops.reverse(image, [axis_of_one + 1]) + (1 - flips) * image


def random_flip_left_right(image, seed=None):
    """Images, or with even chance their mirror images."""
    return _random_flip(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image, seed=None):
    """Images, with even chance upside down."""
    return _random_flip(image, 0, seed, "random_flip_up_down")


def transpose_v2(image, name=None):
    """Images with rows and columns exchanged."""
    with name_scope(name, "transpose", [image]):
        image = _image(image)
        return array_ops.transpose(image, [1, 0, 2] if _rank(image) == 3 else [0, 2, 1, 3])


def transpose(image):
    """Images with rows and columns exchanged."""
    return transpose_v2(image)


def rot90(image, k=1, name=None):
    """Images turned ``k`` times by 90 degrees, counter-clockwise."""
    with name_scope(name, "rot90", [image, k]):
        image = _image(image)
        rows = _rank(image) - 3
        if not isinstance(k, int):
            raise NotImplementedError("rot90 takes a number of turns here, not a tensor")
        turned = [1, 0, 2] if rows == 0 else [0, 2, 1, 3]
        if k % 4 == 1:
            return array_ops.transpose(array_ops.reverse(image, [rows + 1]), turned)
        if k % 4 == 2:
            return array_ops.reverse(image, [rows, rows + 1])
        if k % 4 == 3:
            return array_ops.reverse(array_ops.transpose(image, turned), [rows + 1])
        return image


# -- Values


def convert_image_dtype(image, dtype, saturate=False, name=None):
    """Images in another type; the range of whole numbers from 0 to the largest stands for 0 to 1."""
    image = convert_to_tensor(image, name="image")
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating and not dtype.is_integer:
        raise AttributeError("dtype must be either floating point or integer")
    if dtype == image.dtype:
        return array_ops.identity(image, name=name)
    with name_scope(name, "convert_image", [image]) as name:
        convert = cast_ops.saturate_cast if saturate else cast_ops.cast
        if image.dtype.is_integer and dtype.is_integer:
            here, there = image.dtype.max, dtype.max
            if here > there:
                scaled = math_ops.floordiv(image, (here + 1) // (there + 1))
                return convert(scaled, dtype, name=name)
            return math_ops.multiply(convert(image, dtype), (there + 1) // (here + 1), name=name)
        if image.dtype.is_floating and dtype.is_floating:
            return cast_ops.cast(image, dtype, name=name)
        if image.dtype.is_integer:
            return math_ops.multiply(cast_ops.cast(image, dtype), 1.0 / image.dtype.max, name=name)
        return convert(math_ops.multiply(image, dtype.max + 0.5), dtype, name=name)


def _as_float(image):
    return image if image.dtype in (dtypes.float16, dtypes.float32) else convert_image_dtype(image, dtypes.float32)


def per_image_standardization(image):
    """Each image shifted and scaled to mean 0 and variance 1; even ones are only shifted."""
    with name_scope(None, "per_image_standardization", [image]) as scope:
        image = _image(image)
        if image.dtype not in (dtypes.float16, dtypes.float32):
            image = cast_ops.cast(image, dtypes.float32)
        pixels = reduce_ops.reduce_prod(array_ops.shape(image)[-3:])
        mean = reduce_ops.reduce_mean(image, axis=[-1, -2, -3], keepdims=True)
        deviation = reduce_ops.reduce_std(image, axis=[-1, -2, -3], keepdims=True)
        least = math_ops.rsqrt(cast_ops.cast(pixels, image.dtype))
        return math_ops.divide(image - mean, math_ops.maximum(deviation, least), name=scope)


def adjust_brightness(image, delta):
    """Images with ``delta`` added; whole numbers stand for 0 to 1."""
    with name_scope(None, "adjust_brightness", [image, delta]) as name:
        image = convert_to_tensor(image, name="image")
        values = _as_float(image)
        adjusted = math_ops.add(values, cast_ops.cast(delta, values.dtype), name=name)
        return convert_image_dtype(adjusted, image.dtype, saturate=True)


def random_brightness(image, max_delta, seed=None):
    """:func:`adjust_brightness` by a random number between ``-max_delta`` and ``max_delta``."""
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_brightness(image, random_ops.random_uniform([], -max_delta, max_delta, seed=seed))


def adjust_contrast(images, contrast_factor):
    """Each channel's distance from its mean over an image, times a factor."""
    with name_scope(None, "adjust_contrast", [images, contrast_factor]) as name:
        images = _image(images, "images")
        values = _as_float(images)
        factor = cast_ops.cast(convert_to_tensor(contrast_factor, dtype=dtypes.float32), values.dtype)
        mean = reduce_ops.reduce_mean(values, axis=[-3, -2], keepdims=True)
        adjusted = math_ops.add((values - mean) * factor, mean, name=name)
        return convert_image_dtype(adjusted, images.dtype, saturate=True)


def random_contrast(image, lower, upper, seed=None):
    """:func:`adjust_contrast` by a random factor from ``lower`` up to ``upper``."""
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_contrast(image, random_ops.random_uniform([], lower, upper, seed=seed))


def adjust_gamma(image, gamma=1, gain=1):
    """``gain`` times images to the power ``gamma``; whole numbers stand for 0 to 1."""
    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        image = convert_to_tensor(image, name="image")
        if isinstance(gamma, int | float) and gamma < 0:
            raise ValueError("Gamma should be a non-negative real number.")
        adjusted = gain * math_ops.pow(_as_float(image), float(gamma) if isinstance(gamma, int) else gamma)
        return convert_image_dtype(adjusted, image.dtype, saturate=True)


def rgb_to_grayscale(images, name=None):
    """One channel of brightness from red, green and blue."""
    with name_scope(name, "rgb_to_grayscale", [images]) as name:
        images = convert_to_tensor(images, name="images")
        values = convert_image_dtype(images, dtypes.float32)
        weights = convert_to_tensor([0.2989, 0.587, 0.114], dtype=dtypes.float32)
        gray = array_ops.expand_dims(linalg_ops.tensordot(values, weights, [[-1], [0]]), -1)
        return convert_image_dtype(gray, images.dtype, name=name)


def grayscale_to_rgb(images, name=None):
    """Three equal channels from one."""
    with name_scope(name, "grayscale_to_rgb", [images]) as name:
        images = convert_to_tensor(images, name="images")
        rank = images.shape.rank
        if rank is None:
            raise NotImplementedError("images whose number of dimensions is unknown: give them a shape by set_shape()")
        if images.shape.as_list()[-1] not in (1, None):
            raise ValueError("Last dimension of a grayscale image should be size 1.")
        result = array_ops.tile(images, [1] * (rank - 1) + [3], name=name)
        result.set_shape([*images.shape.as_list()[:-1], 3])
        return result


def total_variation(images, name=None):
    """The sum of the distances between neighbouring pixels, for each image."""
    with name_scope(name, "total_variation"):
        images = convert_to_tensor(images)
        if images.shape.rank not in (3, 4):
            raise ValueError("'images' must be either 3 or 4-dimensional.")
        axes = None if images.shape.rank == 3 else [1, 2, 3]
        below = images[..., 1:, :, :] - images[..., :-1, :, :]
        beside = images[..., :, 1:, :] - images[..., :, :-1, :]
        return reduce_ops.reduce_sum(math_ops.abs(below), axis=axes) + reduce_ops.reduce_sum(
            math_ops.abs(beside), axis=axes
        )


def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Patches of images, each flattened into the last dimension."""
    return extract_image_patches(images, sizes, strides, rates, padding, name=name)
