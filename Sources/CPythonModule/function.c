#if __has_include(<Python.h>)
/* The engine's functions as callables. Each is a builtin function, which the interpreter calls faster than any other
 * object; a record holds what it needs. */
#include "gate.h"
#include "module.h"

#include <stdlib.h>

typedef struct {
  PyObject_HEAD
  PyMethodDef method;
  PyObject *name; /* owns method.ml_name */
  int64_t position;
  bool is_blocking;
} record_instance;

static void record_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  Py_XDECREF(((record_instance *)self)->name);
  ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

static PyObject *record_repr(PyObject *self) {
  return PyUnicode_FromFormat("<engine function %R>", ((record_instance *)self)->name);
}

static PyType_Slot record_slots[] = {
    {Py_tp_dealloc, record_dealloc},
    {Py_tp_repr, record_repr},
    {0, NULL},
};
static PyType_Spec record_spec = {"swiftestimator._native._Record", sizeof(record_instance), 0,
                                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, record_slots};

#define STACK_ARGUMENTS 16

static PyObject *call(const record_instance *record, engine_value *const *values, size_t count) {
  engine_value *result = NULL;
  engine_error *error = NULL;
  int32_t status;
  if (record->is_blocking) {
    PyThreadState *thread = gate_open();
    status = engine_function_call(record->position, values, count, &result, &error);
    gate_close(thread);
  } else {
    status = engine_function_call(record->position, values, count, &result, &error);
  }
  if (status != 0) {
    raise_engine_error(error);
    return NULL;
  }
  PyObject *object = python_from_value(result);
  engine_value_release(result);
  return object;
}

static PyObject *record_call(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
  record_instance *record = (record_instance *)self;
  engine_value *stack[STACK_ARGUMENTS];
  engine_value **values = stack;
  if (count > STACK_ARGUMENTS) {
    values = PyMem_Calloc((size_t)count, sizeof *values);
    if (values == NULL) return PyErr_NoMemory();
  }
  call_depth++;
  Py_ssize_t converted = 0;
  while (converted < count) {
    engine_value *value = value_from_python(arguments[converted], record->is_blocking);
    if (value == NULL) break;
    values[converted++] = value;
  }
  PyObject *result = converted == count ? call(record, values, (size_t)count) : NULL;
  for (Py_ssize_t i = 0; i < converted; i++) engine_value_release(values[i]);
  if (values != stack) PyMem_Free(values);
  call_depth--;
  release_collected();
  return result;
}

static PyObject *make_function(PyObject *name, int64_t position) {
  record_instance *record = (record_instance *)PyType_GenericAlloc(state.record_type, 0);
  if (record == NULL) return NULL;
  Py_INCREF(name);
  record->name = name;
  record->position = position;
  record->is_blocking = engine_function_is_blocking(position);
  /* The text lies in the str object, which the record keeps. */
  record->method = (PyMethodDef){PyUnicode_AsUTF8AndSize(name, NULL), (PyCFunction)(void (*)(void))record_call,
                                 METH_FASTCALL, NULL};
  PyObject *module_name = PyUnicode_FromString("swiftestimator._native");
  PyObject *function =
      module_name == NULL ? NULL : PyCFunction_NewEx(&record->method, (PyObject *)record, module_name);
  Py_XDECREF(module_name);
  Py_DECREF(record);
  return function;
}

PyObject *module_function(PyObject *module, PyObject *name) {
  (void)module;
  if (!PyUnicode_Check(name)) {
    PyErr_Format(PyExc_TypeError, "the name of a function must be a str, got %R", name);
    return NULL;
  }
  PyObject *known = PyDict_GetItemWithError(state.functions, name);
  if (known != NULL) Py_INCREF(known);
  if (known != NULL || PyErr_Occurred()) return known;
  Py_ssize_t count;
  const char *bytes = PyUnicode_AsUTF8AndSize(name, &count);
  if (bytes == NULL) return NULL;
  int64_t position = engine_function_find(bytes, (size_t)count);
  if (position < 0) {
    PyErr_Format(PyExc_AttributeError, "the engine has no function %R", name);
    return NULL;
  }
  PyObject *function = make_function(name, position);
  if (function != NULL && PyDict_SetItem(state.functions, name, function) < 0) Py_CLEAR(function);
  return function;
}

PyObject *module_functions(PyObject *module, PyObject *unused) {
  (void)module;
  (void)unused;
  engine_value *names = engine_function_new_names();
  PyObject *list = python_from_value(names);
  engine_value_release(names);
  return list;
}

int functions_init(PyObject *module) {
  if (state.record_type == NULL) state.record_type = (PyTypeObject *)PyType_FromSpec(&record_spec);
  if (state.functions == NULL) state.functions = PyDict_New();
  if (state.record_type == NULL || state.functions == NULL) return -1;
  PyObject *example = PyObject_GetAttrString(module, "function");
  int status = example == NULL ? -1 : PyModule_AddObjectRef(module, "Function", (PyObject *)Py_TYPE(example));
  Py_XDECREF(example);
  return status;
}
#endif
