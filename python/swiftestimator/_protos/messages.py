"""The message classes, as attributes of this module; built when the first one is asked for.

They live in a descriptor pool of their own, so that the real TensorFlow may be loaded beside them.
"""

from functools import lru_cache

from swiftestimator._protos.schema import SCHEMA

__all__ = ["enum_number", "message_class"]

_PACKAGE = "tensorflow"


@lru_cache(maxsize=1)
def _pool():
    from google.protobuf import descriptor_pb2, descriptor_pool

    field_types = descriptor_pb2.FieldDescriptorProto
    blocks = _parse(SCHEMA)
    enums = {name for kind, name, _ in blocks if kind == "enum"}
    file = descriptor_pb2.FileDescriptorProto(name="swiftestimator.proto", package=_PACKAGE, syntax="proto3")
    made = {}

    def parent_of(name):
        outer, _, _ = name.rpartition(".")
        if not outer:
            return file.message_type, file.enum_type
        if outer not in made:
            made[outer] = parent_of(outer)[0].add(name=outer.rpartition(".")[2])
        return made[outer].nested_type, made[outer].enum_type

    def set_type(field, text):
        scalar = getattr(field_types, f"TYPE_{text.upper()}", None)
        if scalar is not None:
            field.type = scalar
            return
        field.type = field_types.TYPE_ENUM if text in enums else field_types.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{text}"

    for kind, name, lines in blocks:
        messages, enum_types = parent_of(name)
        short = name.rpartition(".")[2]
        if kind == "enum":
            enum = enum_types.add(name=short)
            for line in lines:
                value, _, number = line.partition("=")
                enum.value.add(name=value, number=int(number))
            enum.value.sort(key=lambda v: v.number != 0)  # proto3 wants zero first
            continue
        message = made[name] = made.get(name) or messages.add(name=short)
        oneofs = {}
        for line in lines:
            _add_field(message, line, name, oneofs, set_type, field_types)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
    return pool


def _add_field(message, line, owner, oneofs, set_type, field_types):
    words = line.split()
    field = message.field.add()
    field.label = field_types.LABEL_OPTIONAL
    if words[0] == "repeated":
        field.label = field_types.LABEL_REPEATED
        words = words[1:]
    field.name, _, number = words[1].partition("=")
    field.number = int(number)
    if words[0].startswith("map<"):
        key, value = words[0][4:-1].split(",")
        entry_name = "".join(part.capitalize() for part in field.name.split("_")) + "Entry"
        entry = message.nested_type.add(name=entry_name)
        entry.options.map_entry = True
        for index, text in enumerate((key, value), 1):
            item = entry.field.add(name=("key", "value")[index - 1], number=index, label=field_types.LABEL_OPTIONAL)
            set_type(item, text)
        field.label = field_types.LABEL_REPEATED
        field.type = field_types.TYPE_MESSAGE
        field.type_name = f".{_PACKAGE}.{owner}.{entry_name}"
        return
    set_type(field, words[0])
    if len(words) > 3:
        if words[3] not in oneofs:
            oneofs[words[3]] = len(message.oneof_decl)
            message.oneof_decl.add(name=words[3])
        field.oneof_index = oneofs[words[3]]


def _parse(text):
    """(kind, name, lines) for each block."""
    blocks = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("  "):
            blocks[-1][2].append(line.strip())
        else:
            kind, _, name = line.rpartition(" ")
            blocks.append((kind or "message", name, []))
    return blocks


@lru_cache
def message_class(name):
    """The class of a message, such as ``Summary.Value``; ``KeyError`` when there is none."""
    from google.protobuf import message_factory

    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{_PACKAGE}.{name}"))


def enum_number(name, value):
    """The number of an enum's value."""
    return _pool().FindEnumTypeByName(f"{_PACKAGE}.{name}").values_by_name[value].number


def enum_name(name, number):
    """The name of an enum's value."""
    return _pool().FindEnumTypeByName(f"{_PACKAGE}.{name}").values_by_number[number].name


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    try:
        return message_class(name)
    except KeyError:
        raise AttributeError(f"there is no message '{name}'") from None
