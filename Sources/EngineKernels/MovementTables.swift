import EngineCore

extension Kernels {
  /// `y[i₀, i₁, ...] = x[tables[0][i₀], tables[1][i₁], ...]`: each axis of y picks positions of x's axis. Not in place.
  public static func pick(_ x: Tensor, _ tables: [[Int]], into y: Tensor) throws {
    let offsets = elementOffsets(tables, StridedWalk.strides(x.shape))
    if x.dtype == .string {
      let strings = x.strings
      visit(offsets) { y.buffer.strings[$1] = strings[$0] }
      return
    }
    switch x.dtype.itemSize {
    case 1: pickItems(x, y, offsets, UInt8.self)
    case 2: pickItems(x, y, offsets, UInt16.self)
    case 4: pickItems(x, y, offsets, UInt32.self)
    case 8: pickItems(x, y, offsets, UInt64.self)
    case 16: pickItems(x, y, offsets, SIMD2<UInt64>.self)
    default: throw unsupported("pick", x.dtype)
    }
  }

  /// The opposite of ``pick(_:_:into:)``: `dx[tables[0][i₀], ...] += dy[i₀, ...]`, where dx starts as it is.
  /// **Types**: real numbers; float16 and bfloat16 are rounded after each addition.
  public static func addPicked(_ dy: Tensor, _ tables: [[Int]], into dx: Tensor) throws {
    let offsets = elementOffsets(tables, StridedWalk.strides(dx.shape))
    func run<Item: AdditiveArithmetic & TensorElement>(_ type: Item.Type, _ add: (Item, Item) -> Item) {
      let (from, to) = (dy.elements(type), dx.elements(type))
      visit(offsets) { to[$0] = add(to[$0], from[$1]) }
    }
    switch dy.dtype {
    case .float32: run(Float.self, +)
    case .float64: run(Double.self, +)
    case .int8: run(Int8.self, &+)
    case .int16: run(Int16.self, &+)
    case .int32: run(Int32.self, &+)
    case .int64: run(Int64.self, &+)
    case .uint8: run(UInt8.self, &+)
    case .uint16: run(UInt16.self, &+)
    case .uint32: run(UInt32.self, &+)
    case .uint64: run(UInt64.self, &+)
    case .float16:
      let (from, to) = (dy.elements(Half.self), dx.elements(Half.self))
      visit(offsets) { to[$0] = Half(to[$0].float + from[$1].float) }
    case .bfloat16:
      let (from, to) = (dy.elements(BFloat16.self), dx.elements(BFloat16.self))
      visit(offsets) { to[$0] = BFloat16(to[$0].float + from[$1].float) }
    default: throw unsupported("addPicked", dy.dtype)
    }
  }

  private static func elementOffsets(_ tables: [[Int]], _ strides: [Int]) -> [[Int]] {
    zip(tables, strides).map { table, stride in table.map { $0 * stride } }
  }

  private static func pickItems<Item: BitwiseCopyable>(
    _ x: Tensor, _ y: Tensor, _ offsets: [[Int]], _ type: Item.Type
  ) {
    let from = x.pointer.assumingMemoryBound(to: Item.self)
    let to = y.pointer.assumingMemoryBound(to: Item.self)
    visit(offsets) { to[$1] = from[$0] }
  }

  /// Calls `body(offset in the picked tensor, running index)` for each element of the picking one, in order.
  @inline(__always)
  private static func visit(_ offsets: [[Int]], _ body: (Int, Int) -> Void) {
    guard let last = offsets.last else {
      body(0, 0)
      return
    }
    let outer = offsets.dropLast()
    let rows = outer.reduce(1) { $0 * $1.count }
    if rows == 0 || last.isEmpty { return }
    var position = [Int](repeating: 0, count: outer.count)
    var index = 0
    for _ in 0..<rows {
      var base = 0
      for axis in outer.indices { base += outer[axis][position[axis]] }
      for offset in last {
        body(base + offset, index)
        index += 1
      }
      var axis = outer.count - 1
      while axis >= 0 {
        position[axis] += 1
        if position[axis] < outer[axis].count { break }
        position[axis] = 0
        axis -= 1
      }
    }
  }
}
