/* Operations on vectors for which Swift makes no single instruction. Always inlined, so each CPU level gets its own. */
#ifndef ENGINE_VECTORS_H
#define ENGINE_VECTORS_H

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#define ENGINE_VECTOR_FUNCTIONS(type, count)                                                             \
  typedef type engine_##type##count __attribute__((ext_vector_type(count)));                             \
  static inline __attribute__((always_inline)) engine_##type##count engine_square_root_##type##count(    \
      engine_##type##count x) {                                                                          \
    return __builtin_elementwise_sqrt(x);                                                                \
  }

ENGINE_VECTOR_FUNCTIONS(float, 4)
ENGINE_VECTOR_FUNCTIONS(float, 8)
ENGINE_VECTOR_FUNCTIONS(float, 16)
ENGINE_VECTOR_FUNCTIONS(double, 2)
ENGINE_VECTOR_FUNCTIONS(double, 4)
ENGINE_VECTOR_FUNCTIONS(double, 8)

#undef ENGINE_VECTOR_FUNCTIONS
#pragma clang diagnostic pop

#endif
