/* The only place that gives up Python's lock. */
#ifndef SWIFTESTIMATOR_GATE_H
#define SWIFTESTIMATOR_GATE_H

#include "module.h"

static inline PyThreadState *gate_open(void) {
  gate_depth++;
  return PyEval_SaveThread();
}

static inline void gate_close(PyThreadState *thread) {
  PyEval_RestoreThread(thread);
  gate_depth--;
}

#endif
