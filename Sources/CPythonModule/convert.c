#if __has_include(<Python.h>)
/* Values of the engine and Python objects, in both directions. */
#include "module.h"

#include <string.h>

/* From Python */

engine_value *value_from_host(PyObject *object) {
  Py_INCREF(object);
  return engine_value_new_host(object, release_later);
}

static engine_value *value_from_unicode(PyObject *object) {
  Py_ssize_t count;
  const char *bytes = PyUnicode_AsUTF8AndSize(object, &count);
  return bytes == NULL ? NULL : engine_value_new_text(bytes, (size_t)count);
}

static engine_value *value_from_bytes(PyObject *object) {
  char *bytes;
  Py_ssize_t count;
  return PyBytes_AsStringAndSize(object, &bytes, &count) < 0 ? NULL : engine_value_new_bytes(bytes, (size_t)count);
}

static engine_value *value_from_long(PyObject *object) {
  int overflow;
  long long number = PyLong_AsLongLongAndOverflow(object, &overflow);
  if (overflow != 0) {
    PyErr_Format(PyExc_OverflowError, "the int %R does not fit into 64 bits", object);
    return NULL;
  }
  if (number == -1 && PyErr_Occurred()) return NULL;
  return engine_value_new_int(number);
}

static engine_value *value_from_sequence(PyObject *object, bool is_tuple, bool may_borrow) {
  if (Py_EnterRecursiveCall(" while converting a sequence for the engine")) return NULL;
  Py_ssize_t count = is_tuple ? PyTuple_Size(object) : PyList_Size(object);
  engine_value *list = engine_value_new_list((size_t)count, is_tuple);
  /* Conversions may run Python code that shrinks the list, so the size is asked again. */
  for (Py_ssize_t i = 0; i < (is_tuple ? count : PyList_Size(object)); i++) {
    PyObject *item = is_tuple ? PyTuple_GetItem(object, i) : PyList_GetItem(object, i);
    engine_value *value = NULL;
    if (item != NULL) {
      Py_INCREF(item);
      value = value_from_python(item, may_borrow);
      Py_DECREF(item);
    }
    if (value == NULL) {
      engine_value_release(list);
      list = NULL;
      break;
    }
    engine_value_append(list, value);
  }
  Py_LeaveRecursiveCall();
  return list;
}

static int insert_pair(engine_value *dict, PyObject *key, PyObject *item, bool may_borrow) {
  if (!PyUnicode_Check(key)) {
    PyErr_Format(PyExc_TypeError, "keys of a dict for the engine must be str, got %R", key);
    return -1;
  }
  Py_ssize_t count;
  const char *bytes = PyUnicode_AsUTF8AndSize(key, &count);
  engine_value *value = bytes == NULL ? NULL : value_from_python(item, may_borrow);
  if (value == NULL) return -1;
  engine_value_insert(dict, bytes, (size_t)count, value);
  return 0;
}

static engine_value *value_from_dict(PyObject *object, bool may_borrow) {
  PyObject *items = PyDict_Items(object);
  if (items == NULL) return NULL;
  engine_value *dict = NULL;
  if (!Py_EnterRecursiveCall(" while converting a dict for the engine")) {
    dict = engine_value_new_dict();
    for (Py_ssize_t i = 0; i < PyList_Size(items); i++) {
      PyObject *pair = PyList_GetItem(items, i);
      if (insert_pair(dict, PyTuple_GetItem(pair, 0), PyTuple_GetItem(pair, 1), may_borrow) < 0) {
        engine_value_release(dict);
        dict = NULL;
        break;
      }
    }
    Py_LeaveRecursiveCall();
  }
  Py_DECREF(items);
  return dict;
}

static engine_value *value_from_output(PyObject *object, bool is_node) {
  output_instance *output = (output_instance *)object;
  engine_value *value = NULL;
  if (output->graph != NULL) {
    const void *graph = ((object_instance *)output->graph)->pointer;
    value = is_node ? engine_value_new_node(graph, output->node_id)
                    : engine_value_new_output(graph, output->node_id, output->index);
  }
  if (value == NULL) PyErr_Format(PyExc_ValueError, "the graph has no such %s", is_node ? "node" : "output");
  return value;
}

