#if __has_include(<Python.h>)
/* Session.run for requests that the session has prepared already: from the arguments of the call to its result, without
 * anything in Python in between. */
#include "gate.h"
#include "module.h"

#define STACK_FEEDS 16

/* A prepared request, as the session keeps it by its key: a tuple of
 * - what session.callable prepared,
 * - how to make the result of the list of values: None for no result, the position of the only one, a tuple of positions
 *   (-1: None) for a list of them, or a callable,
 * - for each feed its tensor, and the dtype and shape of arrays that need no look, or None,
 * - pairs of a value's position and the feed that stands for it,
 * - what makes an array of a value: f(graph, tensor, value) gives a pair whose second item it is. */
enum { PREPARED, BUILD, FEEDS, FED, CONVERT, FIELD_COUNT };

static bool is_tensor(PyObject *object) { return PyType_IsSubtype(Py_TYPE(object), state.output_type); }

static bool is_element(PyObject *object) {
  return is_tensor(object) || PyType_IsSubtype(Py_TYPE(object), state.node_type);
}

/* Puts `object` (borrowed) into a tuple. */
static void put(PyObject *tuple, Py_ssize_t index, PyObject *object) {
  Py_INCREF(object);
  PyTuple_SetItem(tuple, index, object);
}

/* Puts what is fetched into the key from `position` on; false when that takes a closer look. */
static bool put_fetches(PyObject *key, PyObject *fetches, Py_ssize_t count) {
  if (count < 0) {
    put(key, 0, fetches);
    return true;
  }
  put(key, 0, (PyObject *)Py_TYPE(fetches));
  if (PyDict_CheckExact(fetches)) {
    PyObject *name, *value;
    Py_ssize_t position = 0, index = 1;
    while (PyDict_Next(fetches, &position, &name, &value)) {
      if (index > count || !is_element(value)) return false;
      put(key, index, name);
      put(key, count + index++, value);
    }
    return index == count + 1;
  }
  bool is_list = PyList_CheckExact(fetches);
  for (Py_ssize_t i = 0; i < count; i++) {
    PyObject *item = is_list ? PyList_GetItem(fetches, i) : PyTuple_GetItem(fetches, i);
    if (item == NULL || !is_element(item)) return false;
    put(key, i + 1, item);
  }
  return true;
}

static bool put_feeds(PyObject *key, PyObject *feeds, Py_ssize_t index) {
  PyObject *tensor, *value;
  Py_ssize_t position = 0;
  put(key, index++, Py_None);
  while (PyDict_Next(feeds, &position, &tensor, &value)) {
    if (!is_tensor(tensor)) return false;
    put(key, index++, tensor);
  }
  return true;
}

/* What says that two calls of Session.run ask for the same; NULL, perhaps without an exception, when that takes a closer
 * look. */
static PyObject *request_key(PyObject *fetches, PyObject *feeds, Py_ssize_t feed_count) {
  Py_ssize_t count = -1, size = 1; /* one element */
  if (PyList_CheckExact(fetches)) {
    count = PyList_Size(fetches);
    size += count;
  } else if (PyTuple_CheckExact(fetches)) {
    count = PyTuple_Size(fetches);
    size += count;
  } else if (PyDict_CheckExact(fetches)) {
    count = PyDict_Size(fetches);
    size += 2 * count;
  } else if (!is_element(fetches)) {
    return NULL;
  }
  PyObject *key = PyTuple_New(feed_count == 0 ? size : size + 1 + feed_count);
  if (key == NULL) return NULL;
  if (put_fetches(key, fetches, count) && (feed_count == 0 || put_feeds(key, feeds, size))) return key;
  Py_DECREF(key);
  return NULL;
}

/* The value as an array for its feed, a new reference. */
static PyObject *fed_array(PyObject *request, Py_ssize_t index, PyObject *graph, PyObject *value) {
  PyObject *feed = PyTuple_GetItem(PyTuple_GetItem(request, FEEDS), index);
  if (feed == NULL) return NULL;
  if (numpy_matches(value, PyTuple_GetItem(feed, 1), PyTuple_GetItem(feed, 2))) {
    Py_INCREF(value);
    return value;
  }
  PyObject *convert = PyTuple_GetItem(request, CONVERT);
  PyObject *pair = PyObject_CallFunctionObjArgs(convert, graph, PyTuple_GetItem(feed, 0), value, NULL);
  PyObject *array = pair == NULL ? NULL : PyTuple_GetItem(pair, 1);
  Py_XINCREF(array);
  Py_XDECREF(pair);
  return array;
}

/* The list of those positions' values. */
static PyObject *chosen(PyObject *values, PyObject *positions) {
  Py_ssize_t count = PyTuple_Size(positions);
  PyObject *list = PyList_New(count);
  for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
    Py_ssize_t position = PyLong_AsSsize_t(PyTuple_GetItem(positions, i));
    PyObject *item = position < 0 ? Py_None : PyList_GetItem(values, position);
    Py_XINCREF(item);
    if (item == NULL || PyList_SetItem(list, i, item) < 0) Py_CLEAR(list);
  }
  return list;
}

