/* CRC-32C by the CPU's instruction, where there is one. */
#ifndef ENGINE_CHECKSUM_H
#define ENGINE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#define ENGINE_CRC_TARGET __attribute__((target("sse4.2")))
#define ENGINE_CRC_8(crc, value) ((uint32_t)__builtin_ia32_crc32di(crc, value))
#define ENGINE_CRC_1(crc, value) __builtin_ia32_crc32qi(crc, value)
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#define ENGINE_CRC_TARGET __attribute__((target("crc")))
#define ENGINE_CRC_8(crc, value) __builtin_arm_crc32cd(crc, value)
#define ENGINE_CRC_1(crc, value) __builtin_arm_crc32cb(crc, value)
#endif

/* Whether engine_crc32c_update may be called. */
static inline int engine_crc32c_is_available(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") != 0;
#elif defined(__aarch64__) && defined(__linux__)
  return (getauxval(AT_HWCAP) & (1ul << 7)) != 0; /* HWCAP_CRC32 */
#else
  return 0;
#endif
}

/* Runs `size` bytes through the (not inverted) state `crc`. */
#if defined(ENGINE_CRC_TARGET)
ENGINE_CRC_TARGET static inline uint32_t engine_crc32c_update(uint32_t crc, const void *data, size_t size) {
  const unsigned char *bytes = (const unsigned char *)data;
  while (size >= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    crc = ENGINE_CRC_8(crc, word);
    bytes += 8;
    size -= 8;
  }
  while (size > 0) {
    crc = ENGINE_CRC_1(crc, *bytes++);
    size--;
  }
  return crc;
}
#else
static inline uint32_t engine_crc32c_update(uint32_t crc, const void *data, size_t size) {
  (void)data;
  (void)size;
  return crc;
}
#endif

#endif
