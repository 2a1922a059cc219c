"""Functions that share their variables between calls."""

import functools

from swiftestimator._framework.graph import get_default_graph
from swiftestimator._model.scopes import variable_scope

__all__ = ["make_template"]


class Template:
    """A function whose variables are made in its first call and used again in later ones."""

    def __init__(self, name, func, create_scope_now=False, unique_name=None, custom_getter=None):
        self._name, self._func = name, func
        self._unique_name, self._custom_getter = unique_name, custom_getter
        self._called = False
        self._scope = None
        if create_scope_now:
            self._make_scope()

    def _make_scope(self):
        if self._unique_name is not None:
            context = variable_scope(self._unique_name, auxiliary_name_scope=False, custom_getter=self._custom_getter)
        else:
            context = variable_scope(
                None, default_name=self._name, auxiliary_name_scope=False, custom_getter=self._custom_getter
            )
        with context as scope:
            self._scope = scope

    def __call__(self, *args, **kwargs):
        """Calls the function in the template's variable scope."""
        if self._scope is None:
            self._make_scope()
        reuse = True if self._called else None
        with variable_scope(self._scope, reuse=reuse):
            before = len(get_default_graph().get_collection("trainable_variables"))
            result = self._func(*args, **kwargs)
            if self._called and len(get_default_graph().get_collection("trainable_variables")) > before:
                raise ValueError(
                    "New variable(s) created after the first call: use tf.get_variable in templates, not tf.Variable"
                )
        self._called = True
        return result

    @property
    def name(self):
        """The name given to the template."""
        return self._name

    @property
    def func(self):
        """The function of the template."""
        return self._func

    @property
    def variable_scope(self):
        """The template's variable scope."""
        if self._scope is None:
            self._make_scope()
        return self._scope

    @property
    def variable_scope_name(self):
        """The name of the variable scope, or ``None`` before it exists."""
        return None if self._scope is None else self._scope.name

    def _variables(self, collection):
        if self._scope is None:
            return []
        return get_default_graph().get_collection(collection, self._scope.name + "/")

    @property
    def variables(self):
        """Global and local variables of the template."""
        return self.global_variables + self.local_variables

    weights = variables

    @property
    def trainable_variables(self):
        """The trainable variables of the template."""
        return self._variables("trainable_variables")

    trainable_weights = trainable_variables

    @property
    def global_variables(self):
        """The global variables of the template."""
        return self._variables("variables")

    @property
    def local_variables(self):
        """The local variables of the template."""
        return self._variables("local_variables")


def make_template(name_, func_, create_scope_now_=False, unique_name_=None, custom_getter_=None, **kwargs):
    """``func_`` with arguments ``kwargs``, as a function that makes its variables once and then shares them."""
    if kwargs:
        func_ = functools.partial(func_, **kwargs)
    return Template(name_, func_, create_scope_now_, unique_name_, custom_getter_)
