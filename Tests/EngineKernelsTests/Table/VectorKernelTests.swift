import EngineCore
import KernelTable
import Testing

@testable import EngineKernels

extension KernelTests {
  /// The loops of `VectorKernels` at any address, for any length: they write what they should and nothing else, and an
  /// element's result does not depend on where it stands.
  @Suite struct VectorKernelTests {
    @Test func singlePrecision() throws { try run(\.float) }
    @Test func doublePrecision() throws { try run(\.double) }

    /// Memory with a border on both sides that must stay as it is.
    private final class Guarded<Scalar: FloatNumber & TensorElement> {
      private let memory: UnsafeMutablePointer<Scalar>
      private let border = 64
      let start: UnsafeMutablePointer<Scalar>
      private let count: Int

      init(_ values: [Scalar], offset: Int) {
        memory = .allocate(capacity: values.count + 2 * border + offset)
        memory.initialize(repeating: 12_345, count: values.count + 2 * border + offset)
        start = memory + border + offset
        count = values.count
        for (i, value) in values.enumerated() { start[i] = value }
      }
      deinit { memory.deallocate() }

      var values: [Scalar] { (0..<count).map { start[$0] } }
      var isIntact: Bool {
        (memory..<start).allSatisfy { $0.pointee == 12_345 }
          && (start + count..<start + count + border).allSatisfy { $0.pointee == 12_345 }
      }
    }

    private func numbers<Scalar: FloatNumber>(_ count: Int, _ seed: UInt64, low: Double = -3, high: Double = 3)
      -> [Scalar]
    {
      var source = TestNumbers(seed: seed)
      return (0..<count).map { _ in Scalar(source.uniform(low, high)) }
    }

    private func isSame<Scalar: FloatNumber>(_ a: [Scalar], _ b: [Scalar]) -> Bool {
      zip(a, b).allSatisfy { $0 == $1 && $0.sign == $1.sign || $0.isNaN && $1.isNaN }
    }

    private func run<Scalar: FloatNumber & TensorElement>(_ part: KeyPath<KernelTable, VectorKernels<Scalar>>) throws {
      for table in Kernels.availableTables {
        let kernels = table[keyPath: part]
        for length in edgeLengths {
          for offset in [0, 1, 3] {
            let what = "\(Scalar.self) at \(table.levelName), \(length) at \(offset)"
            elementwise(kernels, length, offset, what)
            rows(kernels, length, offset, what)
            updates(kernels, length, offset, what)
          }
        }
      }
    }

    private func elementwise<Scalar: FloatNumber & TensorElement>(
      _ kernels: VectorKernels<Scalar>, _ length: Int, _ offset: Int, _ what: String
    ) {
      let (a, b): ([Scalar], [Scalar]) = (numbers(length, 1), numbers(length, 2))
      let (left, right) = (Guarded(a, offset: offset), Guarded(b, offset: 2 * offset))
      for operation in UnaryOperation.allCases {
        let y = Guarded([Scalar](repeating: 0, count: length), offset: offset)
        guard kernels.unary(operation, length, left.start, y.start) else { continue }
        // One at a time, which is the end of a vector that is not full.
        let alone = a.map { x in
          let one = Guarded([x], offset: 0)
          _ = kernels.unary(operation, 1, one.start, one.start)
          return one.values[0]
        }
        #expect(y.isIntact && isSame(y.values, alone), "\(operation) of \(what)")
      }
      for operation in BinaryOperation.allCases {
        for (aStep, bStep) in [(1, 1), (0, 1), (1, 0)] {
          let z = Guarded([Scalar](repeating: 0, count: length), offset: offset)
          guard kernels.binary(operation, length, left.start, aStep, right.start, bStep, z.start) else { continue }
          let alone = a.indices.map { i in
            let (x, y) = (Guarded([a[i * aStep]], offset: 0), Guarded([b[i * bStep]], offset: 0))
            _ = kernels.binary(operation, 1, x.start, 1, y.start, 1, x.start)
            return x.values[0]
          }
          #expect(z.isIntact && isSame(z.values, alone), "\(operation) of \(what), steps \(aStep), \(bStep)")
        }
      }
      let (y, dx) = (Guarded(a, offset: offset), Guarded(a, offset: offset))
      kernels.leakyRelu(length, 0.25, left.start, y.start)
      kernels.leakyReluGrad(length, 0.25, right.start, left.start, dx.start)
      #expect(y.isIntact && isSame(y.values, a.map { $0 > 0 ? $0 : 0.25 * $0 }), "leakyRelu of \(what)")
      #expect(
        dx.isIntact && isSame(dx.values, zip(a, b).map { $0 > 0 ? $1 : 0.25 * $1 }), "leakyReluGrad of \(what)")
      #expect(left.isIntact && right.isIntact, "inputs of \(what)")
    }

