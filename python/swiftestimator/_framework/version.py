"""What ``tf.version`` says to programs that ask."""

VERSION = "2.15.1"
VERSION_1 = "1.15.5"
GIT_VERSION = "swiftestimator"
COMPILER_VERSION = "swift 6"
GRAPH_DEF_VERSION = 1645
GRAPH_DEF_VERSION_MIN_CONSUMER = 0
GRAPH_DEF_VERSION_MIN_PRODUCER = 0
