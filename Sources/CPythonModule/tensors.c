#if __has_include(<Python.h>)
/* Tensors as NumPy's arrays and scalars. */
#include "module.h"

#include <complex.h>
#include <string.h>

/* Memory: what an array that lies in the engine's memory has as its base. */
typedef struct {
  PyObject_HEAD
  engine_value *value;
  void *data;
  Py_ssize_t size;
} memory_instance;

static int memory_get_buffer(PyObject *self, Py_buffer *view, int flags) {
  memory_instance *memory = (memory_instance *)self;
  return PyBuffer_FillInfo(view, self, memory->data, memory->size, 0, flags);
}

static void memory_dealloc(PyObject *self) {
  PyTypeObject *type = Py_TYPE(self);
  engine_value *value = ((memory_instance *)self)->value;
  if (value != NULL) engine_value_release(value);
  ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);
}

static PyType_Slot memory_slots[] = {
    {Py_tp_doc, "Memory of a tensor."},
    {Py_tp_dealloc, memory_dealloc},
    {Py_bf_getbuffer, memory_get_buffer},
    {0, NULL},
};
static PyType_Spec memory_spec = {"swiftestimator._native.Memory", sizeof(memory_instance), 0,
                                  Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, memory_slots};

static const struct {
  int32_t dtype;
  const char *name;
} plain_types[] = {
    {ENGINE_FLOAT32, "float32"}, {ENGINE_FLOAT64, "float64"},     {ENGINE_INT32, "int32"},
    {ENGINE_UINT8, "uint8"},     {ENGINE_INT16, "int16"},         {ENGINE_INT8, "int8"},
    {ENGINE_INT64, "int64"},     {ENGINE_BOOLEAN, "bool"},        {ENGINE_UINT16, "uint16"},
    {ENGINE_UINT32, "uint32"},   {ENGINE_UINT64, "uint64"},       {ENGINE_FLOAT16, "float16"},
    {ENGINE_COMPLEX64, "complex64"}, {ENGINE_COMPLEX128, "complex128"},
};

static int load_numpy(PyObject *numpy) {
  PyObject *make = PyObject_GetAttrString(numpy, "dtype");
  if (make == NULL) return -1;
  for (size_t i = 0; i < sizeof plain_types / sizeof *plain_types; i++) {
    PyObject *dtype = PyObject_CallFunction(make, "s", plain_types[i].name);
    if (dtype == NULL) break;
    state.dtypes[plain_types[i].dtype] = dtype;
    state.scalars[plain_types[i].dtype] = PyObject_GetAttrString(dtype, "type");
  }
  state.object_dtype = PyObject_CallFunction(make, "s", "O");
  Py_DECREF(make);
  state.ndarray_type = (PyTypeObject *)PyObject_GetAttrString(numpy, "ndarray");
  state.generic_type = (PyTypeObject *)PyObject_GetAttrString(numpy, "generic");
  state.ascontiguousarray = PyObject_GetAttrString(numpy, "ascontiguousarray");
  state.empty = PyObject_GetAttrString(numpy, "empty");
  numpy_load();
  return PyErr_Occurred() ? -1 : 0;
}

int tensors_init(PyObject *module) {
  (void)module;
  if (state.memory_type != NULL) return 0;
  PyObject *numpy = PyImport_ImportModule("numpy");
  if (numpy == NULL) return -1;
  int status = load_numpy(numpy);
  Py_DECREF(numpy);
  if (status == 0) state.memory_type = (PyTypeObject *)PyType_FromSpec(&memory_spec);
  return state.memory_type == NULL ? -1 : 0;
}

/* NumPy's scalar of a rank-0 tensor; NULL without an exception when only an array can make one. */
static PyObject *scalar(int32_t dtype, void *data) {
  PyObject *number = state.dtypes[dtype] == NULL ? NULL : numpy_new_scalar(dtype, data);
  if (number != NULL || PyErr_Occurred()) return number;
#define READ(type, make) { type element; memcpy(&element, data, sizeof element); number = make; break; }
  switch (dtype) {
    case ENGINE_FLOAT32: READ(float, PyFloat_FromDouble((double)element))
    case ENGINE_FLOAT64: READ(double, PyFloat_FromDouble(element))
    case ENGINE_INT8: READ(int8_t, PyLong_FromLong(element))
    case ENGINE_INT16: READ(int16_t, PyLong_FromLong(element))
    case ENGINE_INT32: READ(int32_t, PyLong_FromLong(element))
    case ENGINE_INT64: READ(int64_t, PyLong_FromLongLong(element))
    case ENGINE_UINT8: READ(uint8_t, PyLong_FromLong(element))
    case ENGINE_UINT16: READ(uint16_t, PyLong_FromLong(element))
    case ENGINE_UINT32: READ(uint32_t, PyLong_FromUnsignedLong(element))
    case ENGINE_UINT64: READ(uint64_t, PyLong_FromUnsignedLongLong(element))
    case ENGINE_BOOLEAN: READ(uint8_t, PyBool_FromLong(element))
    default: return NULL;
  }
#undef READ
  PyObject *result = number == NULL ? NULL : PyObject_CallFunctionObjArgs(state.scalars[dtype], number, NULL);
  Py_XDECREF(number);
  return result;
}

