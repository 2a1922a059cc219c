#if __has_include(<Python.h>)
/* Objects, outputs and nodes of the engine as Python objects. */
#include "module.h"

static void *slot_of(PyTypeObject *type, int slot) { return PyType_GetSlot(type, slot); }

static PyObject *allocate(PyTypeObject *type) { return ((allocfunc)slot_of(type, Py_tp_alloc))(type, 0); }

static void deallocate(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  ((freefunc)slot_of(type, Py_tp_free))(self);
  Py_DECREF(type);
}

/* Object */

/* `pointer` (retained) is consumed. The newest object made from a pointer is the canonical one. */
static PyObject *object_make(PyTypeObject *type, const void *pointer) {
  object_instance *self = (object_instance *)allocate(type);
  if (self == NULL || identity_set(pointer, (PyObject *)self) < 0) {
    Py_XDECREF((PyObject *)self); /* its pointer is still NULL */
    engine_object_release(pointer);
    return NULL;
  }
  self->pointer = pointer;
  return (PyObject *)self;
}

static PyObject *object_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
  PyObject *other = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;
  if (other == NULL || !PyObject_TypeCheck(other, state.object_type)) {
    PyErr_Format(PyExc_TypeError, "%R cannot be created directly: objects of the engine come from its functions", type);
    return NULL;
  }
  (void)keywords; /* for a subclass's __init__ */
  const void *pointer = ((object_instance *)other)->pointer;
  engine_object_retain(pointer);
  return object_make(type, pointer);
}

PyObject *object_from_pointer(const void *pointer) {
  PyObject *known = identity_find(pointer);
  if (known != NULL) {
    engine_object_release(pointer);
    Py_INCREF(known);
    return known;
  }
  PyObject *raw = object_make(state.object_type, pointer);
  if (raw == NULL || state.make_object == NULL) return raw;
  engine_value *name_value = engine_object_new_type_name(pointer);
  PyObject *name = unicode_from_value(name_value);
  engine_value_release(name_value);
  PyObject *wrapper = name == NULL ? NULL : PyObject_CallFunctionObjArgs(state.make_object, name, raw, NULL);
  Py_XDECREF(name);
  if (wrapper == Py_None) {
    Py_DECREF(wrapper);
    return raw;
  }
  if (wrapper != NULL && !(PyObject_TypeCheck(wrapper, state.object_type) &&
                           ((object_instance *)wrapper)->pointer == pointer)) {
    PyErr_Format(PyExc_TypeError, "make_object must return None or an Object made from its argument, got %R", wrapper);
    Py_DECREF(wrapper);
    wrapper = NULL;
  }
  Py_DECREF(raw);
  return wrapper;
}

static int object_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  return 0;
}

static void object_dealloc(PyObject *self) {
  PyObject_GC_UnTrack(self);
  const void *pointer = ((object_instance *)self)->pointer;
  if (pointer != NULL) {
    identity_remove(pointer, self);
    engine_object_release(pointer);
  }
  deallocate(self);
}

static PyObject *object_repr(PyObject *self) {
  engine_value *value = engine_object_new_type_name(((object_instance *)self)->pointer);
  PyObject *name = unicode_from_value(value);
  engine_value_release(value);
  if (name == NULL) return NULL;
  PyObject *text = PyUnicode_FromFormat("<%U of the engine at %p>", name, ((object_instance *)self)->pointer);
  Py_DECREF(name);
  return text;
}

static PyType_Slot object_slots[] = {
    {Py_tp_doc, "Object(other)\n--\n\nAn object of the engine. Subclasses take over the object they are made from."},
    {Py_tp_new, object_new},
    {Py_tp_traverse, object_traverse},
    {Py_tp_dealloc, object_dealloc},
    {Py_tp_repr, object_repr},
    {0, NULL},
};
static PyType_Spec object_spec = {"swiftestimator._native.Object", sizeof(object_instance), 0,
                                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, object_slots};

/* Output and Node */

static PyObject *output_make(PyTypeObject *type, PyObject *graph, int64_t node_id, int64_t index) {
  output_instance *self = (output_instance *)allocate(type);
  if (self == NULL) return NULL;
  Py_INCREF(graph);
  self->graph = graph;
  self->node_id = node_id;
  self->index = index;
  return (PyObject *)self;
}

static int64_t int_argument(PyObject *arguments, Py_ssize_t position) {
  PyObject *item = PyTuple_GetItem(arguments, position);
  return item == NULL ? -1 : PyLong_AsLongLong(item);
}

