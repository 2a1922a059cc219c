"""Bits of integers."""

from swiftestimator._ops.support import binary, unary

bitwise_and = binary("BitwiseAnd", "The bits that both have.", "bitwise_and")
bitwise_or = binary("BitwiseOr", "The bits that one has.", "bitwise_or")
bitwise_xor = binary("BitwiseXor", "The bits in which they differ.", "bitwise_xor")
invert = unary("Invert", "Every bit turned around.")
left_shift = binary("LeftShift", "The bits moved to higher places.", "left_shift")
right_shift = binary("RightShift", "The bits moved to lower places.", "right_shift")
