"""Reads event files."""

import os

from swiftestimator._border import function

__all__ = ["summary_iterator"]


def summary_iterator(path):
    """The ``Event`` messages of an event file, one after the other."""
    from swiftestimator._protos import messages

    reader, next_event = function("driver.event_reader")(os.fspath(path)), function("driver.next_event")
    while (data := next_event(reader)) is not None:
        yield messages.Event.FromString(data)
