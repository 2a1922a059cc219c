// Checks for one element type T, included once per type. Elementwise kernels must agree bit for bit, and nothing beside
// their output may change; sums may differ in order.

extern SW B S3(unary)(B, I, const T *, T *), S4(unary)(B, I, const T *, T *);
extern SW B S3(binary)(B, I, const T *, I, const T *, I, T *), S4(binary)(B, I, const T *, I, const T *, I, T *);
extern SW void S3(leakyReluGrad)(I, T, const T *, const T *, T *), S4(leakyReluGrad)(I, T, const T *, const T *, T *);
extern SW T S3(sum)(I, const T *, B), S4(sum)(I, const T *, B);
extern SW T S3(extremum)(I, const T *, B), S4(extremum)(I, const T *, B);
extern SW void S3(sumRows)(I, I, const T *, T *), S4(sumRows)(I, I, const T *, T *);
extern SW void S3(extremumRows)(I, I, const T *, B, T *), S4(extremumRows)(I, I, const T *, B, T *);
extern SW void S3(softmax)(I, const T *, B, T *), S4(softmax)(I, const T *, B, T *);
extern SW T S3(crossEntropy)(I, const T *, const T *, T *), S4(crossEntropy)(I, const T *, const T *, T *);
extern SW T S3(sparseCrossEntropy)(I, const T *, I, T *), S4(sparseCrossEntropy)(I, const T *, I, T *);
extern SW void S3(gradientDescent)(I, T *, const T *, T), S4(gradientDescent)(I, T *, const T *, T);
extern SW void S3(momentum)(I, T *, T *, const T *, T, T, B), S4(momentum)(I, T *, T *, const T *, T, T, B);
extern SW void S3(adam)(I, T *, T *, T *, const T *, T, T, T, T, B),
    S4(adam)(I, T *, T *, T *, const T *, T, T, T, T, B);
extern SW void S3(adagrad)(I, T *, T *, const T *, T, T, B), S4(adagrad)(I, T *, T *, const T *, T, T, B);
extern SW void S3(rmsProp)(I, T *, T *, T *, const T *, T, T, T, T),
    S4(rmsProp)(I, T *, T *, T *, const T *, T, T, T, T);
extern SW void S4(block)(I, I, I, const T *, I, I, const T *, I, I, T *, I, B);
extern SW void S4(packPanel)(I, I, const T *, I, I, T *);
extern SW void S4(packRows)(I, I, const T *, I, I, T *);
extern SW void S4(dots)(I, I, const T *, const T *, I, T *, I, B);
extern SW void S4(rowTimes)(I, I, const T *, I, const T *, I, T *, B);
extern SW void S3(products)(I, I, const T *const *, const T *const *, T *),
    S4(products)(I, I, const T *const *, const T *const *, T *);
