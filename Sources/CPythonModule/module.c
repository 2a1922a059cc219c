#if __has_include(<Python.h>)
/* The module `swiftestimator._native`: the engine's functions and values for Python. */
#include "module.h"

#include <string.h>

module_state state;

static PyObject *module_abi_version(PyObject *module, PyObject *unused) {
  (void)module;
  (void)unused;
  return PyLong_FromUnsignedLong(engine_abi_version());
}

static const struct {
  const char *name;
  PyObject **place;
} hooks[] = {{"make_object", &state.make_object},
             {"make_output", &state.make_output},
             {"make_node", &state.make_node},
             {"make_error", &state.make_error}};
#define HOOK_COUNT (sizeof hooks / sizeof *hooks)

static int register_hook(const char *name, PyObject *hook) {
  for (size_t i = 0; i < HOOK_COUNT; i++) {
    if (strcmp(hooks[i].name, name) != 0) continue;
    PyObject *old = *hooks[i].place;
    if (hook == Py_None) hook = NULL;
    Py_XINCREF(hook);
    *hooks[i].place = hook;
    Py_XDECREF(old);
    return 0;
  }
  PyErr_Format(PyExc_TypeError, "register() has no hook '%s'", name);
  return -1;
}

static PyObject *module_hooks(PyObject *module, PyObject *unused) {
  (void)module;
  (void)unused;
  PyObject *dict = PyDict_New();
  for (size_t i = 0; dict != NULL && i < HOOK_COUNT; i++) {
    PyObject *hook = *hooks[i].place;
    if (PyDict_SetItemString(dict, hooks[i].name, hook == NULL ? Py_None : hook) < 0) Py_CLEAR(dict);
  }
  return dict;
}

static PyObject *module_register(PyObject *module, PyObject *arguments, PyObject *keywords) {
  (void)module;
  if (PyTuple_Size(arguments) != 0) {
    PyErr_SetString(PyExc_TypeError, "register() takes keyword arguments only");
    return NULL;
  }
  PyObject *key, *hook;
  Py_ssize_t position = 0;
  while (keywords != NULL && PyDict_Next(keywords, &position, &key, &hook)) {
    if (hook != Py_None && !PyCallable_Check(hook)) {
      PyErr_Format(PyExc_TypeError, "the hook %U must be callable, got %R", key, hook);
      return NULL;
    }
    const char *name = PyUnicode_AsUTF8AndSize(key, NULL);
    if (name == NULL || register_hook(name, hook) < 0) return NULL;
  }
  Py_RETURN_NONE;
}

static PyObject *module_finalize(PyObject *module, PyObject *unused) {
  (void)module;
  (void)unused;
  callbacks_finalize();
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"function", module_function, METH_O,
     "function(name, /)\n--\n\nThe engine's function of that name. AttributeError when there is none."},
    {"functions", module_functions, METH_NOARGS, "functions()\n--\n\nThe names of all functions of the engine."},
    {"abi_version", module_abi_version, METH_NOARGS, "abi_version()\n--\n\nThe version of the engine's C interface."},
    {"run", (PyCFunction)(void (*)(void))module_run, METH_FASTCALL,
     "run(prepared, /, *feeds)\n--\n\nRuns what session.callable prepared, with one array for each of its feeds; "
     "returns the list of its results."},
    {"request_key", (PyCFunction)(void (*)(void))module_request_key, METH_FASTCALL,
     "request_key(fetches, feed_dict, /)\n--\n\nWhat says that two calls of Session.run ask for the same; None when that "
     "takes a closer look."},
    {"run_known", (PyCFunction)(void (*)(void))module_run_known, METH_FASTCALL,
     "run_known(requests, graph, fetches, feed_dict, /)\n--\n\nThe result of a request that a session keeps in its dict of "
     "requests; NotImplemented when it is not there."},
    {"register", (PyCFunction)(void (*)(void))module_register, METH_VARARGS | METH_KEYWORDS,
     "register(*, make_object=None, make_output=None, make_node=None, make_error=None)\n--\n\n"
     "Sets the hooks that make Python objects of what the engine returns; those not named stay as they are."},
    {"hooks", module_hooks, METH_NOARGS, "hooks()\n--\n\nThe hooks that are set, for register(**hooks)."},
    {"_finalize", module_finalize, METH_NOARGS, "_finalize()\n--\n\nCalled at exit."},
    {NULL, NULL, 0, NULL},
};

/* After the program's own exit handlers, which were registered later and so run first. */
static int register_at_exit(PyObject *module) {
  PyObject *atexit = PyImport_ImportModule("atexit");
  PyObject *handler = atexit == NULL ? NULL : PyObject_GetAttrString(module, "_finalize");
  PyObject *result = handler == NULL ? NULL : PyObject_CallMethod(atexit, "register", "O", handler);
  int status = result == NULL ? -1 : 0;
  Py_XDECREF(atexit);
  Py_XDECREF(handler);
  Py_XDECREF(result);
  return status;
}

static int module_exec(PyObject *module) {
  int64_t interpreter = PyInterpreterState_GetID(PyInterpreterState_Get());
  bool is_first = state.object_type == NULL;
  if (!is_first && state.interpreter != interpreter) {
    PyErr_SetString(PyExc_ImportError, "swiftestimator can be used in one interpreter of a process only");
    return -1;
  }
  if (engine_abi_version() != ENGINE_ABI_VERSION) {
    PyErr_SetString(PyExc_ImportError, "swiftestimator's extension and engine have different versions");
    return -1;
  }
  state.interpreter = interpreter;
  if (tensors_init(module) < 0 || types_init(module) < 0 || functions_init(module) < 0) return -1;
  if (is_first) {
    if (register_at_exit(module) < 0) return -1;
    callbacks_install();
  }
  return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_native", "The engine of swiftestimator.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&definition); }
#endif