engine_value *value_from_python(PyObject *object, bool may_borrow) {
  if (object == Py_None) return engine_value_new_none();
  if (object == Py_True || object == Py_False) return engine_value_new_bool(object == Py_True);
  PyTypeObject *type = Py_TYPE(object);
  if (PyType_IsSubtype(type, state.output_type)) return value_from_output(object, false);
  if (PyUnicode_Check(object)) return value_from_unicode(object);
  if (PyFloat_CheckExact(object)) return engine_value_new_float(PyFloat_AsDouble(object));
  if (PyLong_Check(object)) return value_from_long(object);
  if (PyTuple_Check(object)) return value_from_sequence(object, true, may_borrow);
  if (PyList_Check(object)) return value_from_sequence(object, false, may_borrow);
  if (PyType_IsSubtype(type, state.object_type)) return engine_value_new_object(((object_instance *)object)->pointer);
  if (PyBytes_Check(object)) return value_from_bytes(object);
  if (PyType_IsSubtype(type, state.ndarray_type)) return value_from_array(object, may_borrow);
  if (PyDict_Check(object)) return value_from_dict(object, may_borrow);
  if (PyType_IsSubtype(type, state.generic_type)) return value_from_array(object, may_borrow);
  if (PyFloat_Check(object)) return engine_value_new_float(PyFloat_AsDouble(object));
  if (PyType_IsSubtype(type, state.node_type)) return value_from_output(object, true);
  return value_from_host(object);
}

/* To Python */

PyObject *unicode_from_value(const engine_value *value) {
  char small[256];
  size_t count = engine_value_copy_bytes(value, small, sizeof small);
  if (count <= sizeof small) return PyUnicode_DecodeUTF8(small, (Py_ssize_t)count, "surrogateescape");
  char *large = PyMem_Malloc(count);
  if (large == NULL) return PyErr_NoMemory();
  engine_value_copy_bytes(value, large, count);
  PyObject *text = PyUnicode_DecodeUTF8(large, (Py_ssize_t)count, "surrogateescape");
  PyMem_Free(large);
  return text;
}

static PyObject *bytes_from_value(const engine_value *value) {
  size_t count = engine_value_copy_bytes(value, NULL, 0);
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)count);
  if (bytes != NULL) engine_value_copy_bytes(value, PyBytes_AsString(bytes), count);
  return bytes;
}

static PyObject *take_item(engine_value *value, size_t index) {
  engine_value *item = engine_value_take_item(value, index);
  PyObject *object = python_from_value(item);
  engine_value_release(item);
  return object;
}

static PyObject *sequence_from_value(engine_value *value, bool is_tuple) {
  Py_ssize_t count = (Py_ssize_t)engine_value_count(value);
  PyObject *sequence = is_tuple ? PyTuple_New(count) : PyList_New(count);
  for (Py_ssize_t i = 0; sequence != NULL && i < count; i++) {
    PyObject *item = take_item(value, (size_t)i);
    if (item == NULL || (is_tuple ? PyTuple_SetItem(sequence, i, item) : PyList_SetItem(sequence, i, item)) < 0) {
      Py_DECREF(sequence);
      return NULL;
    }
  }
  return sequence;
}

static PyObject *dict_from_value(engine_value *value) {
  PyObject *dict = PyDict_New();
  size_t count = engine_value_count(value);
  for (size_t i = 0; dict != NULL && i < count; i++) {
    engine_value *key_value = engine_value_new_key(value, i);
    PyObject *key = unicode_from_value(key_value);
    engine_value_release(key_value);
    PyObject *item = key == NULL ? NULL : take_item(value, i);
    if (item == NULL || PyDict_SetItem(dict, key, item) < 0) Py_CLEAR(dict);
    Py_XDECREF(key);
    Py_XDECREF(item);
  }
  return dict;
}

static PyObject *host_from_value(const engine_value *value) {
  PyObject *object = engine_value_borrow_host(value);
  Py_XINCREF(object);
  return object;
}

PyObject *python_from_value(engine_value *value) {
  switch (engine_value_kind(value)) {
    case ENGINE_NONE: Py_RETURN_NONE;
    case ENGINE_BOOL: return PyBool_FromLong(engine_value_bool(value));
    case ENGINE_INT: return PyLong_FromLongLong(engine_value_int(value));
    case ENGINE_FLOAT: return PyFloat_FromDouble(engine_value_float(value));
    case ENGINE_TEXT: return unicode_from_value(value);
    case ENGINE_BYTES: return bytes_from_value(value);
    case ENGINE_LIST:
    case ENGINE_TUPLE:
    case ENGINE_DICT: {
      if (Py_EnterRecursiveCall(" while converting a value of the engine")) return NULL;
      int32_t kind = engine_value_kind(value);
      PyObject *result = kind == ENGINE_DICT ? dict_from_value(value) : sequence_from_value(value, kind == ENGINE_TUPLE);
      Py_LeaveRecursiveCall();
      return result;
    }
    case ENGINE_TENSOR: return python_from_tensor(value);
    case ENGINE_OUTPUT: return output_from_value(value, false);
    case ENGINE_NODE: return output_from_value(value, true);
    case ENGINE_OBJECT: return object_from_pointer(engine_value_object(value));
    case ENGINE_HOST: return host_from_value(value);
    default:
      PyErr_Format(PyExc_SystemError, "the engine returned a value of the unknown kind %d", engine_value_kind(value));
      return NULL;
  }
}
#endif
