"""Images and diagonals of matrices: values, gradients and errors."""

import itertools

import numpy as np
import tensorflow.compat.v1 as tf
from cases import PHRASES, case, run

PHRASES += [
    "must be at least three-dimensional", "must have either 3 or 4 dimensions", "width must be >= target",
    "height must be >= target", "must be non-negative", "upper must be > lower", "should be size 1",
    "central_fraction must be within", "either floating point or integer", "width must be <= target",
    "num_rows is too small", "num_cols is too small", "not consistent with", "is greater than", "is out of bound",
]  # fmt: skip


def numbers(*shape, dtype=np.float32, seed=0):
    values = np.random.RandomState(seed).rand(*shape)
    return (values * 255 if np.issubdtype(dtype, np.integer) else values).astype(dtype)


def value(build, *arrays, unknown=False):
    """Values rounded, static shape and gradients of what ``build`` makes of placeholders."""

    def body():
        tf.set_random_seed(5)
        inputs = [tf.placeholder(a.dtype, [None] * a.ndim if unknown else a.shape) for a in arrays]
        result = build(*inputs)
        floats = [x for x in inputs if x.dtype.is_floating]
        gradients = []
        if result.dtype.is_floating and floats:
            weights = tf.cast(tf.reshape(tf.range(tf.size(result)) % 7 - 3, tf.shape(result)), result.dtype)
            gradients = [g for g in tf.gradients(result * weights, floats) if g is not None]
        # How much is known of turned images is not TensorFlow's: more.
        shape = result.shape.as_list() if build not in TURNS else None
        with tf.Session() as session:
            found, *more = session.run([result, *gradients], dict(zip(inputs, arrays)))
        rounded = [np.round(np.asarray(a, np.float64), 4) + 0.0 for a in (found, *more)]
        return [str(found.dtype), shape, *rounded]

    return body


TURNS = [lambda x, k=k: tf.image.rot90(x, k) for k in (1, 2, -1, 5)]
IMAGES = {
    "standardization": tf.image.per_image_standardization,
    "flip": tf.image.flip_left_right,
    "upside down": tf.image.flip_up_down,
    "random flip": lambda x: tf.image.random_flip_left_right(x, seed=3),
    "random flip without seed": lambda x: tf.image.random_flip_left_right(x),
    "random upside down": lambda x: tf.image.random_flip_up_down(x, seed=8),
    "transpose": tf.image.transpose,
    "turn": TURNS[0],
    "turn twice": TURNS[1],
    "turn three times": TURNS[2],
    "turn five times": TURNS[3],
    "center": lambda x: tf.image.central_crop(x, 0.5),
    "center of all": lambda x: tf.image.central_crop(x, 1.0),
    "center of nothing": lambda x: tf.image.central_crop(x, 0.0),
    "crop": lambda x: tf.image.crop_to_bounding_box(x, 1, 2, 3, 2),
    "crop too wide": lambda x: tf.image.crop_to_bounding_box(x, 1, 2, 3, 9),
    "crop too high": lambda x: tf.image.crop_to_bounding_box(x, 3, 2, 3, 1),
    "pad": lambda x: tf.image.pad_to_bounding_box(x, 1, 0, 7, 6),
    "pad too narrow": lambda x: tf.image.pad_to_bounding_box(x, 1, 2, 7, 6),
    "larger": lambda x: tf.image.resize_with_crop_or_pad(x, 7, 8),
    "smaller": lambda x: tf.image.resize_image_with_crop_or_pad(x, 3, 2),
    "higher and narrower": lambda x: tf.image.resize_with_crop_or_pad(x, 7, 2),
    "brighter": lambda x: tf.image.adjust_brightness(x, 0.25),
    "random brightness": lambda x: tf.image.random_brightness(x, 0.3, seed=2),
    "negative brightness": lambda x: tf.image.random_brightness(x, -0.3),
    "gamma": lambda x: tf.image.adjust_gamma(x, 2.0, 0.5),
    "to bytes": lambda x: tf.image.convert_image_dtype(x, tf.uint8),
    "to bytes saturated": lambda x: tf.image.convert_image_dtype(x, tf.uint8, saturate=True),
    "to short": lambda x: tf.image.convert_image_dtype(x, tf.int16),
    "to double": lambda x: tf.image.convert_image_dtype(x, tf.float64),
    "to float": lambda x: tf.image.convert_image_dtype(x, tf.float32),
    "to text": lambda x: tf.image.convert_image_dtype(x, tf.string),
    "gray": tf.image.rgb_to_grayscale,
    "gray and back": lambda x: tf.image.grayscale_to_rgb(tf.image.rgb_to_grayscale(x)),
    "colour of colours": tf.image.grayscale_to_rgb,
    "variation": lambda x: tf.image.total_variation(tf.image.convert_image_dtype(x, tf.float32)),
    "random crop": lambda x: tf.image.random_crop(x, [2] * (x.shape.rank - 1) + [3], seed=4),
}
CONTRAST = {
    "contrast": lambda x: tf.image.adjust_contrast(x, 2.0),
    "random contrast": lambda x: tf.image.random_contrast(x, 0.3, 0.8, seed=1),
    "contrast upside down": lambda x: tf.image.random_contrast(x, 0.8, 0.3),
    "negative contrast": lambda x: tf.image.random_contrast(x, -0.8, 0.3),
}
INPUTS = {
    "image": numbers(4, 5, 3), "batch": numbers(2, 5, 4, 3), "bytes": numbers(4, 5, 3, dtype=np.uint8),
    "matrix": numbers(4, 5), "many": numbers(1, 2, 4, 5, 3),
}  # fmt: skip

