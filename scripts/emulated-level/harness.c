// Compares the kernels of level v4 (AVX-512) with those of level v3, and matrix products with their definition, on a
// bare processor: no libraries, no system. run.py links it with the kernels and runs it in an emulator.

typedef long I;
typedef unsigned char B;
#define SW __attribute__((swiftcall))
// Where run.py finds the outcome: the first failure with its kernel, place in kernels.h, element and the two values.
typedef struct {
  long checks, failures, first, line, lane;
  double a, b;
} R;
volatile R result __attribute__((section(".data"))) = {0};
// What compiled Swift asks of its runtime and of the C library.
static char heap[1 << 20];
static long used;
void *swift_slowAlloc(long n, long mask) {
  void *p = heap + ((used + 63) & ~63L);
  used = ((used + 63) & ~63L) + n;
  if (used > (1 << 20) - (1 << 18))
    used = 0;
  return p;
}
void swift_slowDealloc(void *p, long n, long m) {}
int swift_stdlib_isStackAllocationSafe(long n, long a) {
  return 0;
}
void __stack_chk_fail(void) {
  result.failures += 1000000;
  __asm__("hlt");
}
void *memcpy(void *d, const void *s, unsigned long n) {
  char *a = d;
  const char *b = s;
  for (unsigned long i = 0; i < n; i++) a[i] = b[i];
  return d;
}
void *memmove(void *d, const void *s, unsigned long n) {
  char *a = d;
  const char *b = s;
  if (a < b)
    for (unsigned long i = 0; i < n; i++) a[i] = b[i];
  else
    for (unsigned long i = n; i--;) a[i] = b[i];
  return d;
}
void *memset(void *d, int c, unsigned long n) {
  char *a = d;
  for (unsigned long i = 0; i < n; i++) a[i] = c;
  return d;
}
// Not the error function, but the same one for both levels, which call it lane by lane.
double erf(double x) {
  return x * 1.1283791670955126 - x * x * x * 0.37612638903183754;
}
#define same(x, y) ((x) == (y) || ((x) != (x) && (y) != (y)))
static unsigned seed = 1;
static double rnd(void) {
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) / 16777216.0;
}
static void check(int ok, long id, int line, long lane, double a, double b) {
  result.checks++;
  if (!ok) {
    if (!result.failures) {
      result.first = id;
      result.line = line;
      result.lane = lane;
      result.a = a;
      result.b = b;
    }
    result.failures++;
  }
}
static const double special[] = {0.0,  -0.0, 1,     -1,    1e-40, -1e-40, 88.7, 89, -87.5, -100, -104,  710,
                                 -746, 3e38, -3e38, 1e-45, 0.5,   2,      6,    7,  -0.34, 0.34, 0.625, 5e-9};
#define T float
#define N(x) x##_f
#define S3(x) s3f_##x
#define S4(x) s4f_##x
#define EPS 6e-7
#include "kernels.h"
#undef T
#undef N
#undef S3
#undef S4
#undef EPS
#define T double
#define N(x) x##_d
#define S3(x) s3d_##x
#define S4(x) s4d_##x
#define EPS 1.2e-15
#include "kernels.h"
__attribute__((force_align_arg_pointer)) void _start(void) {
  all_f();
  all_d();
  __asm__ volatile("hlt");
  for (;;);
}
