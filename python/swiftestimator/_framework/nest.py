"""Nested structures: lists, tuples, named tuples, dicts and attrs classes, with anything else as leaves.

Dicts are flattened in the order of their sorted keys, as ``tf.nest`` does.
"""

from collections.abc import Mapping

__all__ = [
    "assert_same_structure", "flatten", "flatten_up_to", "is_nested", "map_structure", "pack_sequence_as",
]  # fmt: skip


def is_nested(value):
    """Whether ``value`` is a structure rather than a leaf."""
    return isinstance(value, list | tuple | Mapping) or hasattr(value, "__attrs_attrs__")


is_sequence = is_nested


def _sorted_keys(mapping):
    try:
        return sorted(mapping)
    except TypeError:
        raise TypeError("nest only supports dicts with sortable keys.") from None


def _children(structure):
    if isinstance(structure, Mapping):
        return [structure[k] for k in _sorted_keys(structure)]
    if hasattr(structure, "__attrs_attrs__"):
        return [getattr(structure, a.name) for a in structure.__attrs_attrs__]
    return list(structure)


def _rebuild(structure, children):
    """A structure of the kind of ``structure`` with other children."""
    if isinstance(structure, Mapping):
        by_key = dict(zip(_sorted_keys(structure), children))
        kind = type(structure)
        if kind.__name__ == "defaultdict":
            return kind(structure.default_factory, [(k, by_key[k]) for k in structure])
        if kind is dict or not callable(getattr(kind, "update", None)):
            return {k: by_key[k] for k in structure}
        return kind((k, by_key[k]) for k in structure)
    if hasattr(structure, "_fields"):
        return type(structure)(*children)
    if hasattr(structure, "__attrs_attrs__"):
        return type(structure)(**{a.name: c for a, c in zip(structure.__attrs_attrs__, children)})
    return type(structure)(children)


def flatten(structure, expand_composites=False):
    """The leaves, in order."""
    if not is_nested(structure):
        return [structure]
    leaves = []
    for child in _children(structure):
        leaves.extend(flatten(child))
    return leaves


def pack_sequence_as(structure, flat_sequence, expand_composites=False):
    """The leaves in ``flat_sequence`` in the form of ``structure``; ``ValueError`` when their numbers differ."""
    flat = list(flat_sequence)
    count = len(flatten(structure))
    if not is_nested(structure):
        if len(flat) != 1:
            raise ValueError(
                f"The target structure is of type `{type(structure)}` but the input is a sequence of length {len(flat)}."
            )
        return flat[0]
    if len(flat) != count:
        raise ValueError(
            f"Could not pack sequence. Structure had {count} atoms, but flat_sequence had {len(flat)} items. Structure: "
            f"{structure}, flat_sequence: {flat}."
        )
    leaves = iter(flat)

    def pack(part):
        return _rebuild(part, [pack(c) for c in _children(part)]) if is_nested(part) else next(leaves)

    return pack(structure)


def assert_same_structure(nest1, nest2, check_types=True, expand_composites=False):
    """Raises ``ValueError`` or ``TypeError`` when the two have different forms."""
    if is_nested(nest1) != is_nested(nest2):
        raise ValueError(
            f"The two structures don't have the same nested structure.\n\nFirst structure: {nest1}\n\nSecond structure: "
            f"{nest2}"
        )
    if not is_nested(nest1):
        return
    if check_types and type(nest1) is not type(nest2):
        both_maps = isinstance(nest1, Mapping) and isinstance(nest2, Mapping)
        same_tuple = (
            hasattr(nest1, "_fields") and hasattr(nest2, "_fields") and nest1._fields == nest2._fields
            and type(nest1).__name__ == type(nest2).__name__
        )  # fmt: skip
        if not both_maps and not same_tuple:
            raise TypeError(
                f"The two structures don't have the same sequence type. First structure has type {type(nest1)}, while "
                f"second structure has type {type(nest2)}."
            )
    if isinstance(nest1, Mapping) and set(nest1) != set(nest2):
        raise ValueError(
            f"The two dictionaries don't have the same set of keys. First has keys {list(nest1)}, second has keys "
            f"{list(nest2)}."
        )
    first, second = _children(nest1), _children(nest2)
    if len(first) != len(second):
        raise ValueError(
            f"The two structures don't have the same number of elements.\n\nFirst structure: {nest1}\n\nSecond structure: "
            f"{nest2}"
        )
    for a, b in zip(first, second):
        assert_same_structure(a, b, check_types)


def map_structure(func, *structure, **kwargs):
    """``func`` of the leaves of structures of one form, in that form."""
    check_types = kwargs.pop("check_types", True)
    kwargs.pop("expand_composites", None)
    if kwargs:
        raise ValueError(f"Only valid keyword arguments are `check_types` and `expand_composites`, not: {list(kwargs)}")
    if not callable(func):
        raise TypeError(f"func must be callable, got: {func}")
    if not structure:
        raise ValueError("Must provide at least one structure")
    for other in structure[1:]:
        assert_same_structure(structure[0], other, check_types)
    results = [func(*leaves) for leaves in zip(*[flatten(s) for s in structure])]
    return pack_sequence_as(structure[0], results)


def flatten_up_to(shallow, structure):
    """The parts of ``structure`` that stand where ``shallow`` has its leaves."""
    if not is_nested(shallow):
        return [structure]
    if not is_nested(structure):
        raise TypeError(
            f"If shallow structure is a sequence, input must also be a sequence. Input has type: {type(structure)}."
        )
    first, second = _children(shallow), _children(structure)
    if len(first) != len(second):
        raise ValueError(
            f"The two structures don't have the same sequence length. Input structure has length {len(second)}, while "
            f"shallow structure has length {len(first)}."
        )
    parts = []
    for a, b in zip(first, second):
        parts.extend(flatten_up_to(a, b))
    return parts


def map_structure_up_to(shallow, func, *structures):
    """``func`` of the parts where ``shallow`` has its leaves, in its form."""
    parts = zip(*[flatten_up_to(shallow, s) for s in structures])
    return pack_sequence_as(shallow, [func(*p) for p in parts])
