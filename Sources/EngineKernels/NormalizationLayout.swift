import EngineCore

extension Kernels {
  /// `[n, c, spatial...]` to `[n, spatial..., c]`. **Types**: plain data.
  public static func channelsLast(_ x: Tensor) throws -> Tensor {
    guard x.rank >= 3 else { throw EngineError.invalidArgument("channels-first data needs a rank of at least 3") }
    let spatial = Array(x.shape[2...])
    let y = try Tensor(uninitialized: x.dtype, shape: [x.shape[0]] + spatial + [x.shape[1]])
    transposeMatrices(x, y, count: x.shape[0], rows: x.shape[1], columns: spatial.reduce(1, &*))
    return y
  }

  /// `[n, spatial..., c]` to `[n, c, spatial...]`. **Types**: plain data.
  public static func channelsFirst(_ x: Tensor) throws -> Tensor {
    guard let channels = x.shape.last, x.rank >= 3 else {
      throw EngineError.invalidArgument("channels-last data needs a rank of at least 3")
    }
    let spatial = Array(x.shape[1..<(x.rank - 1)])
    let y = try Tensor(uninitialized: x.dtype, shape: [x.shape[0], channels] + spatial)
    transposeMatrices(x, y, count: x.shape[0], rows: spatial.reduce(1, &*), columns: channels)
    return y
  }

  /// Transposes each of `count` matrices, in tiles that fit the cache.
  private static func transposeMatrices(_ x: Tensor, _ y: Tensor, count: Int, rows: Int, columns: Int) {
    switch x.dtype.itemSize {
    case 1: transpose(x.elements(UInt8.self), y.elements(UInt8.self), count, rows, columns)
    case 2: transpose(x.elements(UInt16.self), y.elements(UInt16.self), count, rows, columns)
    case 4: transpose(x.elements(UInt32.self), y.elements(UInt32.self), count, rows, columns)
    case 8: transpose(x.elements(UInt64.self), y.elements(UInt64.self), count, rows, columns)
    default: break
    }
  }

  @inline(__always)
  private static func transpose<T>(
    _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ count: Int, _ rows: Int, _ columns: Int
  ) {
    let tile = 16
    for matrix in 0..<count {
      let (source, target) = (x + matrix * rows * columns, y + matrix * rows * columns)
      var top = 0
      while top < rows {
        var left = 0
        while left < columns {
          for row in top..<min(top + tile, rows) {
            for column in left..<min(left + tile, columns) {
              target[column * rows + row] = source[row * columns + column]
            }
          }
          left += tile
        }
        top += tile
      }
    }
  }
}
