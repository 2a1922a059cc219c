"""Nests of things to fetch, flattened for the engine and put together again."""

from swiftestimator._framework.graph import Operation, Tensor

__all__ = ["Fetches"]


class Fetches:
    """``outputs`` and ``nodes`` are what to ask the engine for; ``build(values)`` gives the nest of results."""

    def __init__(self, graph, fetches):
        self.outputs = []
        self.nodes = []
        self._positions = {}
        self._graph = graph
        self.build = self._compile(fetches)

    def position(self, element):
        """Where the value of a tensor stands; -1 for operations."""
        return self._positions.get(element, -1)

    def fed(self, feeds):
        """(position of the result, index of the feed) for each result that is fed itself."""
        return [(self._positions[t], index) for index, (t, _) in enumerate(feeds) if t in self._positions]

    def with_feeds(self, values, feeds):
        """The values of a run, where what was fed comes back as it was given."""
        for position, index in self.fed(feeds):
            values[position] = feeds[index][1]
        return values

    def _element(self, fetch):
        try:
            element = self._graph.as_graph_element(fetch)
        except TypeError as error:
            raise TypeError(
                f'Argument `fetch` = {fetch} has invalid type "{type(fetch).__name__}", must be a string or Tensor. '
                f"({error})"
            ) from None
        except ValueError as error:
            raise ValueError(f"Argument `fetch` = {fetch} cannot be interpreted as a Tensor. ({error})") from None
        except KeyError as error:
            raise ValueError(f"Argument `fetch` = {fetch} cannot be interpreted as a Tensor. ({error})") from None
        if self._graph._unfetchable and not self._graph.is_fetchable(element):
            raise ValueError(f"Operation {element.name!r} has been marked as not fetchable.")
        return element

    def _compile(self, fetch):
        if fetch is None:
            raise TypeError(f'Argument `fetch` = {fetch} has invalid type "{type(fetch).__name__}". Cannot be None')
        if isinstance(fetch, list | tuple) and not isinstance(fetch, str):
            parts = [self._compile(f) for f in fetch]
            if isinstance(fetch, list):
                return lambda values: [p(values) for p in parts]
            kind = type(fetch)
            if hasattr(fetch, "_fields"):
                return lambda values: kind(*[p(values) for p in parts])
            return lambda values: kind([p(values) for p in parts])
        if isinstance(fetch, dict) or hasattr(fetch, "keys") and hasattr(fetch, "__getitem__"):
            kind = type(fetch)
            parts = [(key, self._compile(fetch[key])) for key in fetch]
            if kind.__name__ == "defaultdict":
                return lambda values: kind(fetch.default_factory, [(k, p(values)) for k, p in parts])
            return lambda values: kind([(k, p(values)) for k, p in parts])
        if hasattr(fetch, "__attrs_attrs__"):
            kind = type(fetch)
            names = [a.name for a in kind.__attrs_attrs__]
            parts = [self._compile(getattr(fetch, n)) for n in names]
            return lambda values: kind(**{n: p(values) for n, p in zip(names, parts)})
        expand = getattr(fetch, "_fetch_parts", None)
        if expand is not None:
            tensors, join = expand()
            parts = [self._compile(t) for t in tensors]
            return lambda values: join([p(values) for p in parts])
        element = self._element(fetch)
        if isinstance(element, Operation):
            self.nodes.append(element)
            return _nothing
        position = self._positions.get(element)
        if position is None:
            position = self._positions[element] = len(self.outputs)
            self.outputs.append(element)
        return lambda values: values[position]


def _nothing(values):
    return None


def is_fetchable(value):
    """Whether ``value`` is something a session can fetch by itself."""
    return isinstance(value, Tensor | Operation | str)
