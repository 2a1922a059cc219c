#if __has_include(<Python.h>)
/* Prepared runs, called once for each training step: arrays in, arrays out, and nothing in between. */
#include "gate.h"
#include "module.h"

#define STACK_FEEDS 16

static PyObject *run(const void *prepared, engine_value *const *feeds, size_t count) {
  engine_value *result = NULL;
  engine_error *error = NULL;
  PyThreadState *thread = gate_open();
  int32_t status = engine_run_call(prepared, feeds, count, &result, &error);
  gate_close(thread);
  if (status != 0) {
    raise_engine_error(error);
    return NULL;
  }
  PyObject *list = python_from_value(result);
  engine_value_release(result);
  return list;
}

PyObject *module_run(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
  (void)module;
  if (count == 0 || !PyObject_TypeCheck(arguments[0], state.object_type)) {
    PyErr_SetString(PyExc_TypeError, "run() wants a prepared run, and one array for each of its feeds");
    return NULL;
  }
  size_t feed_count = (size_t)count - 1;
  engine_value *stack[STACK_FEEDS];
  engine_value **feeds = feed_count <= STACK_FEEDS ? stack : PyMem_Calloc(feed_count, sizeof *feeds);
  if (feeds == NULL) return PyErr_NoMemory();
  call_depth++;
  size_t converted = 0;
  while (converted < feed_count) {
    engine_value *value = value_from_python(arguments[converted + 1], true);
    if (value == NULL) break;
    feeds[converted++] = value;
  }
  PyObject *result =
      converted == feed_count ? run(((object_instance *)arguments[0])->pointer, feeds, feed_count) : NULL;
  for (size_t i = 0; i < converted; i++) engine_value_release(feeds[i]);
  if (feeds != stack) PyMem_Free(feeds);
  call_depth--;
  release_collected();
  return result;
}
#endif
