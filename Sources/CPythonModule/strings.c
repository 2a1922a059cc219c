#if __has_include(<Python.h>)
/* Arrays of text and bytes. */
#include "module.h"

#include <string.h>

/* One UCS-4 character of a NumPy text array as UTF-8; returns its size, 0 when it is no character. */
static size_t encode(uint32_t code, char *out) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xc0 | code >> 6);
    out[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    if (code >= 0xd800 && code < 0xe000) return 0;
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
  }
  if (code >= 0x110000) return 0;
  out[0] = (char)(0xf0 | code >> 18);
  out[1] = (char)(0x80 | (code >> 12 & 0x3f));
  out[2] = (char)(0x80 | (code >> 6 & 0x3f));
  out[3] = (char)(0x80 | (code & 0x3f));
  return 4;
}

/* Elements are padded with zeros, which do not belong to them. */
static int fill_from_text(engine_value *tensor, const Py_buffer *view, size_t count, bool is_swapped) {
  size_t width = (size_t)view->itemsize / 4;
  char *buffer = PyMem_Malloc(4 * width + 1);
  if (buffer == NULL) {
    PyErr_NoMemory();
    return -1;
  }
  const char *source = view->buf;
  int status = 0;
  for (size_t i = 0; i < count && status == 0; i++, source += view->itemsize) {
    size_t size = 0, kept = 0;
    for (size_t k = 0; k < width; k++) {
      uint32_t code;
      memcpy(&code, source + 4 * k, 4);
      if (is_swapped) code = __builtin_bswap32(code);
      size_t step = encode(code, buffer + size);
      if (step == 0) {
        PyErr_Format(PyExc_ValueError, "element %zu of the array is no text: it has the lone surrogate U+%x", i, code);
        status = -1;
        break;
      }
      size += step;
      if (code != 0) kept = size;
    }
    if (status == 0) engine_value_set_string(tensor, i, buffer, kept);
  }
  PyMem_Free(buffer);
  return status;
}

static int fill_from_bytes(engine_value *tensor, const Py_buffer *view, size_t count) {
  const char *source = view->buf;
  for (size_t i = 0; i < count; i++, source += view->itemsize) {
    size_t size = (size_t)view->itemsize;
    while (size > 0 && source[size - 1] == 0) size--;
    engine_value_set_string(tensor, i, source, size);
  }
  return 0;
}

static int fill_from_objects(engine_value *tensor, const Py_buffer *view, size_t count) {
  PyObject *const *items = view->buf;
  for (size_t i = 0; i < count; i++) {
    PyObject *item = items[i];
    Py_ssize_t size = 0;
    const char *bytes = NULL;
    if (item != NULL && PyUnicode_Check(item)) {
      bytes = PyUnicode_AsUTF8AndSize(item, &size);
      if (bytes == NULL) return -1;
    } else if (item != NULL && PyBytes_Check(item)) {
      char *mutable_bytes;
      if (PyBytes_AsStringAndSize(item, &mutable_bytes, &size) < 0) return -1;
      bytes = mutable_bytes;
    } else {
      PyErr_Format(PyExc_TypeError,
                   "an array of objects becomes a tensor only when all are str or bytes; element %zu is of type %R", i,
                   item == NULL ? (PyObject *)Py_TYPE(Py_None) : (PyObject *)Py_TYPE(item));
      return -1;
    }
    engine_value_set_string(tensor, i, bytes, (size_t)size);
  }
  return 0;
}

engine_value *value_from_string_array(const Py_buffer *view, char kind, bool is_swapped) {
  int64_t dimensions[RANK_LIMIT];
  size_t count = 1;
  for (int i = 0; i < view->ndim; i++) {
    dimensions[i] = view->shape[i];
    count *= (size_t)view->shape[i];
  }
  engine_value *tensor = engine_value_new_string_tensor((size_t)view->ndim, dimensions);
  if (tensor == NULL) {
    PyErr_NoMemory();
    return NULL;
  }
  int status = kind == 'O'   ? fill_from_objects(tensor, view, count)
               : kind == 'w' ? fill_from_text(tensor, view, count, is_swapped)
                             : fill_from_bytes(tensor, view, count);
  if (status == 0) return tensor;
  engine_value_release(tensor);
  return NULL;
}

static PyObject *string_at(const engine_value *value, size_t index) {
  size_t size = engine_value_tensor_copy_string(value, index, NULL, 0);
  PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
  if (bytes != NULL) engine_value_tensor_copy_string(value, index, PyBytes_AsString(bytes), size);
  return bytes;
}

PyObject *python_from_string_tensor(const engine_value *value, const engine_tensor_view *view, PyObject *shape) {
  if (view->rank == 0) return string_at(value, 0);
  PyObject *array = PyObject_CallFunctionObjArgs(state.empty, shape, state.object_dtype, NULL);
  if (array == NULL) return NULL;
  Py_buffer target;
  if (PyObject_GetBuffer(array, &target, PyBUF_RECORDS) < 0) {
    Py_DECREF(array);
    return NULL;
  }
  PyObject **items = target.buf;
  for (size_t i = 0; i < view->count && array != NULL; i++) {
    PyObject *bytes = string_at(value, i);
    if (bytes == NULL) break;
    PyObject *old = items[i];
    items[i] = bytes;
    Py_XDECREF(old);
  }
  PyBuffer_Release(&target);
  if (PyErr_Occurred()) Py_CLEAR(array);
  return array;
}
#endif
