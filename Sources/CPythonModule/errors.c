#if __has_include(<Python.h>)
/* Failures of the engine as exceptions of Python, and the other way round. */
#include "module.h"

#include <string.h>

static void restore(PyObject *exception) {
  PyObject *type = (PyObject *)Py_TYPE(exception);
  Py_INCREF(type);
  Py_INCREF(exception);
  PyErr_Restore(type, exception, PyException_GetTraceback(exception));
}

static void raise_details(engine_error *error, PyObject *host) {
  engine_value *value = engine_error_new_details(error);
  PyObject *details = python_from_value(value);
  engine_value_release(value);
  if (details == NULL) return;
  if (state.make_error == NULL) {
    PyErr_SetObject(PyExc_RuntimeError, PyDict_GetItemString(details, "message"));
  } else {
    PyObject *exception =
        PyObject_CallFunctionObjArgs(state.make_error, details, host == NULL ? Py_None : host, NULL);
    if (exception != NULL && !PyExceptionInstance_Check(exception)) {
      PyErr_Format(PyExc_TypeError, "make_error must return an exception, got %R", exception);
    } else if (exception != NULL) {
      restore(exception);
    }
    Py_XDECREF(exception);
  }
  Py_DECREF(details);
}

void raise_engine_error(engine_error *error) {
  if (error == NULL) {
    PyErr_SetString(PyExc_SystemError, "the engine failed without saying why");
    return;
  }
  PyObject *host = engine_error_borrow_host(error);
  int32_t kind = engine_error_kind(error);
  bool is_same = kind == ENGINE_ERROR_HOST || kind == ENGINE_ERROR_STOP_ITERATION || kind == ENGINE_ERROR_INTERRUPT;
  if (host != NULL && is_same) {
    restore(host);
  } else {
    raise_details(error, host);
  }
  engine_error_release(error);
}

/* "ValueError: what it says", for messages of the engine. */
static PyObject *describe(PyObject *exception) {
  PyObject *name = PyType_GetName(Py_TYPE(exception));
  PyObject *text = PyObject_Str(exception);
  PyObject *result = NULL;
  if (name != NULL && text != NULL) result = PyUnicode_FromFormat("%U: %U", name, text);
  Py_XDECREF(name);
  Py_XDECREF(text);
  return result;
}

engine_error *error_from_exception(void) {
  PyObject *type, *exception, *traceback;
  PyErr_Fetch(&type, &exception, &traceback);
  PyErr_NormalizeException(&type, &exception, &traceback);
  if (exception == NULL) {
    static const char message[] = "a callback failed without an exception";
    return engine_error_new(ENGINE_ERROR_RUNTIME, message, sizeof message - 1);
  }
  if (traceback != NULL) PyException_SetTraceback(exception, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  int32_t kind = ENGINE_ERROR_HOST;
  if (PyErr_GivenExceptionMatches(exception, PyExc_StopIteration)) kind = ENGINE_ERROR_STOP_ITERATION;
  if (PyErr_GivenExceptionMatches(exception, PyExc_KeyboardInterrupt)) kind = ENGINE_ERROR_INTERRUPT;
  PyObject *text = describe(exception);
  Py_ssize_t count = 0;
  const char *bytes = text == NULL ? NULL : PyUnicode_AsUTF8AndSize(text, &count);
  if (bytes == NULL) PyErr_Clear();
  engine_error *error = engine_error_new_host(kind, bytes, bytes == NULL ? 0 : (size_t)count, exception, release_later);
  Py_XDECREF(text);
  return error;
}
#endif
