/* What the files of the extension share. */
#ifndef SWIFTESTIMATOR_MODULE_H
#define SWIFTESTIMATOR_MODULE_H

#define Py_LIMITED_API 0x030b0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include "engine_abi.h"

#define DTYPE_LIMIT 24 /* one more than the largest element type */
#define RANK_LIMIT 64  /* NumPy's */

/* What exists once per process: the engine is one, so the module may not be loaded into two interpreters. */
typedef struct {
  int64_t interpreter;
  PyTypeObject *object_type, *output_type, *node_type, *memory_type, *record_type;
  PyTypeObject *ndarray_type, *generic_type;
  PyObject *ascontiguousarray, *empty;
  PyObject *dtypes[DTYPE_LIMIT];  /* numpy.dtype objects */
  PyObject *scalars[DTYPE_LIMIT]; /* NumPy's scalar types */
  PyObject *object_dtype;
  PyObject *functions; /* name -> callable */
  PyObject *make_object, *make_output, *make_node, *make_error;
} module_state;
extern module_state state;

/* types.c */
typedef struct {
  PyObject_HEAD
  const void *pointer; /* retained */
} object_instance;
typedef struct {
  PyObject_HEAD
  PyObject *graph; /* an object_instance */
  int64_t node_id;
  int64_t index;
} output_instance; /* of outputs and nodes */
int types_init(PyObject *module);
/* The canonical Python object of an engine object; `pointer` (retained) is consumed. */
PyObject *object_from_pointer(const void *pointer);
/* An instance of the class that the package registered. */
PyObject *output_from_value(const engine_value *value, bool is_node);

/* identity.c: engine objects to their Python objects (borrowed). */
PyObject *identity_find(const void *pointer);
int identity_set(const void *pointer, PyObject *object);
/* Forgets the pointer if it still stands for `object`. */
void identity_remove(const void *pointer, PyObject *object);

/* convert.c */
/* NULL with an exception. With `may_borrow` large arrays are not copied. */
engine_value *value_from_python(PyObject *object, bool may_borrow);
/* Does not consume `value`, but may empty it. */
PyObject *python_from_value(engine_value *value);
PyObject *unicode_from_value(const engine_value *value);
/* A value that keeps a reference to any Python object. */
engine_value *value_from_host(PyObject *object);

/* numpy.c: NumPy's C interface, without its headers. Where it is not one of the known versions, everything here says no
 * and callers go through Python. */
void numpy_load(void);
/* The memory of a plain array: C-contiguous, aligned, of one of `state.dtypes` in native order. */
typedef struct {
  int32_t dtype;
  int rank;
  const Py_ssize_t *dimensions;
  void *data;
} array_view;
bool numpy_view(PyObject *array, array_view *view);
/* An array over `data`, which `base` (consumed) keeps; with a NULL `data` in memory of its own, `*own` then. NULL without
 * an exception when there is no such interface; `base` is not consumed then. */
PyObject *numpy_new_array(int32_t dtype, size_t rank, const int64_t *dimensions, void *data, PyObject *base, void **own);
PyObject *numpy_new_scalar(int32_t dtype, void *data);
/* Whether an object is a plain array of exactly that dtype and shape (a tuple of ints); never for None in their place. */
bool numpy_matches(PyObject *object, PyObject *dtype, PyObject *shape);

/* arrays.c */
engine_value *value_from_array(PyObject *array, bool may_borrow);

/* tensors.c */
int tensors_init(PyObject *module);
PyObject *python_from_tensor(engine_value *value);

/* strings.c */
engine_value *value_from_string_array(const Py_buffer *view, char kind, bool is_swapped);
PyObject *python_from_string_tensor(const engine_value *value, const engine_tensor_view *view, PyObject *shape);

/* function.c */
int functions_init(PyObject *module);
PyObject *module_function(PyObject *module, PyObject *name);
PyObject *module_functions(PyObject *module, PyObject *unused);

/* run.c */
PyObject *module_run(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

/* request.c */
PyObject *module_request_key(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *module_run_known(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

/* errors.c */
/* Raises what the engine reports; `error` is consumed. */
void raise_engine_error(engine_error *error);
/* The current exception as a failure of the engine; clears it. */
engine_error *error_from_exception(void);

/* callbacks.c */
void callbacks_install(void);
/* Where this thread stands; see gate.h. */
extern _Thread_local int gate_depth;
extern _Thread_local int call_depth;
/* An engine_release_fn: gives up a reference soon, wherever it is called. */
void release_later(void *object);
/* Gives up the references that release_later collected; wants the lock, and keeps the current exception. */
void release_collected(void);
void callbacks_finalize(void);

#endif