static T N(x)[4096], N(y)[4096], N(u)[4096], N(v)[4096], N(s)[6][4096], N(pa)[8192], N(pb)[8192];
static void N(fill)(T *p, I n, double lo, double hi) {
  for (I i = 0; i < n; i++) p[i] = lo + (hi - lo) * rnd();
}
static int N(near)(double a, double b, double scale) {
  double d = a - b;
  if (d < 0)
    d = -d;
  double m = a < 0 ? -a : a;
  if (m < scale)
    m = scale;
  return same(a, b) || d <= m * EPS * 8;
}
static void N(compare)(const T *a, const T *b, I n, long id, int line, int exact) {
  for (I i = -4; i < n + 20; i++) {
    int inside = i >= 0 && i < n;
    check(inside && !exact ? N(near)(a[i], b[i], 1) : same(a[i], b[i]), id, line, i, a[i], b[i]);
  }
}
static void N(reset)(T *a, T *b) {
  for (I i = 0; i < 200; i++) a[i] = b[i] = 777;
}
static void N(elementwise)(I n, I off) {
  T *a = N(x) + 16 + off, *b = N(y) + 16 + 2 * off, *p = N(u) + 32 + off, *q = N(v) + 32 + off;
  for (int round = 0; round < 2; round++) {
    N(fill)(a, n, -3, 3);
    N(fill)(b, n, -3, 3);
    if (round)
      for (I i = 0; i < n; i++) {
        a[i] = special[(i + n) % 24];
        b[i] = special[(i * 7 + off) % 24];
      }
    for (int op = 0; op < 45; op++) {
      N(reset)(N(u), N(v));
      B r = S3(unary)(op, n, a, p), t = S4(unary)(op, n, a, q);
      check((r & 1) == (t & 1), op, 1, n, r, t);
      N(compare)(p, q, n, op * 1000 + n, 2, 1);
    }
    for (int op = 0; op < 45; op++)
      for (int st = 0; st < 3; st++) {
        if (n == 0)
          continue;
        N(reset)(N(u), N(v));
        B r = S3(binary)(op, n, a, st != 1, b, st != 2, p), t = S4(binary)(op, n, a, st != 1, b, st != 2, q);
        check((r & 1) == (t & 1), op, 3, n, r, t);
        N(compare)(p, q, n, op * 1000 + n, 4, 1);
      }
    N(reset)(N(u), N(v));
    S3(leakyReluGrad)(n, 0.25, b, a, p);
    S4(leakyReluGrad)(n, 0.25, b, a, q);
    N(compare)(p, q, n, n, 5, 1);
  }
}
static void N(rows)(I n, I off) {
  T *a = N(x) + 16 + off, *b = N(y) + 16 + 2 * off, *p = N(u) + 32 + off, *q = N(v) + 32 + off;
  N(fill)(a, 3 * n, -3, 3);
  N(fill)(b, n, 0, 1);
  for (int f = 0; f < 2; f++) {
    T r = S3(sum)(n, a, f), t = S4(sum)(n, a, f);
    check(N(near)(r, t, 8), n, 10, f, r, t);
    r = S3(extremum)(n, a, f);
    t = S4(extremum)(n, a, f);
    check(same(r, t), n, 11, f, r, t);
    N(reset)(N(u), N(v));
    S3(extremumRows)(3, n, a, f, p);
    S4(extremumRows)(3, n, a, f, q);
    N(compare)(p, q, n, n, 12, 1);
    if (n) {
      N(reset)(N(u), N(v));
      S3(softmax)(n, a, f, p);
      S4(softmax)(n, a, f, q);
      N(compare)(p, q, n, n, 13, 0);
    }
  }
  N(reset)(N(u), N(v));
  S3(sumRows)(3, n, a, p);
  S4(sumRows)(3, n, a, q);
  N(compare)(p, q, n, n, 14, 1);
  const T *left[3] = {a, a + n, a + 2 * n}, *right[3] = {b, a, b};
  N(reset)(N(u), N(v));
  S3(products)(n, 3, left, right, p);
  S4(products)(n, 3, left, right, q);
  N(compare)(p, q, n, n, 23, 0);
  if (n) {
    N(reset)(N(u), N(v));
    T r = S3(crossEntropy)(n, a, b, p), t = S4(crossEntropy)(n, a, b, q);
    check(N(near)(r, t, 32), n, 15, 0, r, t);
    N(compare)(p, q, n, n, 16, 0);
    N(reset)(N(u), N(v));
    r = S3(sparseCrossEntropy)(n, a, n - 1, p);
    t = S4(sparseCrossEntropy)(n, a, n - 1, q);
    check(N(near)(r, t, 4), n, 17, 0, r, t);
    N(compare)(p, q, n, n, 18, 0);
    for (I at = 0; at < n; at++) {
      T old = a[at];
      a[at] = 0.0 / 0.0;
      for (int f = 0; f < 2; f++) {
        T e = S4(extremum)(n, a, f);
        check(e != e, n, 19, at, e, 0);
      }
      a[at] = old;
    }
  }
}
static void N(updates)(I n, I off) {
  T *g = N(x) + 16 + 2 * off;
  N(fill)(g, n, -0.5, 0.5);
  for (int kind = 0; kind < 8; kind++) {
    for (int k = 0; k < 3; k++) {
      T *a = N(s)[k] + 32 + off, *b = N(s)[3 + k] + 32 + off;
      N(reset)(N(s)[k], N(s)[3 + k]);
      N(fill)(a, n, k ? 0.5 : -1, 1);
      for (I i = 0; i < n; i++) b[i] = a[i];
    }
    T *w = N(s)[0] + 32 + off, *a = N(s)[1] + 32 + off, *b = N(s)[2] + 32 + off, *w4 = N(s)[3] + 32 + off,
      *a4 = N(s)[4] + 32 + off, *b4 = N(s)[5] + 32 + off;
    int f = kind & 1;
    switch (kind / 2) {
    case 0:
      if (f) {
        S3(gradientDescent)(n, w, g, 0.1);
        S4(gradientDescent)(n, w4, g, 0.1);
      } else {
        S3(rmsProp)(n, w, a, b, g, 0.1, 0.9, 0.5, 1e-3);
        S4(rmsProp)(n, w4, a4, b4, g, 0.1, 0.9, 0.5, 1e-3);
      }
      break;
    case 1:
      S3(momentum)(n, w, a, g, 0.1, 0.9, f);
      S4(momentum)(n, w4, a4, g, 0.1, 0.9, f);
      break;
    case 2:
      S3(adam)(n, w, a, b, g, 0.01, 0.9, 0.99, 1e-3, f);
      S4(adam)(n, w4, a4, b4, g, 0.01, 0.9, 0.99, 1e-3, f);
      break;
    case 3:
      S3(adagrad)(n, w, a, g, 0.1, 1e-3, f);
      S4(adagrad)(n, w4, a4, g, 0.1, 1e-3, f);
      break;
    }
    N(compare)(w, w4, n, kind * 1000 + n, 20, 1);
    N(compare)(a, a4, n, kind * 1000 + n, 21, 1);
    N(compare)(b, b4, n, kind * 1000 + n, 22, 1);
  }
}
static void N(gemm)(I m, I n, I k) {
  T *a = N(x), *b = N(y), *c = N(u) + 64;
  I W = 128 / sizeof(T), H = 12;
  N(fill)(a, m * k, -1, 1);
  N(fill)(b, k * n, -1, 1);
  for (int way = 0; way < 6; way++)
    for (int acc = 0; acc < 2; acc++) {
      I ta = way & 1;
      for (I i = -64; i < m * n + 64; i++) c[i] = i >= 0 && i < m * n ? 2 : 777;
      I ar = ta ? 1 : k, ac = ta ? m : 1;
      I br = way & 2 ? 1 : n, bc = way & 2 ? k : 1;
      if (way < 4) {
        I panels = (n + W - 1) / W;
        for (I p = 0; p < panels; p++)
          S4(packPanel)(k, p * W + W <= n ? W : n - p * W, b + p * W * bc, br, bc, N(pb) + p * W * k);
        if (way < 2)
          S4(block)(m, n, k, a, ar, ac, N(pb), W, W * k, c, n, acc);
        else {
          S4(packRows)(m, k, a, ar, ac, N(pa));
          S4(block)(m, n, k, N(pa), -1, H, N(pb), W, W * k, c, n, acc);
        }
      } else {
        if (ta && way == 5) {
        }
        if (way == 4)
          for (I i = 0; i < m; i++) S4(dots)(n, k, a + i * k, b, k, c + i * n, 1, acc);
        else
          for (I i = 0; i < m; i++) S4(rowTimes)(n, k, a + i * k, 1, b, n, c + i * n, acc);
        ar = k;
        ac = 1;
        br = way == 4 ? 1 : n;
        bc = way == 4 ? k : 1;
      }
      for (I i = 0; i < m; i++)
        for (I j = 0; j < n; j++) {
          double t = acc ? 2 : 0;
          for (I p = 0; p < k; p++) t += (double)a[i * ar + p * ac] * b[p * br + j * bc];
          check(N(near)(c[i * n + j], t, 4), m * 1000000 + n * 1000 + k, 30 + way, i * n + j, c[i * n + j], t);
        }
      for (I i = 1; i <= 64; i++) {
        check(c[-i] == 777, n, 40 + way, i, c[-i], 0);
        check(c[m * n + i - 1] == 777, n, 50 + way, i, c[m * n + i - 1], 0);
      }
    }
}
static void N(all)(void) {
  static const int lengths[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14,
                                15, 16, 17, 18, 19, 23, 31, 32, 33, 35, 47, 48, 49, 51, 127};
  for (int i = 0; i < 30; i++)
    for (int off = 0; off < 4; off += (off == 1) + 1) {
      N(elementwise)(lengths[i], off);
      N(rows)(lengths[i], off);
      N(updates)(lengths[i], off);
    }
  static const int ms[] = {1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 23, 25},
                   ns[] = {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 47, 63, 65}, ks[] = {1, 2, 3, 4, 5, 8, 17, 33};
  for (int i = 0; i < 12; i++)
    for (int j = 0; j < 13; j++)
      for (int l = 0; l < 8; l++) N(gemm)(ms[i], ns[j], ks[l]);
}