    private func rows<Scalar: FloatNumber & TensorElement>(
      _ kernels: VectorKernels<Scalar>, _ length: Int, _ offset: Int, _ what: String
    ) {
      let tolerance = Scalar.ulpOfOne * 64
      let a: [Scalar] = numbers(length, 3)
      let x = Guarded(a, offset: offset)
      let sum = a.reduce(Scalar.zero, +)
      let squares = a.reduce(Scalar.zero) { $0 + $1 * $1 }
      #expect((kernels.sum(length, x.start, false) - sum).magnitude <= tolerance, "sum of \(what)")
      #expect((kernels.sum(length, x.start, true) - squares).magnitude <= tolerance * 4, "squares of \(what)")
      #expect(kernels.extremum(length, x.start, true) == a.max() ?? -.infinity, "largest of \(what)")
      #expect(kernels.extremum(length, x.start, false) == a.min() ?? .infinity, "smallest of \(what)")
      let three: [Scalar] = numbers(3 * length, 4)
      let matrix = Guarded(three, offset: offset)
      let columns = (0..<length).map { j in [three[j], three[length + j], three[2 * length + j]] }
      let y = Guarded([Scalar](repeating: 7, count: length), offset: offset)
      kernels.sumRows(3, length, matrix.start, y.start)
      #expect(y.isIntact && isSame(y.values, columns.map { $0[0] + $0[1] + $0[2] }), "sums of rows of \(what)")
      kernels.extremumRows(3, length, matrix.start, true, y.start)
      #expect(y.isIntact && isSame(y.values, columns.map { max($0[0], $0[1], $0[2]) }), "largest of rows of \(what)")
      if length == 0 { return }
      for isLogarithmic in [false, true] {
        kernels.softmax(length, x.start, isLogarithmic, y.start)
        let total = isLogarithmic ? y.values.reduce(Scalar.zero) { $0 + $1.exponential } : y.values.reduce(0, +)
        #expect(y.isIntact && (total - 1).magnitude <= tolerance, "softmax of \(what)")
      }
      let loss = kernels.sparseCrossEntropy(length, x.start, length - 1, y.start)
      #expect(
        y.isIntact && y.values.reduce(0, +).magnitude <= tolerance && loss >= 0, "sparse cross entropy of \(what)")
      let labels = Guarded(a.indices.map { Scalar($0 == length - 1 ? 1 : 0) }, offset: 2 * offset)
      let dense = kernels.crossEntropy(length, x.start, labels.start, y.start)
      #expect(y.isIntact && (dense - loss).magnitude <= tolerance, "cross entropy of \(what)")
      #expect(x.isIntact && labels.isIntact && matrix.isIntact, "inputs of \(what)")
    }

    private func updates<Scalar: FloatNumber & TensorElement>(
      _ kernels: VectorKernels<Scalar>, _ length: Int, _ offset: Int, _ what: String
    ) {
      let g: [Scalar] = numbers(length, 5)
      let gradient = Guarded(g, offset: 2 * offset)
      /// Runs an update on all elements and on each alone.
      func check(
        _ name: String,
        _ body: (
          _ n: Int, _ w: UnsafeMutablePointer<Scalar>, _ a: UnsafeMutablePointer<Scalar>,
          _ b: UnsafeMutablePointer<Scalar>, _ g: UnsafeMutablePointer<Scalar>
        ) -> Void
      ) {
        let start: [[Scalar]] = [numbers(length, 6), numbers(length, 7, low: 0.5), numbers(length, 8, low: 0.5)]
        let state = start.map { Guarded($0, offset: offset) }
        body(length, state[0].start, state[1].start, state[2].start, gradient.start)
        for i in 0..<length {
          let one = start.map { Guarded([$0[i]], offset: 0) }
          body(1, one[0].start, one[1].start, one[2].start, Guarded([g[i]], offset: 0).start)
          for slot in 0..<3 where !isSame([state[slot].values[i]], one[slot].values) {
            Issue.record("\(name) of \(what): slot \(slot), element \(i)")
          }
        }
        let isIntact = state.allSatisfy(\.isIntact) && gradient.isIntact
        #expect(isIntact, "\(name) of \(what) writes beside its memory")
      }
      check("gradient descent") { n, w, _, _, g in kernels.gradientDescent(n, w, g, 0.1) }
      for flag in [false, true] {
        check("momentum") { n, w, a, _, g in kernels.momentum(n, w, a, g, 0.1, 0.9, flag) }
        check("Adam") { n, w, a, b, g in kernels.adam(n, w, a, b, g, 0.01, 0.9, 0.99, 1e-3, flag) }
        check("Adagrad") { n, w, a, _, g in kernels.adagrad(n, w, a, g, 0.1, 1e-3, flag) }
      }
      check("RMSProp") { n, w, a, b, g in kernels.rmsProp(n, w, a, b, g, 0.1, 0.9, 0.5, 1e-3) }
    }
  }
}
