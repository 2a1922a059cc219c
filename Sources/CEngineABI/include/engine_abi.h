/* The contract between the engine and a host language.
 *
 * Everything crosses as values (engine_value) and functions found by name. The Swift side implements each prototype
 * with `@c @implementation`, so the compiler checks it against this header.
 *
 * Ownership: functions named *_new_* and results of calls are owned by the caller, who gives them back with
 * engine_value_release; *_borrow_* results live as long as the value they come from. An argument is never consumed,
 * except where its comment says so. Threads: a value may be used by one thread at a time.
 */
#ifndef ENGINE_ABI_H
#define ENGINE_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Goes up with every incompatible change of this header. */
#define ENGINE_ABI_VERSION 1

typedef struct engine_value engine_value; /* a boxed value */
typedef struct engine_error engine_error; /* a failure */

/* What a value holds. */
enum {
  ENGINE_NONE = 0,
  ENGINE_BOOL = 1,
  ENGINE_INT = 2,
  ENGINE_FLOAT = 3,
  ENGINE_TEXT = 4,   /* UTF-8 */
  ENGINE_BYTES = 5,
  ENGINE_LIST = 6,
  ENGINE_DICT = 7,   /* keys are UTF-8 text, in insertion order */
  ENGINE_TENSOR = 8,
  ENGINE_OUTPUT = 9, /* an output of a graph's node */
  ENGINE_NODE = 10,
  ENGINE_OBJECT = 11, /* an object of the engine: a graph, a session, ... */
  ENGINE_HOST = 12,   /* an object of the host language */
  ENGINE_TUPLE = 13
};

/* The element types, numbered as in TensorFlow's files. */
enum {
  ENGINE_FLOAT32 = 1,
  ENGINE_FLOAT64 = 2,
  ENGINE_INT32 = 3,
  ENGINE_UINT8 = 4,
  ENGINE_INT16 = 5,
  ENGINE_INT8 = 6,
  ENGINE_STRING = 7,
  ENGINE_COMPLEX64 = 8,
  ENGINE_INT64 = 9,
  ENGINE_BOOLEAN = 10,
  ENGINE_BFLOAT16 = 14,
  ENGINE_UINT16 = 17,
  ENGINE_COMPLEX128 = 18,
  ENGINE_FLOAT16 = 19,
  ENGINE_UINT32 = 22,
  ENGINE_UINT64 = 23
};

/* Kinds of failures that a host tells apart; the engine has more, see engine_error_new_details. */
enum {
  ENGINE_ERROR_VALUE = 1,
  ENGINE_ERROR_TYPE = 2,
  ENGINE_ERROR_RUNTIME = 3,
  ENGINE_ERROR_HOST = 7, /* the host's own exception, raised in a callback */
  ENGINE_ERROR_STOP_ITERATION = 10,
  ENGINE_ERROR_INTERRUPT = 12
};

/* Frees what a host handed over: called once, on any thread, with or without the host's locks held. */
typedef void (*engine_release_fn)(void *_Nullable owner);

uint32_t engine_abi_version(void);

/* Values from the host. */
engine_value *_Nonnull engine_value_new_none(void);
engine_value *_Nonnull engine_value_new_bool(bool value);
engine_value *_Nonnull engine_value_new_int(int64_t value);
engine_value *_Nonnull engine_value_new_float(double value);
engine_value *_Nonnull engine_value_new_text(const char *_Nullable bytes, size_t count);
engine_value *_Nonnull engine_value_new_bytes(const char *_Nullable bytes, size_t count);
engine_value *_Nonnull engine_value_new_list(size_t capacity, bool is_tuple);
engine_value *_Nonnull engine_value_new_dict(void);
/* Appends; `item` is consumed. */
void engine_value_append(engine_value *_Nonnull list, engine_value *_Nonnull item);
/* Adds a pair; `item` is consumed. */
void engine_value_insert(engine_value *_Nonnull dict, const char *_Nonnull key, size_t count, engine_value *_Nonnull item);
/* Wraps `byte_count` bytes of the host, which must not change while the engine has them; `release(owner)` runs when it
 * needs them no more. NULL when the shape and the size do not fit, or the type has no plain elements (nothing is
 * released then). */
engine_value *_Nullable engine_value_new_tensor(int32_t dtype, size_t rank, const int64_t *_Nullable dimensions,
                                                void *_Nullable data, size_t byte_count, void *_Nonnull owner,
                                                engine_release_fn _Nonnull release);
/* A tensor in the engine's memory, at *data, for the caller to fill. NULL when the shape is impossible, the type has no
 * plain elements, or memory is out. */
engine_value *_Nullable engine_value_new_blank_tensor(int32_t dtype, size_t rank, const int64_t *_Nullable dimensions,
                                                      void *_Nullable *_Nonnull data, size_t *_Nonnull byte_count);
/* A string tensor with empty elements, to be filled by engine_value_set_string. NULL for an impossible shape. */
engine_value *_Nullable engine_value_new_string_tensor(size_t rank, const int64_t *_Nullable dimensions);
bool engine_value_set_string(engine_value *_Nonnull tensor, size_t index, const char *_Nullable bytes, size_t count);
/* NULL when the graph has no such node or output. */
engine_value *_Nullable engine_value_new_output(const void *_Nonnull graph, int64_t node, int64_t index);
engine_value *_Nullable engine_value_new_node(const void *_Nonnull graph, int64_t node);
engine_value *_Nonnull engine_value_new_object(const void *_Nonnull object);
engine_value *_Nonnull engine_value_new_host(void *_Nonnull object, engine_release_fn _Nonnull release);

