"""``tf.image``: flips, turns, crops and borders of images as tensors. Files of images are not decoded."""

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Tensor, name_scope
from swiftestimator._ops import array_ops, check_ops, control_flow_ops, math_ops, random_ops, slice_ops
from swiftestimator._ops.cast_ops import cast
from swiftestimator._ops.matrix_ops import extract_image_patches


def _rank(image):
    return image.shape.rank


def _at_least_3(image):
    if _rank(image) is None:
        raise ValueError("the rank of an image must be known")
    if _rank(image) < 3:
        raise ValueError(f"'image' must be at least three-dimensional. (shape {image.shape})")
    return image


def _three_or_four(image, what="image"):
    if _rank(image) not in (3, 4):
        raise ValueError(f"'{what}' (shape {image.shape}) must have either 3 or 4 dimensions.")
    return image


def _size(image, axis):
    """A size of the image, static when known."""
    known = image.shape.as_list()[axis]
    return array_ops.shape(image)[axis % _rank(image)] if known is None else known


# -- Flips and turns


def _to_be_flipped(image):
    image = convert_to_tensor(image, name="image")
    if _rank(image) is not None:
        _at_least_3(image)
    return _three_or_four(image)


def _flip(image, axis, name):
    with name_scope(None, name, [image]):
        image = _to_be_flipped(image)
        return array_ops.reverse(image, [axis + (_rank(image) == 4)])


def flip_left_right(image):
    """The mirror image of an image, or of each in a batch."""
    return _flip(image, 1, "flip_left_right")


def flip_up_down(image):
    """The image upside down, or each in a batch."""
    return _flip(image, 0, "flip_up_down")


def _random_flip(image, axis, seed, name):
    with name_scope(None, name, [image]):
        image = _to_be_flipped(image)
        if _rank(image) == 3:
            flips = math_ops.less(random_ops.random_uniform([], 0, 1.0, seed=seed), 0.5)
            result = control_flow_ops.cond(flips, lambda: array_ops.reverse(image, [axis]), lambda: image)
            result.set_shape(image.shape)
            return result
        batch = _size(image, 0)
        chances = random_ops.random_uniform([batch], seed=seed)
        flips = math_ops.round(array_ops.reshape(chances, [batch, 1, 1, 1]))
        flips = cast(flips, image.dtype)
        return flips * array_ops.reverse(image, [axis + 1]) + (1 - flips) * image


def random_flip_left_right(image, seed=None):
    """The image or its mirror image, by chance."""
    return _random_flip(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image, seed=None):
    """The image or the same upside down, by chance."""
    return _random_flip(image, 0, seed, "random_flip_up_down")


def transpose(image, name=None):
    """The image with rows and columns exchanged."""
    with name_scope(name, "transpose", [image]):
        image = _three_or_four(convert_to_tensor(image, name="image"))
        return array_ops.transpose(image, [1, 0, 2] if _rank(image) == 3 else [0, 2, 1, 3], name=name)


def rot90(image, k=1, name=None):
    """The image turned ``k`` times by 90 degrees, against the clock."""
    with name_scope(name, "rot90", [image]):
        image = _to_be_flipped(image)
        if isinstance(k, Tensor):
            turns = [lambda n=n: rot90(image, n) for n in range(4)]
            result = control_flow_ops.switch_case(math_ops.floormod(k, 4), turns)
            result.set_shape([None] * _rank(image))
            return result
        k %= 4
        if k == 0:
            return array_ops.identity(image)
        if k == 2:
            return flip_left_right(flip_up_down(image))
        return flip_up_down(transpose(image)) if k == 1 else transpose(flip_up_down(image))


# -- Crops and borders


def central_crop(image, central_fraction):
    """The middle of an image, of the given part of its height and width."""
    with name_scope(None, "central_crop", [image]):
        image = _three_or_four(convert_to_tensor(image, name="image"))
        if isinstance(central_fraction, Tensor):
            raise NotImplementedError("central_crop with a tensor as central_fraction is not in swiftestimator")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        first = _rank(image) - 3
        begins, sizes = [0] * first, [-1] * first
        for axis in (first, first + 1):
            size = _size(image, axis)
            if isinstance(size, int):
                begin = int((size - size * central_fraction) / 2)
            else:
                whole = cast(size, dtypes.float64)
                begin = cast((whole - whole * central_fraction) / 2, dtypes.int32)
            begins.append(begin)
            sizes.append(size - begin * 2)
        result = slice_ops.slice(image, array_ops.stack([*begins, 0]), array_ops.stack([*sizes, -1]))
        known = image.shape.as_list()
        known[first : first + 2] = [s if isinstance(s, int) else None for s in sizes[first:]]
        result.set_shape(known)
        return result