static PyObject *output_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords) {
  (void)keywords; /* for a subclass's __init__ */
  bool is_node = PyType_IsSubtype(type, state.node_type);
  if (PyTuple_Size(arguments) < (is_node ? 2 : 3)) {
    PyErr_Format(PyExc_TypeError, "%R must be made from a graph and %s", type,
                 is_node ? "a node number" : "the numbers of a node and of its output");
    return NULL;
  }
  PyObject *graph = PyTuple_GetItem(arguments, 0);
  if (!PyObject_TypeCheck(graph, state.object_type)) {
    PyErr_Format(PyExc_TypeError, "the first argument of %R must be an Object, got %R", type, Py_TYPE(graph));
    return NULL;
  }
  int64_t node_id = int_argument(arguments, 1);
  if (node_id == -1 && PyErr_Occurred()) return NULL;
  int64_t index = is_node ? 0 : int_argument(arguments, 2);
  if (index == -1 && PyErr_Occurred()) return NULL;
  return output_make(type, graph, node_id, index);
}

PyObject *output_from_value(const engine_value *value, bool is_node) {
  int64_t node_id = 0, index = 0;
  const void *pointer = engine_value_output(value, &node_id, &index);
  if (pointer == NULL) {
    PyErr_SetString(PyExc_SystemError, "the engine returned an output without a graph");
    return NULL;
  }
  PyObject *graph = object_from_pointer(pointer);
  if (graph == NULL) return NULL;
  PyObject *hook = is_node ? state.make_node : state.make_output;
  PyObject *result = NULL;
  if (hook == NULL) {
    result = output_make(is_node ? state.node_type : state.output_type, graph, node_id, index);
  } else {
    PyObject *first = PyLong_FromLongLong(node_id);
    PyObject *second = is_node ? NULL : PyLong_FromLongLong(index);
    if (first != NULL && (is_node || second != NULL)) {
      result = PyObject_CallFunctionObjArgs(hook, graph, first, second, NULL); /* a NULL ends the arguments */
    }
    Py_XDECREF(first);
    Py_XDECREF(second);
  }
  Py_DECREF(graph);
  return result;
}

static int output_traverse(PyObject *self, visitproc visit, void *arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(((output_instance *)self)->graph);
  return 0;
}

static int output_clear(PyObject *self) {
  Py_CLEAR(((output_instance *)self)->graph);
  return 0;
}

static void output_dealloc(PyObject *self) {
  PyObject_GC_UnTrack(self);
  output_clear(self);
  deallocate(self);
}

static PyObject *output_repr(PyObject *self) {
  output_instance *output = (output_instance *)self;
  if (PyObject_TypeCheck(self, state.node_type)) {
    return PyUnicode_FromFormat("<node %lld of %R>", (long long)output->node_id, output->graph);
  }
  return PyUnicode_FromFormat("<output %lld of node %lld of %R>", (long long)output->index, (long long)output->node_id,
                              output->graph);
}

static PyMemberDef output_members[] = {
    {"graph", T_OBJECT_EX, offsetof(output_instance, graph), READONLY, "The graph."},
    {"node_id", T_LONGLONG, offsetof(output_instance, node_id), READONLY, "The node's position in the graph."},
    {"index", T_LONGLONG, offsetof(output_instance, index), READONLY, "Which output of the node."},
    {NULL, 0, 0, 0, NULL},
};
static PyMemberDef node_members[] = {
    {"graph", T_OBJECT_EX, offsetof(output_instance, graph), READONLY, "The graph."},
    {"node_id", T_LONGLONG, offsetof(output_instance, node_id), READONLY, "The node's position in the graph."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot output_slots[] = {
    {Py_tp_doc, "Output(graph, node_id, index)\n--\n\nAn output of a node."},
    {Py_tp_new, output_new},
    {Py_tp_members, output_members},
    {Py_tp_traverse, output_traverse},
    {Py_tp_clear, output_clear},
    {Py_tp_dealloc, output_dealloc},
    {Py_tp_repr, output_repr},
    {0, NULL},
};
static PyType_Slot node_slots[] = {
    {Py_tp_doc, "Node(graph, node_id)\n--\n\nA node of a graph."},
    {Py_tp_new, output_new},
    {Py_tp_members, node_members},
    {Py_tp_traverse, output_traverse},
    {Py_tp_clear, output_clear},
    {Py_tp_dealloc, output_dealloc},
    {Py_tp_repr, output_repr},
    {0, NULL},
};
static PyType_Spec output_spec = {"swiftestimator._native.Output", sizeof(output_instance), 0,
                                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, output_slots};
static PyType_Spec node_spec = {"swiftestimator._native.Node", sizeof(output_instance), 0,
                                Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, node_slots};

static int add(PyObject *module, PyTypeObject **type, PyType_Spec *spec) {
  if (*type == NULL) *type = (PyTypeObject *)PyType_FromSpec(spec);
  return *type == NULL ? -1 : PyModule_AddType(module, *type);
}

int types_init(PyObject *module) {
  if (add(module, &state.object_type, &object_spec) < 0) return -1;
  if (add(module, &state.output_type, &output_spec) < 0) return -1;
  return add(module, &state.node_type, &node_spec);
}
#endif
