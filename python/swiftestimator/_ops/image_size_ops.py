"""``tf.image``: images of another size."""

import enum

import numpy as np

from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Tensor, name_scope
from swiftestimator._framework.tensor_shape import TensorShape
from swiftestimator._ops import array_ops, gather_ops, math_ops
from swiftestimator._ops.cast_ops import cast
from swiftestimator._ops.image_ops import _rank, _size, _three_or_four

__all__ = ["resize_images"]


class ResizeMethodV1:
    """How ``resize_images`` finds the pixels of the new image."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


class ResizeMethod(enum.StrEnum):
    """How ``tf.image.resize`` finds the pixels of the new image."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


def _sources(size, target, align_corners, half_pixel_centers):
    """Where in the old image the rows (or columns) of the new one lie, as float32."""
    place = cast(array_ops.range(target), dtypes.float32)
    old, new = cast(size, dtypes.float32), cast(target, dtypes.float32)
    if align_corners:
        if isinstance(target, int):
            scale = (old - 1.0) / max(target - 1, 1) if target > 1 else old / new
        else:
            from swiftestimator._ops.mask_ops import where_v2

            scale = where_v2(new > 1.0, (old - 1.0) / math_ops.maximum(new - 1.0, 1.0), old / new)
    else:
        scale = old / new
    return (place + 0.5) * scale - 0.5 if half_pixel_centers else place * scale, scale


def _clipped(indices, size):
    return math_ops.minimum(math_ops.maximum(indices, 0), size - 1)


def _targets(size):
    static = None
    if not isinstance(size, Tensor):
        dims = size.as_list() if isinstance(size, TensorShape) else list(size)
        if len(dims) != 2:
            raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
        if all(not isinstance(d, Tensor) for d in dims):
            return [int(d) for d in dims]
        return dims
    if size.shape.rank != 1 or size.shape.as_list()[0] not in (None, 2):
        raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
    from swiftestimator._ops.support import constant_value

    static = constant_value(size)
    return [int(d) for d in static] if static is not None else [size[0], size[1]]


def _bilinear(images, height, width, align_corners, half_pixel_centers):
    images = cast(images, dtypes.float32)
    result = images
    parts = []
    for axis, target in ((1, height), (2, width)):
        size = _size(images, axis)
        place, _ = _sources(size, target, align_corners, half_pixel_centers)
        low = math_ops.floor(place)
        share = place - low
        first = cast(low, dtypes.int32)
        parts.append((_clipped(first, size), _clipped(first + 1, size), share))
    (top, bottom, down), (left, right, across) = parts
    across = array_ops.reshape(across, [1, 1, -1, 1])
    down = array_ops.reshape(down, [1, -1, 1, 1])

    def row(indices):
        lines = gather_ops.gather(result, indices, axis=1)
        west, east = gather_ops.gather(lines, left, axis=2), gather_ops.gather(lines, right, axis=2)
        return west + (east - west) * across

    upper, lower = row(top), row(bottom)
    return upper + (lower - upper) * down


def _nearest(images, height, width, align_corners, half_pixel_centers):
    for axis, target in ((1, height), (2, width)):
        size = _size(images, axis)
        if half_pixel_centers:
            place = cast(array_ops.range(target), dtypes.float32) + 0.5
            place = math_ops.floor(place * (cast(size, dtypes.float32) / cast(target, dtypes.float32)))
        else:
            place, _ = _sources(size, target, align_corners, False)
            place = math_ops.floor(place + 0.5) if align_corners else math_ops.floor(place)
        images = gather_ops.gather(images, _clipped(cast(place, dtypes.int32), size), axis=axis)
    return images