/* Values for the host. */
int32_t engine_value_kind(const engine_value *_Nonnull value);
bool engine_value_bool(const engine_value *_Nonnull value);
int64_t engine_value_int(const engine_value *_Nonnull value);
double engine_value_float(const engine_value *_Nonnull value);
/* Copies text or bytes to `buffer` if they fit into `capacity`. Returns their size. */
size_t engine_value_copy_bytes(const engine_value *_Nonnull value, char *_Nullable buffer, size_t capacity);
size_t engine_value_count(const engine_value *_Nonnull value);
/* Moves an item of a list or tuple, or a value of a dict, out of its container. */
engine_value *_Nonnull engine_value_take_item(engine_value *_Nonnull value, size_t index);
/* A key of a dict, as text. */
engine_value *_Nonnull engine_value_new_key(const engine_value *_Nonnull value, size_t index);

/* What a tensor looks like. */
typedef struct engine_tensor_view {
  int32_t dtype;
  size_t rank;
  size_t count; /* elements */
  size_t byte_count;
  void *_Nullable data; /* valid while the value lives */
} engine_tensor_view;
/* Describes a tensor; its dimensions go to `dimensions` if `capacity` suffices. False when the value is no tensor. */
bool engine_value_tensor_view(const engine_value *_Nonnull value, engine_tensor_view *_Nonnull view,
                              int64_t *_Nullable dimensions, size_t capacity);
/* Makes sure that nobody else sees or owns the tensor's memory, by copying it if need be. False when memory is out. */
bool engine_value_tensor_own(engine_value *_Nonnull value);
/* Copies element `index` of a string tensor to `buffer` if it fits into `capacity`. Returns its size. */
size_t engine_value_tensor_copy_string(const engine_value *_Nonnull value, size_t index, char *_Nullable buffer,
                                       size_t capacity);
/* The graph of an output or a node, retained; NULL for other values. */
const void *_Nullable engine_value_output(const engine_value *_Nonnull value, int64_t *_Nonnull node,
                                          int64_t *_Nonnull index);
/* A retained pointer, which engine_object_release gives back; NULL when the value is no object. */
const void *_Nullable engine_value_object(const engine_value *_Nonnull value);
/* NULL when the value is no host object. */
void *_Nullable engine_value_borrow_host(const engine_value *_Nonnull value);
void engine_value_retain(engine_value *_Nonnull value);
void engine_value_release(engine_value *_Nonnull value);

/* Objects of the engine. */
void engine_object_retain(const void *_Nonnull object);
void engine_object_release(const void *_Nonnull object);
/* The type's name, as a text value. */
engine_value *_Nonnull engine_object_new_type_name(const void *_Nonnull object);

/* Outputs, without boxing: what a host asks for all the time. */
int32_t engine_output_dtype(const void *_Nonnull graph, int64_t node, int64_t index);

/* Functions. */
/* The position of a function in the catalog; -1 when there is none of that name. */
int64_t engine_function_find(const char *_Nonnull name, size_t count);
/* Whether the call may take long or call back: the host must not hold its locks meanwhile. */
bool engine_function_is_blocking(int64_t function);
engine_value *_Nonnull engine_function_new_names(void);
/* 0 and *result, or another number and *error. */
int32_t engine_function_call(int64_t function, engine_value *_Nonnull const *_Nullable arguments, size_t count,
                             engine_value *_Nullable *_Nonnull result, engine_error *_Nullable *_Nonnull error);

/* Prepared runs: sessions' requests that were compiled once. The same as calling a function of the catalog, at less
 * cost for each call. */
/* Runs with one tensor for each feed, without the host's locks; the result is a list. As engine_function_call. */
int32_t engine_run_call(const void *_Nonnull object, engine_value *_Nonnull const *_Nullable feeds, size_t count,
                        engine_value *_Nullable *_Nonnull result, engine_error *_Nullable *_Nonnull error);

/* Failures. */
/* `kind` is ENGINE_ERROR_HOST, _STOP_ITERATION or _INTERRUPT; `message` describes the exception. */
engine_error *_Nonnull engine_error_new_host(int32_t kind, const char *_Nullable message, size_t count,
                                             void *_Nonnull exception, engine_release_fn _Nonnull release);
engine_error *_Nonnull engine_error_new(int32_t kind, const char *_Nullable message, size_t count);
int32_t engine_error_kind(const engine_error *_Nonnull error);
/* A dict of kind, code, message, node and origin. */
engine_value *_Nonnull engine_error_new_details(const engine_error *_Nonnull error);
/* The host's own exception, when the failure began as one. */
void *_Nullable engine_error_borrow_host(const engine_error *_Nonnull error);
void engine_error_release(engine_error *_Nonnull error);

/* What the host offers. */
typedef struct engine_host {
  /* Calls a callable of the host with the arguments; takes the host's locks itself. As engine_function_call. The host
   * may empty the arguments. */
  int32_t (*_Nonnull call)(void *_Nonnull callable, engine_value *_Nonnull const *_Nullable arguments, size_t count,
                           engine_value *_Nullable *_Nonnull result, engine_error *_Nullable *_Nonnull error);
  /* Asked now and then during long runs: a failure when the user wants to stop, else NULL. */
  engine_error *_Nullable (*_Nonnull poll_interrupt)(void);
} engine_host;
/* Once, before the first call. */
void engine_host_install(engine_host host);

#ifdef __cplusplus
}
#endif
#endif
