#if __has_include(<Python.h>)
/* NumPy's arrays and scalars as tensors, by way of the buffer protocol. */
#include "module.h"

#include <ctype.h>
#include <string.h>

/* Up to this size a copy costs less than keeping the array alive. */
#define SMALL_BYTES 1024

/* What a buffer's format says: a struct code, and whether its bytes are in the other order. */
typedef struct {
  char code; /* 'Z' means complex; 0: several fields */
  bool is_swapped;
} element_format;

static element_format parse_format(const char *format) {
  element_format result = {0, false};
  if (format == NULL) return (element_format){'B', false};
  if (*format == '>' || *format == '!') result.is_swapped = true;
  if (strchr("@=<>!^", *format)) format++;
  while (isdigit((unsigned char)*format)) format++;
  if (format[0] == 'Z' && format[1] != 0 && format[2] == 0) {
    result.code = 'Z';
  } else if (format[0] != 0 && format[1] == 0) {
    result.code = format[0];
  }
  return result;
}

/* 0 when no element type fits. */
static int32_t plain_dtype(char code, Py_ssize_t size) {
  switch (code) {
    case '?': return ENGINE_BOOLEAN;
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
      return size == 1 ? ENGINE_INT8 : size == 2 ? ENGINE_INT16 : size == 4 ? ENGINE_INT32 : size == 8 ? ENGINE_INT64 : 0;
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
      return size == 1   ? ENGINE_UINT8
             : size == 2 ? ENGINE_UINT16
             : size == 4 ? ENGINE_UINT32
             : size == 8 ? ENGINE_UINT64
                         : 0;
    case 'e': return ENGINE_FLOAT16;
    case 'f': return ENGINE_FLOAT32;
    case 'd': return ENGINE_FLOAT64;
    case 'Z': return size == 8 ? ENGINE_COMPLEX64 : size == 16 ? ENGINE_COMPLEX128 : 0;
    default: return 0;
  }
}

static size_t item_size(int32_t dtype) {
  switch (dtype) {
    case ENGINE_BOOLEAN:
    case ENGINE_INT8:
    case ENGINE_UINT8: return 1;
    case ENGINE_INT16:
    case ENGINE_UINT16:
    case ENGINE_FLOAT16: return 2;
    case ENGINE_INT32:
    case ENGINE_UINT32:
    case ENGINE_FLOAT32: return 4;
    case ENGINE_COMPLEX128: return 16;
    default: return 8;
  }
}

static void raise_unsupported(PyObject *array) {
  PyErr_Clear();
  PyObject *dtype = PyObject_GetAttrString(array, "dtype");
  if (dtype == NULL) return;
  PyErr_Format(PyExc_TypeError, "an array of dtype %S cannot become a tensor", dtype);
  Py_DECREF(dtype);
}

/* Takes over `copy`, a private copy of an array. */
static engine_value *value_from_copy(PyObject *copy) {
  engine_value *value = copy == NULL ? NULL : value_from_array(copy, true);
  Py_XDECREF(copy);
  return value;
}

static engine_value *value_from_strided(PyObject *array) {
  return value_from_copy(PyObject_CallFunctionObjArgs(state.ascontiguousarray, array, NULL));
}

static engine_value *value_from_swapped(PyObject *array) {
  PyObject *dtype = PyObject_GetAttrString(array, "dtype");
  PyObject *native = dtype == NULL ? NULL : PyObject_CallMethod(dtype, "newbyteorder", "s", "=");
  PyObject *copy = native == NULL ? NULL : PyObject_CallMethod(array, "astype", "O", native);
  Py_XDECREF(dtype);
  Py_XDECREF(native);
  return value_from_copy(copy);
}

/* `size` bytes at `data`, borrowed from the array or copied. */
static engine_value *value_from_memory(PyObject *array, int32_t dtype, size_t rank, const int64_t *dimensions, void *data,
                                       size_t size, bool may_borrow) {
  if (may_borrow && size > SMALL_BYTES) {
    Py_INCREF(array);
    engine_value *value = engine_value_new_tensor(dtype, rank, dimensions, data, size, array, release_later);
    if (value != NULL) return value;
    Py_DECREF(array);
  } else {
    void *target = NULL;
    size_t byte_count = 0;
    engine_value *value = engine_value_new_blank_tensor(dtype, rank, dimensions, &target, &byte_count);
    if (value != NULL && byte_count == size) {
      if (byte_count > 0) memcpy(target, data, byte_count);
      return value;
    }
    if (value != NULL) engine_value_release(value);
  }
  PyErr_SetString(PyExc_MemoryError, "the engine cannot take the array");
  return NULL;
}

static engine_value *value_from_plain(PyObject *array, const Py_buffer *view, int32_t dtype, bool may_borrow) {
  int64_t dimensions[RANK_LIMIT];
  for (int i = 0; i < view->ndim; i++) dimensions[i] = view->shape[i];
  return value_from_memory(array, dtype, (size_t)view->ndim, dimensions, view->buf, (size_t)view->len, may_borrow);
}

engine_value *value_from_array(PyObject *array, bool may_borrow) {
  array_view plain;
  if (numpy_view(array, &plain)) {
    int64_t dimensions[RANK_LIMIT];
    size_t size = item_size(plain.dtype);
    for (int i = 0; i < plain.rank; i++) {
      dimensions[i] = plain.dimensions[i];
      size *= (size_t)plain.dimensions[i];
    }
    return value_from_memory(array, plain.dtype, (size_t)plain.rank, dimensions, plain.data, size, may_borrow);
  }
  Py_buffer view;
  if (PyObject_GetBuffer(array, &view, PyBUF_RECORDS_RO) < 0) {
    raise_unsupported(array);
    return NULL;
  }
  element_format format = parse_format(view.format);
  bool is_string = format.code == 's' || format.code == 'w' || format.code == 'O';
  int32_t dtype = is_string ? ENGINE_STRING : plain_dtype(format.code, view.itemsize);
  bool is_contiguous = PyBuffer_IsContiguous(&view, 'C');
  engine_value *value = NULL;
  if (dtype == 0 || view.ndim > RANK_LIMIT) {
    raise_unsupported(array);
  } else if (is_contiguous && is_string) {
    value = value_from_string_array(&view, format.code, format.is_swapped);
  } else if (is_contiguous && (!format.is_swapped || view.itemsize == 1)) {
    value = value_from_plain(array, &view, dtype, may_borrow);
  }
  PyBuffer_Release(&view);
  if (value != NULL || PyErr_Occurred()) return value;
  return is_contiguous ? value_from_swapped(array) : value_from_strided(array);
}
#endif
