"""Residual blocks with batch normalisation, weight decay over filtered variables, momentum with piecewise rates."""

import sys

import numpy as np
from real import Recorder, finish, tf

_BATCH_NORM_DECAY = 0.9


def batch_norm(inputs, training):
    return tf.layers.batch_normalization(
        inputs=inputs,
        axis=3,
        momentum=_BATCH_NORM_DECAY,
        epsilon=1e-5,
        center=True,
        scale=True,
        training=training,
        fused=True,
    )


def fixed_padding(inputs, kernel_size):
    total = kernel_size - 1
    beginning = total // 2
    return tf.pad(inputs, [[0, 0], [beginning, total - beginning], [beginning, total - beginning], [0, 0]])


def conv2d_fixed_padding(inputs, filters, kernel_size, strides):
    if strides > 1:
        inputs = fixed_padding(inputs, kernel_size)
    return tf.layers.conv2d(
        inputs=inputs, filters=filters, kernel_size=kernel_size, strides=strides,
        padding="SAME" if strides == 1 else "VALID", use_bias=False, kernel_initializer=tf.variance_scaling_initializer(),
    )  # fmt: skip


def block(inputs, filters, training, strides):
    shortcut = inputs
    inputs = tf.nn.relu(batch_norm(inputs, training))
    if strides != 1 or shortcut.shape[3] != filters:
        shortcut = conv2d_fixed_padding(inputs, filters, 1, strides)
    inputs = conv2d_fixed_padding(inputs, filters, 3, strides)
    inputs = tf.nn.relu(batch_norm(inputs, training))
    return conv2d_fixed_padding(inputs, filters, 3, 1) + shortcut


def resnet_model_fn(features, labels, mode, params):
    tf.summary.image("images", features, max_outputs=2)
    training = mode == tf.estimator.ModeKeys.TRAIN
    with tf.variable_scope("resnet_model"):
        net = conv2d_fixed_padding(features, 4, 3, 1)
        for index, (filters, strides) in enumerate([(4, 1), (8, 2)]):
            net = tf.identity(block(net, filters, training, strides), "block_layer%d" % (index + 1))
        net = tf.nn.relu(batch_norm(net, training))
        net = tf.reduce_mean(net, [1, 2], keepdims=True)
        net = tf.squeeze(tf.identity(net, "final_reduce_mean"), [1, 2])
        logits = tf.layers.dense(inputs=net, units=params["classes"])
        logits = tf.identity(logits, "final_dense")
    logits = tf.cast(logits, tf.float32)
    predictions = {"classes": tf.argmax(logits, axis=1), "probabilities": tf.nn.softmax(logits, name="softmax_tensor")}
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(
            mode=mode,
            predictions=predictions,
            export_outputs={"predict": tf.estimator.export.PredictOutput(predictions)},
        )
    cross_entropy = tf.losses.sparse_softmax_cross_entropy(logits=logits, labels=labels)
    tf.identity(cross_entropy, name="cross_entropy")
    tf.summary.scalar("cross_entropy", cross_entropy)
    l2_loss = params["weight_decay"] * tf.add_n(
        [tf.nn.l2_loss(tf.cast(v, tf.float32)) for v in tf.trainable_variables() if "batch_normalization" not in v.name]
    )
    tf.summary.scalar("l2_loss", l2_loss)
    loss = cross_entropy + l2_loss
    if training:
        global_step = tf.train.get_or_create_global_step()
        learning_rate = tf.train.piecewise_constant(tf.cast(global_step, tf.int32), [10, 20], [0.1, 0.05, 0.01])
        tf.identity(learning_rate, name="learning_rate")
        tf.summary.scalar("learning_rate", learning_rate)
        optimizer = tf.train.MomentumOptimizer(learning_rate=learning_rate, momentum=0.9)
        minimize_op = optimizer.minimize(loss, global_step)
        update_ops = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        train_op = tf.group(minimize_op, update_ops)
    else:
        train_op = None
    accuracy = tf.metrics.accuracy(labels, predictions["classes"])
    top = tf.metrics.mean(tf.nn.in_top_k(predictions=logits, targets=labels, k=2, name="top_2_op"))
    metrics = {"accuracy": accuracy, "accuracy_top_2": top}
    tf.identity(accuracy[1], name="train_accuracy")
    tf.summary.scalar("train_accuracy", accuracy[1])
    return tf.estimator.EstimatorSpec(
        mode=mode, predictions=predictions, loss=loss, train_op=train_op, eval_metric_ops=metrics
    )


def augment(image, label):
    image = tf.image.per_image_standardization(image)
    return image, label


def input_fn(training, count=48):
    rng = np.random.RandomState(9)
    labels = rng.randint(0, 4, count).astype(np.int32)
    images = (rng.rand(4, 8, 8, 3)[labels] + 0.3 * rng.rand(count, 8, 8, 3)).astype(np.float32)
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).map(augment)
    if training:
        dataset = dataset.apply(tf.data.experimental.shuffle_and_repeat(48, seed=3))
    return dataset.batch(12, drop_remainder=training).prefetch(tf.data.experimental.AUTOTUNE)


if __name__ == "__main__":
    session_config = tf.ConfigProto(allow_soft_placement=True, inter_op_parallelism_threads=1)
    run_config = tf.estimator.RunConfig(session_config=session_config, save_checkpoints_secs=60 * 60, tf_random_seed=8)
    classifier = tf.estimator.Estimator(
        model_fn=resnet_model_fn, model_dir=sys.argv[2], config=run_config, params={"classes": 4, "weight_decay": 2e-3}
    )
    hook = tf.train.LoggingTensorHook(
        {n: n for n in ("learning_rate", "cross_entropy", "train_accuracy")}, every_n_iter=10
    )
    recorder = Recorder()
    classifier.train(input_fn=lambda: input_fn(True), hooks=[hook, recorder], max_steps=25)
    results = classifier.evaluate(input_fn=lambda: input_fn(False))
    finish(classifier, recorder, results, classifier.predict(lambda: input_fn(False, 3)))
