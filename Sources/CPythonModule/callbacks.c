#if __has_include(<Python.h>)
/* Calls from the engine into Python, and references that the engine gives back. Only this file takes Python's lock. */
#include "module.h"

#include <stdatomic.h>
#include <stdlib.h>

/* How often this thread has given up the lock and not taken it back. */
_Thread_local int gate_depth = 0;
/* How many calls into the engine this thread is in. */
_Thread_local int call_depth = 0;

static atomic_bool is_finalizing = false;

/* The engine drops references on any thread, perhaps while it holds locks of its own; destructors of Python objects run
 * arbitrary code. So references are collected here, and given up by a thread that holds the lock and nothing else. */
typedef struct collected {
  struct collected *next;
  PyObject *object;
} collected;
static _Atomic(collected *) collected_head = NULL;

void release_collected(void) {
  if (atomic_load_explicit(&collected_head, memory_order_relaxed) == NULL) return;
  collected *item = atomic_exchange(&collected_head, NULL);
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  while (item != NULL) {
    collected *next = item->next;
    Py_DECREF(item->object);
    free(item);
    item = next;
  }
  PyErr_Restore(type, value, traceback);
}

static int release_pending(void *unused) {
  (void)unused;
  release_collected();
  return 0;
}

void release_later(void *object) {
  if (object == NULL || atomic_load(&is_finalizing)) return; /* the process ends: nobody needs the memory */
  collected *item = malloc(sizeof *item);
  if (item == NULL) return; /* leaks one reference */
  item->object = object;
  collected *head = atomic_load(&collected_head);
  do item->next = head;
  while (!atomic_compare_exchange_weak(&collected_head, &head, item));
  /* A thread inside a call collects when it leaves; others ask the interpreter to do it. */
  if (head == NULL && call_depth == 0) Py_AddPendingCall(release_pending, NULL);
}

void callbacks_finalize(void) {
  release_collected();
  atomic_store(&is_finalizing, true);
}

/* A thread of the engine must not enter an interpreter that is going away: it would never come back. Threads of Python
 * wait for the lock under the interpreter's own rules. */
static bool may_enter(void) { return gate_depth > 0 || call_depth > 0 || !atomic_load(&is_finalizing); }

static PyObject *call_python(PyObject *callable, engine_value *const *arguments, size_t count) {
  PyObject *tuple = PyTuple_New((Py_ssize_t)count);
  if (tuple == NULL) return NULL;
  for (size_t i = 0; i < count; i++) {
    PyObject *item = python_from_value(arguments[i]);
    if (item == NULL || PyTuple_SetItem(tuple, (Py_ssize_t)i, item) < 0) {
      Py_DECREF(tuple);
      return NULL;
    }
  }
  PyObject *result = PyObject_Call(callable, tuple, NULL);
  Py_DECREF(tuple);
  return result;
}

static int32_t host_call(void *callable, engine_value *const *arguments, size_t count, engine_value **result,
                         engine_error **error) {
  if (!may_enter()) {
    static const char message[] = "a callback was wanted while Python is shutting down";
    *error = engine_error_new(ENGINE_ERROR_RUNTIME, message, sizeof message - 1);
    return 1;
  }
  PyGILState_STATE lock = PyGILState_Ensure();
  Py_INCREF(callable);
  PyObject *object = call_python(callable, arguments, count);
  /* The program may change or reuse what it returns, so nothing is borrowed from it. */
  *result = object == NULL ? NULL : value_from_python(object, false);
  if (*result == NULL) *error = error_from_exception();
  Py_XDECREF(object);
  Py_DECREF((PyObject *)callable);
  release_collected();
  int32_t status = *result == NULL;
  PyGILState_Release(lock);
  return status;
}

static engine_error *host_poll_interrupt(void) {
  if (!may_enter()) return NULL;
  PyGILState_STATE lock = PyGILState_Ensure();
  engine_error *error = PyErr_CheckSignals() < 0 ? error_from_exception() : NULL;
  release_collected();
  PyGILState_Release(lock);
  return error;
}

void callbacks_install(void) {
  engine_host host = {.call = host_call, .poll_interrupt = host_poll_interrupt};
  engine_host_install(host);
}
#endif
