/* What Swift cannot say by itself: CPU features, and the memory order of a spinning thread. */
#ifndef ENGINE_SHIMS_H
#define ENGINE_SHIMS_H

#include <stdint.h>

/* The highest x86-64 level that the CPU offers and the system saves the registers of: 1 (baseline, with x86-64-v2),
 * 3 (AVX2, FMA) or 4 (AVX-512 F, BW, CD, DQ, VL); 1 on other machines. */
static inline int engine_cpu_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2")) return 1;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl"))
    return 3;
  return 4;
#else
  return 1;
#endif
}

/* How many processors the process may run on; at least 1. */
int engine_processor_count(void);

/* Whether the calling thread is the first one of the process, or of a forked child. */
int engine_is_first_thread(void);

/* Asks the system to start writing a part of a file to disk, without waiting for it. */
void engine_begin_writeback(int descriptor, int64_t start, int64_t count);

/* Sets room on disk aside for a file that will get that long; its length stays. A system that cannot is no error. */
void engine_reserve_file(int descriptor, int64_t count);

/* Tells the core that the thread is spinning. */
static inline void engine_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