def _resize(images, size, kind, align_corners, half_pixel_centers, name):
    images = _three_or_four(convert_to_tensor(images, name="images"), "images")
    is_batch = _rank(images) == 4
    if not is_batch:
        images = array_ops.expand_dims(images, 0)
    height, width = _targets(size)
    if kind == "nearest":
        result = _nearest(images, height, width, align_corners, half_pixel_centers)
    elif kind == "bilinear":
        result = _bilinear(images, height, width, align_corners, half_pixel_centers)
    else:
        raise NotImplementedError(f"tf.image resizing by the method '{kind}' is not implemented in swiftestimator")
    known = images.shape.as_list()
    sizes = [s if isinstance(s, int) else None for s in (height, width)]
    result.set_shape([known[0], *sizes, known[3]])
    result = result if is_batch else array_ops.squeeze(result, [0])
    return array_ops.identity(result, name=name) if name else result


def resize_bilinear(images, size, align_corners=False, name=None, half_pixel_centers=False):
    """Images of another size, as float32, by weighing the four nearest pixels."""
    if align_corners and half_pixel_centers:
        raise ValueError("If half_pixel_centers is True, align_corners must be False.")
    if convert_to_tensor(images).shape.rank not in (None, 4):
        raise ValueError(f"Shape must be rank 4 but is rank {convert_to_tensor(images).shape.rank}")
    return _resize(images, size, "bilinear", align_corners, half_pixel_centers, name)


def resize_nearest_neighbor(images, size, align_corners=False, name=None, half_pixel_centers=False):
    """Images of another size, by taking the nearest pixel."""
    if convert_to_tensor(images).shape.rank not in (None, 4):
        raise ValueError(f"Shape must be rank 4 but is rank {convert_to_tensor(images).shape.rank}")
    return _resize(images, size, "nearest", align_corners, half_pixel_centers, name)


_METHODS = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}


def resize_images(
    images, size, method=ResizeMethodV1.BILINEAR, align_corners=False, preserve_aspect_ratio=False, name=None
):
    """Images of another size; images that have it already are passed on."""
    kind = _METHODS.get(method, method)
    kind = kind.value if isinstance(kind, ResizeMethod) else kind
    if kind not in _METHODS.values():
        raise ValueError("Resize method is not implemented: only 'bilinear', 'nearest', 'bicubic' and 'area' are known")
    with name_scope(name, "resize", [images, size]):
        images = _three_or_four(convert_to_tensor(images, name="images"), "images")
        height, width = _targets(size)
        if preserve_aspect_ratio:
            height, width = _kept_aspect(images, height, width)
        known = images.shape.as_list()[-3:-1]
        if [height, width] == known:
            return images
        return _resize(images, [height, width], kind, align_corners, False, None)


def _kept_aspect(images, height, width):
    old_height, old_width = images.shape.as_list()[-3:-1]
    if None in (old_height, old_width) or not isinstance(height, int) or not isinstance(width, int):
        raise NotImplementedError("preserve_aspect_ratio needs static sizes in swiftestimator")
    scale = min(np.float32(height) / np.float32(old_height), np.float32(width) / np.float32(old_width))
    return int(np.round(scale * np.float32(old_height))), int(np.round(scale * np.float32(old_width)))


def resize_images_v2(
    images, size, method=ResizeMethod.BILINEAR, preserve_aspect_ratio=False, antialias=False, name=None
):
    """Images of another size, pixels standing for their centres."""
    kind = method.value if isinstance(method, ResizeMethod) else method
    if antialias:
        raise NotImplementedError("tf.image.resize with antialias is not implemented in swiftestimator")
    if kind not in {m.value for m in ResizeMethod}:
        raise ValueError(f"Resize method is not implemented: {method}")
    with name_scope(name, "resize", [images, size]):
        images = _three_or_four(convert_to_tensor(images, name="images"), "images")
        height, width = _targets(size)
        if preserve_aspect_ratio:
            height, width = _kept_aspect(images, height, width)
        if [height, width] == images.shape.as_list()[-3:-1]:
            return images if kind == "nearest" else cast(images, dtypes.float32)
        return _resize(images, [height, width], kind, False, True, None)
