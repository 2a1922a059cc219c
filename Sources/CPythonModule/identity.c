#if __has_include(<Python.h>)
/* Which Python object stands for an engine object: a hash table with open addressing, guarded by Python's lock. It
 * holds no references; objects remove themselves when they die. */
#include "module.h"

typedef struct {
  const void *key; /* NULL: free */
  PyObject *object;
} slot;

static slot *slots = NULL;
static size_t capacity = 0; /* a power of two */
static size_t used = 0;

static size_t hash(const void *key) {
  uint64_t bits = (uint64_t)(uintptr_t)key >> 4;
  return (size_t)(bits * 0x9e3779b97f4a7c15u >> 20);
}

/* The slot of the key, or the free one where it belongs. */
static size_t probe(const void *key) {
  size_t position = hash(key) & (capacity - 1);
  while (slots[position].key != NULL && slots[position].key != key) position = (position + 1) & (capacity - 1);
  return position;
}

PyObject *identity_find(const void *pointer) {
  if (used == 0) return NULL;
  PyObject *object = slots[probe(pointer)].object;
  /* An object whose destructor is under way cannot be had any more. */
  return object != NULL && Py_REFCNT(object) > 0 ? object : NULL;
}

static int grow(void) {
  slot *old = slots;
  size_t old_capacity = capacity;
  size_t wanted = capacity == 0 ? 64 : 2 * capacity;
  slot *fresh = PyMem_Calloc(wanted, sizeof *fresh);
  if (fresh == NULL) {
    PyErr_NoMemory();
    return -1;
  }
  slots = fresh;
  capacity = wanted;
  for (size_t i = 0; i < old_capacity; i++) {
    if (old[i].key != NULL) slots[probe(old[i].key)] = old[i];
  }
  PyMem_Free(old);
  return 0;
}

int identity_set(const void *pointer, PyObject *object) {
  if (2 * (used + 1) > capacity && grow() < 0) return -1;
  slot *target = &slots[probe(pointer)];
  if (target->key == NULL) used++;
  *target = (slot){pointer, object};
  return 0;
}

void identity_remove(const void *pointer, PyObject *object) {
  if (used == 0) return;
  size_t hole = probe(pointer);
  if (slots[hole].object != object) return;
  used--;
  slots[hole] = (slot){NULL, NULL};
  /* Those that were pushed past the hole move back, so that probes need no tombstones. */
  size_t next = hole;
  for (;;) {
    next = (next + 1) & (capacity - 1);
    if (slots[next].key == NULL) return;
    size_t home = hash(slots[next].key) & (capacity - 1);
    if (((next - home) & (capacity - 1)) >= ((next - hole) & (capacity - 1))) {
      slots[hole] = slots[next];
      slots[next] = (slot){NULL, NULL};
      hole = next;
    }
  }
}
#endif
