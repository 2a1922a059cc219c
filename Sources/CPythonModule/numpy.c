#if __has_include(<Python.h>)
/* Arrays by NumPy's C interface: making one through Python, or asking for its buffer, takes as long as a small step.
 *
 * The numbers are positions in NumPy's table of functions; they and the layout of arrays are the same for the interface
 * of NumPy 1 (since 1.7) and of NumPy 2, and part of what extensions built for these versions rely on. */
#include "module.h"

typedef struct {
  PyObject_HEAD
  char *data;
  int rank;
  Py_ssize_t *dimensions;
  Py_ssize_t *strides;
  PyObject *base;
  PyObject *descriptor;
  int flags;
} array_fields;

enum { IS_CONTIGUOUS = 0x1, IS_ALIGNED = 0x100, IS_WRITABLE = 0x400 };
enum { GET_VERSION = 0, SCALAR = 60, NEW_FROM_DESCRIPTOR = 94, SET_BASE_OBJECT = 282 };

static PyObject *(*new_from_descriptor)(PyTypeObject *, PyObject *, int, const Py_ssize_t *, const Py_ssize_t *, void *,
                                        int, PyObject *);
static int (*set_base_object)(PyObject *, PyObject *);
static PyObject *(*new_scalar)(void *, PyObject *, PyObject *);

void numpy_load(void) {
  PyObject *module = PyImport_ImportModule("numpy._core._multiarray_umath");
  if (module == NULL) {
    PyErr_Clear();
    module = PyImport_ImportModule("numpy.core._multiarray_umath");
  }
  PyObject *capsule = module == NULL ? NULL : PyObject_GetAttrString(module, "_ARRAY_API");
  void **table = capsule == NULL ? NULL : PyCapsule_GetPointer(capsule, NULL);
  if (table != NULL) {
    unsigned version = ((unsigned (*)(void))table[GET_VERSION])();
    if (version == 0x01000009 || version == 0x02000000) {
      new_from_descriptor = table[NEW_FROM_DESCRIPTOR];
      set_base_object = table[SET_BASE_OBJECT];
      new_scalar = table[SCALAR];
    }
  }
  Py_XDECREF(capsule);
  Py_XDECREF(module);
  PyErr_Clear();
}

bool numpy_view(PyObject *array, array_view *view) {
  if (new_from_descriptor == NULL || Py_TYPE(array) != state.ndarray_type) return false;
  const array_fields *fields = (const array_fields *)array;
  const int wanted = IS_CONTIGUOUS | IS_ALIGNED;
  if ((fields->flags & wanted) != wanted || fields->rank > RANK_LIMIT) return false;
  for (int32_t dtype = 0; dtype < DTYPE_LIMIT; dtype++) {
    if (state.dtypes[dtype] == NULL || fields->descriptor != state.dtypes[dtype]) continue;
    *view = (array_view){dtype, fields->rank, fields->dimensions, fields->data};
    return true;
  }
  return false;
}

bool numpy_matches(PyObject *object, PyObject *dtype, PyObject *shape) {
  if (new_from_descriptor == NULL || Py_TYPE(object) != state.ndarray_type) return false;
  const array_fields *fields = (const array_fields *)object;
  if (dtype == NULL || fields->descriptor != dtype || shape == NULL || !PyTuple_CheckExact(shape)) return false;
  if (PyTuple_Size(shape) != fields->rank) return false;
  for (int i = 0; i < fields->rank; i++) {
    if (PyLong_AsSsize_t(PyTuple_GetItem(shape, i)) != fields->dimensions[i]) return false;
  }
  return true;
}

PyObject *numpy_new_array(int32_t dtype, size_t rank, const int64_t *dimensions, void *data, PyObject *base, void **own) {
  if (new_from_descriptor == NULL) return NULL;
  Py_ssize_t sizes[RANK_LIMIT];
  for (size_t i = 0; i < rank; i++) sizes[i] = (Py_ssize_t)dimensions[i];
  Py_INCREF(state.dtypes[dtype]); /* consumed */
  /* Without data, flags would ask for Fortran's order. */
  int flags = data == NULL ? 0 : IS_CONTIGUOUS | IS_ALIGNED | IS_WRITABLE;
  PyObject *array =
      new_from_descriptor(state.ndarray_type, state.dtypes[dtype], (int)rank, sizes, NULL, data, flags, NULL);
  if (array == NULL) {
    Py_XDECREF(base);
    return NULL;
  }
  if (base != NULL && set_base_object(array, base) < 0) {
    Py_DECREF(array);
    return NULL;
  }
  if (own != NULL) *own = ((array_fields *)array)->data;
  return array;
}

PyObject *numpy_new_scalar(int32_t dtype, void *data) {
  return new_scalar == NULL ? NULL : new_scalar(data, state.dtypes[dtype], NULL);
}
#endif