for (image, build), (kind, array) in itertools.product(IMAGES.items(), INPUTS.items()):
    if kind not in ("matrix", "many") or image in ("standardization", "flip", "crop", "turn", "random flip"):
        case(f"{image} of {kind}", value(build, array))
for image, build in CONTRAST.items():
    # TensorFlow's kernel has no gradient.
    for kind, array in (("bytes", INPUTS["bytes"]), ("double", INPUTS["image"].astype(np.float64))):
        case(f"{image} of {kind}", value(lambda x, build=build: tf.stop_gradient(build(x)), array))
for image in ("standardization", "center", "crop", "larger", "smaller", "random flip", "gray"):
    case(f"{image} of unknown size", value(IMAGES[image], INPUTS["image"], unknown=True))

ALIGNMENTS = ("LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT")
for align, k in itertools.product(ALIGNMENTS, [(-1, 2), (-2, 0), (1, 3), (0, 0), 1, -2]):
    bounds = (k, k) if isinstance(k, int) else k
    length = min(3 + min(bounds[1], 0), 4 - max(bounds[0], 0))
    rows = [] if bounds[0] == bounds[1] else [bounds[1] - bounds[0] + 1]
    options = {"k": k, "align": align}
    case(
        f"part {k} {align}",
        value(lambda x, o=options: tf.linalg.diag_part(x, padding_value=9.0, **o), numbers(2, 3, 4)),
    )
    case(
        f"set {k} {align}",
        value(
            lambda x, d, o=options: tf.linalg.set_diag(x, d, **o), numbers(2, 3, 4), numbers(2, *rows, length, seed=1)
        ),
    )
    case(
        f"diag {k} {align}",
        value(
            lambda d, o=options: tf.linalg.diag(d, num_rows=3, num_cols=4, padding_value=7.0, **o),
            numbers(2, *rows, length, seed=1),
        ),
    )
    case(f"square diag {k} {align}", value(lambda d, o=options: tf.linalg.diag(d, **o), numbers(2, *rows, 3)))

case("diag of vector", value(tf.linalg.diag, numbers(3)))
case("diag of vector of unknown size", value(tf.linalg.diag, numbers(3), unknown=True))
case("diag rows", value(lambda x: tf.linalg.diag(x, k=1, num_rows=3), numbers(3)))
case("diag columns", value(lambda x: tf.linalg.diag(x, k=-1, num_cols=5), numbers(3)))
case("diag few rows", value(lambda x: tf.linalg.diag(x, num_rows=2), numbers(3)))
case("diag few columns", value(lambda x: tf.linalg.diag(x, num_cols=2), numbers(3)))
case("diag of no such size", value(lambda x: tf.linalg.diag(x, num_rows=5, num_cols=4), numbers(3)))
case("diag upside down", value(lambda x: tf.linalg.diag(x, k=(1, 0)), numbers(2, 3)))
case("part out of bounds", value(lambda x: tf.linalg.diag_part(x, k=7), numbers(3, 3)))
case(
    "part of unknown size",
    value(lambda x: tf.stop_gradient(tf.linalg.diag_part(x, k=(-1, 1))), numbers(3, 3), unknown=True),
)
case("integers", value(tf.linalg.diag, np.arange(3)))
case("eye", value(lambda n: tf.eye(n), np.array(3)))
case("eye of batch", value(lambda n: tf.eye(n, 4, batch_shape=[2]), np.array(3, np.int32)))
case("eye of constants", value(lambda x: tf.eye(2, 3) + x, numbers(2, 3)))
case("boolean eye", value(lambda n: tf.eye(n, dtype=tf.bool), np.array(3)))

if __name__ == "__main__":
    tf.disable_eager_execution()
    run()