/* NumPy has no bfloat16: the elements are widened to float32, which holds each of them exactly. */
static engine_value *widen(const engine_tensor_view *view, const int64_t *dimensions) {
  void *data = NULL;
  size_t byte_count = 0;
  engine_value *wide = engine_value_new_blank_tensor(ENGINE_FLOAT32, view->rank, dimensions, &data, &byte_count);
  if (wide == NULL) return NULL;
  const uint16_t *source = view->data;
  uint32_t *target = data;
  for (size_t i = 0; i < view->count; i++) target[i] = (uint32_t)source[i] << 16;
  return wide;
}

static PyObject *shape_tuple(const int64_t *dimensions, size_t rank) {
  PyObject *shape = PyTuple_New((Py_ssize_t)rank);
  for (size_t i = 0; shape != NULL && i < rank; i++) {
    PyObject *size = PyLong_FromLongLong(dimensions[i]);
    if (size == NULL || PyTuple_SetItem(shape, (Py_ssize_t)i, size) < 0) Py_CLEAR(shape);
  }
  return shape;
}

/* Up to this size a copy costs less than keeping the engine's memory. */
#define SMALL_BYTES 1024

/* An array in the value's memory, or in a copy when others have it too. */
static PyObject *array_from_plain(engine_value *value, int32_t dtype, const int64_t *dimensions) {
  engine_tensor_view view;
  if (!engine_value_tensor_view(value, &view, NULL, 0)) return PyErr_NoMemory();
  if (view.byte_count <= SMALL_BYTES && view.rank > 0) {
    void *own = NULL;
    PyObject *small = numpy_new_array(dtype, view.rank, dimensions, NULL, NULL, &own);
    if (small != NULL && view.byte_count > 0) memcpy(own, view.data, view.byte_count);
    if (small != NULL || PyErr_Occurred()) return small;
  }
  if (!engine_value_tensor_own(value) || !engine_value_tensor_view(value, &view, NULL, 0)) return PyErr_NoMemory();
  memory_instance *memory = (memory_instance *)PyType_GenericAlloc(state.memory_type, 0);
  if (memory == NULL) return NULL;
  engine_value_retain(value);
  memory->value = value;
  memory->data = view.data;
  memory->size = (Py_ssize_t)view.byte_count;
  if (view.rank > 0) {
    PyObject *large = numpy_new_array(dtype, view.rank, dimensions, view.data, (PyObject *)memory, NULL);
    if (large != NULL || PyErr_Occurred()) return large;
  }
  PyObject *shape = shape_tuple(dimensions, view.rank);
  PyObject *array =
      shape == NULL
          ? NULL
          : PyObject_CallFunctionObjArgs((PyObject *)state.ndarray_type, shape, state.dtypes[dtype], memory, NULL);
  Py_XDECREF(shape);
  Py_DECREF(memory);
  if (array == NULL || view.rank > 0) return array;
  PyObject *empty = PyTuple_New(0);
  PyObject *item = empty == NULL ? NULL : PyObject_GetItem(array, empty);
  Py_XDECREF(empty);
  Py_DECREF(array);
  return item;
}

PyObject *python_from_tensor(engine_value *value) {
  int64_t dimensions[RANK_LIMIT];
  engine_tensor_view view;
  if (!engine_value_tensor_view(value, &view, dimensions, RANK_LIMIT) || view.rank > RANK_LIMIT) {
    PyErr_SetString(PyExc_ValueError, "the tensor has too many dimensions for NumPy");
    return NULL;
  }
  bool is_known = view.dtype >= 0 && view.dtype < DTYPE_LIMIT;
  if (!is_known || (state.dtypes[view.dtype] == NULL && view.dtype != ENGINE_STRING && view.dtype != ENGINE_BFLOAT16)) {
    PyErr_SetString(PyExc_TypeError, "handles of resources and variants have no value in Python");
    return NULL;
  }
  if (view.rank == 0) {
    PyObject *result = scalar(view.dtype, view.data);
    if (result != NULL || PyErr_Occurred()) return result;
  }
  if (view.dtype == ENGINE_STRING) {
    PyObject *shape = shape_tuple(dimensions, view.rank);
    PyObject *result = shape == NULL ? NULL : python_from_string_tensor(value, &view, shape);
    Py_XDECREF(shape);
    return result;
  }
  if (view.dtype != ENGINE_BFLOAT16) return array_from_plain(value, view.dtype, dimensions);
  engine_value *wide = widen(&view, dimensions);
  PyObject *result = wide == NULL ? PyErr_NoMemory() : array_from_plain(wide, ENGINE_FLOAT32, dimensions);
  if (wide != NULL) engine_value_release(wide);
  return result;
}
#endif
