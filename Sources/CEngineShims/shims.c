#define _GNU_SOURCE
#include "engine_shims.h"

#include <fcntl.h>
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

void engine_begin_writeback(int descriptor, int64_t start, int64_t count) {
#if defined(__linux__)
  (void)sync_file_range(descriptor, start, count, SYNC_FILE_RANGE_WRITE);
#else
  (void)descriptor, (void)start, (void)count;
#endif
}

void engine_reserve_file(int descriptor, int64_t count) {
#if defined(__linux__)
  (void)fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, count);
#else
  (void)descriptor, (void)count;
#endif
}
