#define _GNU_SOURCE
#include "engine_shims.h"

#include <sched.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <unistd.h>

int engine_processor_count(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}

int engine_is_first_thread(void) {
#if defined(__linux__)
  return syscall(SYS_gettid) == getpid();
#else
  return 1;
#endif
}
