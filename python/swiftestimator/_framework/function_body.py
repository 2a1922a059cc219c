"""Sub-graphs: the bodies of dataset functions and of functional control flow."""

from swiftestimator._border import function, user_origin
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Graph, get_default_graph

__all__ = ["FunctionBody", "trace"]


class FunctionBody(Graph):
    """A graph whose operations may use tensors of the graph around it; those become extra inputs."""

    def __new__(cls, outer):
        return super().__new__(cls, function("graph.new_body")(outer))

    def __init__(self, outer):
        super().__init__(self)
        self.outer_graph = outer
        self.building_function = True
        self.inputs = []
        self.writes = {}  # the last change of each variable that the body changes
        self.reads_inside = frozenset()  # variables that the body reads itself, instead of taking their value in

    def reads(self, variable):
        """Whether the value of a variable is read where it is used: the body, or one around it, changes it."""
        handle = variable._handle_tensor
        if handle in self.writes or handle in self.reads_inside:
            return True
        return isinstance(self.outer_graph, FunctionBody) and self.outer_graph.reads(variable)

    def add_input(self, dtype, shape, name):
        """A placeholder for a declared argument."""
        dims = None if shape is None or shape._dims is None else list(shape._dims)
        node = self.create_op("Placeholder", [], {"dtype": dtype._type_enum, "shape": dims}, name)
        self.inputs.append(node.outputs[0])
        return node.outputs[0]

    def register(self, name, outputs):
        """Makes the body a function of the outermost graph; gives back its name and the captured tensors.

        The captured tensors belong to the graph around the body, and follow the declared arguments as inputs.
        """
        root = self.outer_graph
        bodies = root._attachments.setdefault("functions", [])
        taken = set(function("graph.function_names")(root))  # imported graphs bring functions along
        number = len(bodies)
        while (unique := f"__inference_{name}_{number}") in taken:
            number += 1
        bodies.append(self)  # a body lives as long as its graph
        captured = function("graph.add_function")(root, unique, self, self.inputs, outputs)
        return unique, captured


def trace(name, callable_, arguments, outer=None):
    """Calls ``callable_`` with placeholders in a new body.

    ``arguments``: pairs of dtype and shape. Returns the body, what the callable returned, and a function that turns one
    leaf into a tensor of the body.
    """
    body = FunctionBody(outer or get_default_graph())
    function("graph.set_origin")(body, user_origin())
    with body.as_default():
        inputs = [body.add_input(dtype, shape, f"args_{i}") for i, (dtype, shape) in enumerate(arguments)]
        result = callable_(*inputs)

    def as_tensor(leaf, dtype=None):
        with body.as_default():
            tensor = convert_to_tensor(leaf, None if dtype is None else dtypes.as_dtype(dtype))
            if tensor.graph is not body:
                from swiftestimator._framework.op_call import apply

                tensor = apply("Identity", [tensor])
            return tensor

    return body, result, as_tensor
