"""TensorFlow's private modules that real programs import, as far as they have a public counterpart."""

__all__ = ["private_module"]


def private_module(fullname, version):
    """The module that stands for a private one; ``None`` when there is none."""
    return None
