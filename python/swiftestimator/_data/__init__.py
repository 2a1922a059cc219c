"""Input pipelines: ``tf.data``."""