static PyObject *built(PyObject *request, engine_value *result, PyObject *const *arrays) {
  PyObject *build = PyTuple_GetItem(request, BUILD);
  PyObject *fed = PyTuple_GetItem(request, FED);
  Py_ssize_t fed_count = PyTuple_Size(fed);
  if (build == Py_None) Py_RETURN_NONE;
  if (fed_count == 0 && PyLong_CheckExact(build)) {
    engine_value *item = engine_value_take_item(result, (size_t)PyLong_AsSsize_t(build));
    PyObject *object = python_from_value(item);
    engine_value_release(item);
    return object;
  }
  PyObject *values = python_from_value(result);
  for (Py_ssize_t i = 0; values != NULL && i < fed_count; i++) {
    PyObject *pair = PyTuple_GetItem(fed, i);
    PyObject *array = arrays[PyLong_AsSsize_t(PyTuple_GetItem(pair, 1))];
    Py_INCREF(array);
    if (PyList_SetItem(values, PyLong_AsSsize_t(PyTuple_GetItem(pair, 0)), array) < 0) Py_CLEAR(values);
  }
  if (values == NULL) return NULL;
  PyObject *object;
  if (PyLong_CheckExact(build)) {
    object = PyList_GetItem(values, PyLong_AsSsize_t(build));
    Py_XINCREF(object);
  } else if (PyTuple_CheckExact(build)) {
    object = chosen(values, build);
  } else {
    object = PyObject_CallFunctionObjArgs(build, values, NULL);
  }
  Py_DECREF(values);
  return object;
}

static PyObject *run(PyObject *request, PyObject *const *arrays, size_t count, engine_value **feeds) {
  size_t converted = 0;
  while (converted < count) {
    engine_value *value = value_from_python(arrays[converted], true);
    if (value == NULL) break;
    feeds[converted++] = value;
  }
  PyObject *object = NULL;
  if (converted == count) {
    const void *prepared = ((object_instance *)PyTuple_GetItem(request, PREPARED))->pointer;
    engine_value *result = NULL;
    engine_error *error = NULL;
    PyThreadState *thread = gate_open();
    int32_t status = engine_run_call(prepared, feeds, count, &result, &error);
    gate_close(thread);
    if (status != 0) {
      raise_engine_error(error);
    } else {
      object = built(request, result, arrays);
      engine_value_release(result);
    }
  }
  for (size_t i = 0; i < converted; i++) engine_value_release(feeds[i]);
  return object;
}

/* Collects and converts the feeds' values, then runs. */
static PyObject *run_request(PyObject *request, PyObject *graph, PyObject *feed_dict, Py_ssize_t count) {
  PyObject *stack_arrays[STACK_FEEDS];
  engine_value *stack_feeds[STACK_FEEDS];
  bool is_small = count <= STACK_FEEDS;
  PyObject **arrays = is_small ? stack_arrays : PyMem_Calloc((size_t)count, sizeof *arrays);
  engine_value **feeds = is_small ? stack_feeds : PyMem_Calloc((size_t)count, sizeof *feeds);
  PyObject *object = NULL;
  Py_ssize_t held = 0;
  if (arrays != NULL && feeds != NULL) {
    /* All values first: conversions may run Python code, which could change the dict. */
    PyObject *tensor, *value;
    Py_ssize_t position = 0;
    while (held < count && PyDict_Next(feed_dict, &position, &tensor, &value)) {
      Py_INCREF(value);
      arrays[held++] = value;
    }
    Py_ssize_t converted = 0;
    while (converted < count) {
      PyObject *array = fed_array(request, converted, graph, arrays[converted]);
      if (array == NULL) break;
      Py_DECREF(arrays[converted]);
      arrays[converted++] = array;
    }
    if (converted == count) object = run(request, arrays, (size_t)count, feeds);
  } else {
    PyErr_NoMemory();
  }
  for (Py_ssize_t i = 0; i < held; i++) Py_DECREF(arrays[i]);
  if (!is_small) {
    PyMem_Free(arrays);
    PyMem_Free(feeds);
  }
  return object;
}

/* The number of feeds; -1 when `feeds` is neither None nor a plain dict. */
static Py_ssize_t count_feeds(PyObject *feeds) {
  if (feeds == Py_None) return 0;
  return PyDict_CheckExact(feeds) ? PyDict_Size(feeds) : -1;
}

PyObject *module_request_key(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
  (void)module;
  if (count != 2) {
    PyErr_SetString(PyExc_TypeError, "request_key() wants fetches and feeds");
    return NULL;
  }
  Py_ssize_t feed_count = count_feeds(arguments[1]);
  PyObject *key = feed_count < 0 ? NULL : request_key(arguments[0], arguments[1], feed_count);
  if (key == NULL && !PyErr_Occurred()) Py_RETURN_NONE;
  return key;
}

PyObject *module_run_known(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
  (void)module;
  if (count != 4 || !PyDict_CheckExact(arguments[0])) {
    PyErr_SetString(PyExc_TypeError, "run_known() wants a dict of requests, a graph, fetches and feeds");
    return NULL;
  }
  PyObject *feeds = arguments[3];
  Py_ssize_t feed_count = count_feeds(feeds);
  if (feed_count < 0) Py_RETURN_NOTIMPLEMENTED;
  PyObject *key = request_key(arguments[2], feeds, feed_count);
  PyObject *request = key == NULL ? NULL : PyDict_GetItemWithError(arguments[0], key);
  Py_XINCREF(request);
  Py_XDECREF(key);
  if (request == NULL) {
    if (PyErr_Occurred()) return NULL;
    Py_RETURN_NOTIMPLEMENTED;
  }
  PyObject *object = NULL;
  if (!PyTuple_CheckExact(request) || PyTuple_Size(request) != FIELD_COUNT ||
      !PyObject_TypeCheck(PyTuple_GetItem(request, PREPARED), state.object_type)) {
    PyErr_SetString(PyExc_TypeError, "run_known() found something else than a request");
  } else {
    call_depth++;
    object = run_request(request, arguments[1], feeds, feed_count);
    call_depth--;
  }
  Py_DECREF(request);
  release_collected();
  return object;
}
#endif
