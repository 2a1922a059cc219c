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

/* Frees what a host handed over: called once, on any thread, without the host's locks. */
typedef void (*engine_release_fn)(void *owner);

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
/* Wraps `byte_count` bytes of the host; `release(owner)` runs when the engine needs them no more. NULL when the shape
 * and the size do not fit, or the type has no plain elements (nothing is released then). */
engine_value *_Nullable engine_value_new_tensor(int32_t dtype, size_t rank, const int64_t *_Nullable dimensions,
                                                void *_Nullable data, size_t byte_count, void *_Nonnull owner,
                                                engine_release_fn _Nonnull release);
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
const char *_Nonnull engine_value_borrow_bytes(engine_value *_Nonnull value, size_t *_Nonnull count);
size_t engine_value_count(const engine_value *_Nonnull value);
engine_value *_Nonnull engine_value_new_item(const engine_value *_Nonnull value, size_t index);
engine_value *_Nonnull engine_value_new_key(const engine_value *_Nonnull value, size_t index);
int32_t engine_value_tensor_dtype(const engine_value *_Nonnull value);
size_t engine_value_tensor_rank(const engine_value *_Nonnull value);
int64_t engine_value_tensor_dimension(const engine_value *_Nonnull value, size_t axis);
void *_Nonnull engine_value_tensor_borrow_data(const engine_value *_Nonnull value, size_t *_Nonnull byte_count);
size_t engine_value_tensor_count(const engine_value *_Nonnull value);
/* Element `index` of a string tensor, as a bytes value. */
engine_value *_Nonnull engine_value_tensor_new_string(const engine_value *_Nonnull value, size_t index);
/* The graph is returned retained. */
const void *_Nonnull engine_value_output(const engine_value *_Nonnull value, int64_t *_Nonnull node,
                                         int64_t *_Nonnull index);
/* A retained pointer; engine_object_release gives it back. */
const void *_Nonnull engine_value_object(const engine_value *_Nonnull value);
void *_Nonnull engine_value_borrow_host(const engine_value *_Nonnull value);
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

/* Failures. */
engine_error *_Nonnull engine_error_new_host(void *_Nonnull exception, engine_release_fn _Nonnull release);
engine_error *_Nonnull engine_error_new(int32_t kind, const char *_Nonnull message, size_t count);
/* A dict of kind, code, message, node and origin. */
engine_value *_Nonnull engine_error_new_details(const engine_error *_Nonnull error);
/* The host's own exception, when the failure began as one. */
void *_Nullable engine_error_borrow_host(const engine_error *_Nonnull error);
void engine_error_release(engine_error *_Nonnull error);

/* What the host offers. */
typedef struct engine_host {
  /* Calls a callable of the host with the arguments; takes the host's locks itself. As engine_function_call. */
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
