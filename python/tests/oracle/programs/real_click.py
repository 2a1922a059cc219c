"""Clicks by a factorisation machine with a deep part, from text files, with AUC."""

import os
import sys

import numpy as np
from real import Recorder, finish, tf

FIELDS = 5
SIZE = 40


def write(path, seed, count):
    rng = np.random.RandomState(seed)
    with open(path, "w") as file:
        for _ in range(count):
            ids = [int(rng.randint(0, 8)) + 8 * f for f in range(FIELDS)]
            values = [round(float(rng.rand()), 3) for _ in range(FIELDS)]
            label = int(ids[0] % 2 + (values[1] > 0.5) > 1)
            file.write("%d %s\n" % (label, " ".join("%d:%s" % pair for pair in zip(ids, values))))


def input_fn(filenames, batch_size=16, num_epochs=1, perform_shuffle=False):
    def decode(line):
        columns = tf.string_split([line], " ")
        label = tf.string_to_number(columns.values[0], out_type=tf.float32)
        splits = tf.string_split(columns.values[1:], ":")
        id_values = tf.reshape(splits.values, splits.dense_shape)
        ids, values = tf.split(id_values, num_or_size_splits=2, axis=1)
        return {
            "feat_ids": tf.string_to_number(ids, out_type=tf.int32),
            "feat_vals": tf.string_to_number(values, out_type=tf.float32),
        }, label

    dataset = tf.data.TextLineDataset(filenames).map(decode, num_parallel_calls=2).prefetch(100)
    if perform_shuffle:
        dataset = dataset.shuffle(buffer_size=64, seed=6)
    dataset = dataset.repeat(num_epochs).batch(batch_size)
    iterator = dataset.make_one_shot_iterator()
    features, labels = iterator.get_next()
    return features, labels


def model_fn(features, labels, mode, params):
    k, l2 = params["embedding_size"], params["l2_reg"]
    FM_B = tf.get_variable(name="fm_bias", shape=[1], initializer=tf.constant_initializer(0.0))
    FM_W = tf.get_variable(name="fm_w", shape=[SIZE], initializer=tf.glorot_normal_initializer())
    FM_V = tf.get_variable(name="fm_v", shape=[SIZE, k], initializer=tf.glorot_normal_initializer())
    feat_ids = tf.reshape(features["feat_ids"], shape=[-1, FIELDS])
    feat_vals = tf.reshape(features["feat_vals"], shape=[-1, FIELDS])
    with tf.variable_scope("First-order"):
        feat_wgts = tf.nn.embedding_lookup(FM_W, feat_ids)
        y_w = tf.reduce_sum(tf.multiply(feat_wgts, feat_vals), 1)
    with tf.variable_scope("Second-order"):
        embeddings = tf.nn.embedding_lookup(FM_V, feat_ids)
        embeddings = tf.multiply(embeddings, tf.reshape(feat_vals, shape=[-1, FIELDS, 1]))
        sum_square = tf.square(tf.reduce_sum(embeddings, 1))
        square_sum = tf.reduce_sum(tf.square(embeddings), 1)
        y_v = 0.5 * tf.reduce_sum(tf.subtract(sum_square, square_sum), 1)
    with tf.variable_scope("Deep-part"):
        deep = tf.reshape(embeddings, shape=[-1, FIELDS * k])
        for i, units in enumerate(params["deep_layers"]):
            deep = tf.layers.dense(deep, units, tf.nn.relu, name="mlp%d" % i)
            if mode == tf.estimator.ModeKeys.TRAIN:
                deep = tf.nn.dropout(deep, keep_prob=params["dropout"][i])
        y_d = tf.reshape(tf.layers.dense(deep, 1, name="deep_out"), shape=[-1])
    with tf.variable_scope("DeepFM-out"):
        y = FM_B * tf.ones_like(y_d, dtype=tf.float32) + y_w + y_v + y_d
        pred = tf.sigmoid(y)
    predictions = {"prob": pred}
    key = tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
    export_outputs = {key: tf.estimator.export.PredictOutput(predictions)}
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions, export_outputs=export_outputs)
    loss = (
        tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=y, labels=labels))
        + l2 * tf.nn.l2_loss(FM_W)
        + l2 * tf.nn.l2_loss(FM_V)
    )
    eval_metric_ops = {
        "auc": tf.metrics.auc(labels, pred),
        "log_loss": tf.metrics.mean(tf.losses.log_loss(labels, pred)),
    }
    if mode == tf.estimator.ModeKeys.EVAL:
        return tf.estimator.EstimatorSpec(
            mode=mode, predictions=predictions, loss=loss, eval_metric_ops=eval_metric_ops
        )
    optimizer = tf.train.AdamOptimizer(learning_rate=params["learning_rate"], beta1=0.9, beta2=0.999, epsilon=1e-8)
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode=mode, predictions=predictions, loss=loss, train_op=train_op)


def main(_):
    os.makedirs(sys.argv[2], exist_ok=True)
    paths = [os.path.join(sys.argv[2], name) for name in ("tr.libsvm", "va.libsvm", "te.libsvm")]
    for seed, (path, count) in enumerate(zip(paths, (160, 80, 6))):
        write(path, seed, count)
    params = {
        "embedding_size": 4,
        "learning_rate": 0.01,
        "l2_reg": 0.001,
        "deep_layers": [16, 8],
        "dropout": [0.8, 0.9],
    }
    config = tf.estimator.RunConfig(tf_random_seed=12).replace(
        session_config=tf.ConfigProto(device_count={"GPU": 0, "CPU": 2}), log_step_count_steps=20, save_summary_steps=20
    )
    model = tf.estimator.Estimator(model_fn=model_fn, model_dir=sys.argv[2] + "/model", params=params, config=config)
    recorder = Recorder()
    model.train(lambda: input_fn(paths[:1], num_epochs=5, perform_shuffle=True), hooks=[recorder])
    results = model.evaluate(lambda: input_fn(paths[1:2]))
    predictions = model.predict(lambda: input_fn(paths[2:]), predict_keys="prob")
    finish(model, recorder, results, predictions)


if __name__ == "__main__":
    tf.app.run(main, sys.argv[:1])