def _batched(image):
    image = _three_or_four(convert_to_tensor(image, name="image"))
    return (image, True) if _rank(image) == 4 else (array_ops.expand_dims(image, 0), False)


def _require(condition, message, tensors):
    """Raises ``ValueError`` when it is known to be false, or returns the assertion for the run."""
    if isinstance(condition, bool):
        if not condition:
            raise ValueError(message)
        return []
    return [check_ops.assert_equal(condition, True, message=message)]


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The part of an image that begins at an offset and has a size."""
    with name_scope(None, "crop_to_bounding_box", [image]):
        image, is_batch = _batched(image)
        height, width = _size(image, 1), _size(image, 2)
        checks = [
            *_require(offset_width >= 0, "offset_width must be >= 0.", []),
            *_require(offset_height >= 0, "offset_height must be >= 0.", []),
            *_require(target_width > 0, "target_width must be > 0.", []),
            *_require(target_height > 0, "target_height must be > 0.", []),
            *_require(width >= target_width + offset_width, "width must be >= target + offset.", []),
            *_require(height >= target_height + offset_height, "height must be >= target + offset.", []),
        ]
        if checks:
            image = control_flow_ops.with_dependencies(checks, image)
        result = slice_ops.slice(
            image, array_ops.stack([0, offset_height, offset_width, 0]),
            array_ops.stack([-1, target_height, target_width, -1]),
        )  # fmt: skip
        known = image.shape.as_list()
        sizes = [s if isinstance(s, int) else None for s in (target_height, target_width)]
        result.set_shape([known[0], *sizes, known[3]])
        return result if is_batch else array_ops.squeeze(result, [0])


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """The image at an offset in a larger one of zeros."""
    with name_scope(None, "pad_to_bounding_box", [image]):
        image, is_batch = _batched(image)
        after_width = target_width - offset_width - _size(image, 2)
        after_height = target_height - offset_height - _size(image, 1)
        checks = [
            *_require(offset_height >= 0, "offset_height must be >= 0", []),
            *_require(offset_width >= 0, "offset_width must be >= 0", []),
            *_require(after_width >= 0, "width must be <= target - offset", []),
            *_require(after_height >= 0, "height must be <= target - offset", []),
        ]
        if checks:
            image = control_flow_ops.with_dependencies(checks, image)
        paddings = array_ops.stack([0, 0, offset_height, after_height, offset_width, after_width, 0, 0])
        result = array_ops.pad(image, array_ops.reshape(paddings, [4, 2]))
        known = image.shape.as_list()
        sizes = [s if isinstance(s, int) else None for s in (target_height, target_width)]
        result.set_shape([known[0], *sizes, known[3]])
        return result if is_batch else array_ops.squeeze(result, [0])


def resize_image_with_crop_or_pad(image, target_height, target_width):
    """The image cut at its borders, or with borders of zeros, to a size."""
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image, is_batch = _batched(image)
        checks = [
            *_require(target_width > 0, "target_width must be > 0.", []),
            *_require(target_height > 0, "target_height must be > 0.", []),
        ]
        if checks:
            image = control_flow_ops.with_dependencies(checks, image)

        def largest(x, y):
            return max(x, y) if isinstance(x, int) and isinstance(y, int) else math_ops.maximum(x, y)

        def smallest(x, y):
            return min(x, y) if isinstance(x, int) and isinstance(y, int) else math_ops.minimum(x, y)

        height, width = _size(image, 1), _size(image, 2)
        width_diff, height_diff = target_width - width, target_height - height
        cropped = crop_to_bounding_box(
            image, largest(-height_diff // 2, 0), largest(-width_diff // 2, 0), smallest(target_height, height),
            smallest(target_width, width),
        )  # fmt: skip
        result = pad_to_bounding_box(
            cropped, largest(height_diff // 2, 0), largest(width_diff // 2, 0), target_height, target_width
        )
        return result if is_batch else array_ops.squeeze(result, [0])


def extract_patches(images, sizes, strides, rates, padding, name=None):
    """Patches of images, each flattened into the last dimension."""
    return extract_image_patches(images, sizes, strides, rates, padding, name=name)
