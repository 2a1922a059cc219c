import EngineCore
import KernelTable

/// Convolutions as matrix products over patches: a row of the left matrix is what one output position sees,
/// `[height·width·channels]`; rows are gathered block by block, never all at once.
struct PatchConvolution<Scalar: FloatNumber> {
  let kernels: GemmKernels<Scalar>
  let batch: Int
  let height: Int
  let width: Int
  let channels: Int
  let outputs: Int
  let window: WindowGeometry

  var rowCount: Int { batch * window.outputHeight * window.outputWidth }
  /// Elements of one row of the window, and of the whole window.
  var lineLength: Int { window.width * channels }
  var patchLength: Int { window.height * lineLength }
  var size: Int { MemoryLayout<Scalar>.size }

  /// Rows of patches at a time, so that they stay in the second cache.
  private var rowBlock: Int {
    let fitting = (1 << 18) / max(1, patchLength * size)
    let tile = kernels.rowTile
    return max(1, min(fitting, 192) / tile) * tile
  }

  // MARK: Gathering

  /// Writes what output positions `rows` see through the window's rows `lines`: `[rows, lines·width·channels]`.
  private func gather(
    _ x: UnsafePointer<Scalar>, _ rows: Range<Int>, _ lines: Range<Int>, _ patches: UnsafeMutablePointer<Scalar>
  ) {
    var target = patches
    let perImage = window.outputHeight * window.outputWidth
    var n = rows.lowerBound / perImage
    var i = rows.lowerBound % perImage / window.outputWidth
    var j = rows.lowerBound % window.outputWidth
    for _ in rows {
      let top = i * window.strideHeight - window.padTop
      let left = j * window.strideWidth - window.padLeft
      let inside = window.columns(j, width)
      for r in lines {
        let y = top + r * window.dilationHeight
        if y < 0 || y >= height || inside.isEmpty {
          clear(target, lineLength)
        } else {
          let source = x + ((n * height + y) * width + left) * channels
          if inside.lowerBound > 0 { clear(target, inside.lowerBound * channels) }
          if window.dilationWidth == 1 {
            let start = inside.lowerBound * channels
            copy(source + start, target + start, inside.count * channels)
          } else {
            for c in inside { copy(source + c * window.dilationWidth * channels, target + c * channels, channels) }
          }
          let end = inside.upperBound
          if end < window.width { clear(target + end * channels, (window.width - end) * channels) }
        }
        target += lineLength
      }
      j += 1
      if j == window.outputWidth {
        j = 0
        i += 1
        if i == window.outputHeight {
          i = 0
          n += 1
        }
      }
    }
  }

  @inline(__always)
  private func clear(_ target: UnsafeMutablePointer<Scalar>, _ count: Int) {
    for i in 0..<count { target[i] = 0 }
  }

  @inline(__always)
  private func copy(_ source: UnsafePointer<Scalar>, _ target: UnsafeMutablePointer<Scalar>, _ count: Int) {
    if count >= 64 { return target.update(from: source, count: count) }
    for i in 0..<count { target[i] = source[i] }
  }

  // MARK: Forward

  /// `y = patches·w`, where w is `[patchLength, outputs]` with any strides.
  func forward(_ x: UnsafePointer<Scalar>, _ w: MatrixView<Scalar>, _ y: UnsafeMutablePointer<Scalar>) throws {
    let tile = kernels.columnTile
    let panels = (outputs + tile - 1) / tile
    let packed = try Buffer(byteCount: panels * tile * patchLength * size)
    defer { withExtendedLifetime(packed) {} }
    let filter = packed.pointer.assumingMemoryBound(to: Scalar.self)
    packFilter(w, filter)
    let block = rowBlock
    let blocks = (rowCount + block - 1) / block
    // A window of one element over all positions is the input itself.
    let isPointwise =
      window.height == 1 && window.width == 1 && window.strideHeight == 1 && window.strideWidth == 1
      && window.padTop == 0 && window.padLeft == 0 && window.outputHeight == height && window.outputWidth == width
    let cost = Gemm.nanoseconds(min(block, rowCount), outputs, patchLength) + min(block, rowCount) * patchLength / 4
    ThreadPool.shared.parallelFor(blocks, nanosecondsEach: cost, mayStop: true) { index in
      let rows = index * block..<min(rowCount, (index + 1) * block)
      let target = y + rows.lowerBound * outputs
      if isPointwise { return product(x + rows.lowerBound * channels, rows.count, filter, target) }
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: rows.count * patchLength) { scratch in
        guard let patches = scratch.baseAddress else { return }
        gather(x, rows, 0..<window.height, patches)
        product(UnsafePointer(patches), rows.count, filter, target)
      }
    }
  }

  /// Panels of the filter per block of depth.
  private func packFilter(_ w: MatrixView<Scalar>, _ filter: UnsafeMutablePointer<Scalar>) {
    let tile = kernels.columnTile
    let panels = (outputs + tile - 1) / tile
    var depth = 0
    while depth < patchLength {
      let count = min(Gemm.depthBlock, patchLength - depth)
      for panel in 0..<panels {
        kernels.packPanel(
          count, min(tile, outputs - panel * tile), w.at(depth, panel * tile), w.row, w.column,
          filter + (depth * panels + panel * count) * tile)
      }
      depth += count
    }
  }

  /// `y = patches·filter` for some rows of contiguous patches.
  private func product(
    _ patches: UnsafePointer<Scalar>, _ rows: Int, _ filter: UnsafeMutablePointer<Scalar>,
    _ y: UnsafeMutablePointer<Scalar>
  ) {
    let tile = kernels.columnTile
    let panels = (outputs + tile - 1) / tile
    var depth = 0
    while depth < patchLength {
      let count = min(Gemm.depthBlock, patchLength - depth)
      kernels.block(
        rows, outputs, count, patches + depth, patchLength, 1, filter + depth * panels * tile, tile, count * tile, y,
        outputs, depth > 0)
      depth += count
    }
  }

  // MARK: Gradient of the filter

  /// `dw = patchesᵀ·dy`: sums over all rows, in a fixed number of parts that are added in order.
  func filterGradient(
    _ x: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dw: UnsafeMutablePointer<Scalar>
  ) throws {
    let count = patchLength * outputs
    let parts = max(1, min(8, (1 << 24) / (count * size), rowCount / 512))
    let partRows = (rowCount + parts - 1) / parts
    let sums = try Buffer(byteCount: parts * count * size)
    defer { withExtendedLifetime(sums) {} }
    let partial = sums.pointer.assumingMemoryBound(to: Scalar.self)
    // One row of the window per job, or all of them when rows are short.
    let linesEach = lineLength >= 48 ? 1 : window.height
    let groups = (window.height + linesEach - 1) / linesEach
    let jobs = parts * groups
    let cost = Gemm.nanoseconds(linesEach * lineLength, outputs, partRows)
    ThreadPool.shared.parallelFor(jobs, nanosecondsEach: cost, mayStop: true) { job in
      let (part, line) = (job / groups, job % groups * linesEach)
      let rows = min(rowCount, part * partRows)..<min(rowCount, (part + 1) * partRows)
      sumLines(
        x, dy, rows, line..<min(window.height, line + linesEach), partial + part * count + line * lineLength * outputs)
    }
    let block = 4096
    ThreadPool.shared.parallelFor((count + block - 1) / block, nanosecondsEach: parts * block / 4, mayStop: true) {
      index in
      for i in index * block..<min(count, (index + 1) * block) {
        var sum = partial[i]
        for part in 1..<max(1, parts) { sum += partial[part * count + i] }
        dw[i] = sum
      }
    }
  }

  /// The part of the filter's gradient that belongs to some rows of the window, over some output positions.
  private func sumLines(
    _ x: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ rows: Range<Int>, _ lines: Range<Int>,
    _ sum: UnsafeMutablePointer<Scalar>
  ) {
    let tile = kernels.columnTile
    let length = lines.count * lineLength
    let whole = outputs / tile * tile
    let depth = min(Gemm.depthBlock, max(1, rows.count))
    withUnsafeTemporaryAllocation(of: Scalar.self, capacity: depth * (length + tile)) { scratch in
      guard let patches = scratch.baseAddress else { return }
      let tail = patches + depth * length
      var start = rows.lowerBound
      if rows.isEmpty { clear(sum, length * outputs) }
      while start < rows.upperBound {
        let count = min(depth, rows.upperBound - start)
        gather(x, start..<start + count, lines, patches)
        let right = dy + start * outputs
        let accumulate = start > rows.lowerBound
        if whole > 0 {
          kernels.block(
            length, whole, count, patches, 1, length, right, outputs, tile, sum, outputs, accumulate)
        }
        if whole < outputs {
          kernels.packPanel(count, outputs - whole, right + whole, outputs, 1, tail)
          kernels.block(
            length, outputs - whole, count, patches, 1, length, tail, tile, 0, sum + whole, outputs,
            accumulate)
        }
        start += count
      }
    }
  }

  // MARK: Gradient of the input

  /// `dx`: with steps of one, a convolution of dy with the turned filter; otherwise patches of gradients are added up,
  /// image by image.
  func inputGradient(
    _ w: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>
  ) throws {
    if window.strideHeight == 1 && window.strideWidth == 1 {
      let turned = try Buffer(byteCount: patchLength * outputs * size)
      defer { withExtendedLifetime(turned) {} }
      let filter = turned.pointer.assumingMemoryBound(to: Scalar.self)
      // [height, width, outputs, channels], rows and columns in reverse.
      let positions = window.height * window.width
      for position in 0..<positions {
        let source = w + (positions - 1 - position) * channels * outputs
        let target = filter + position * channels * outputs
        for channel in 0..<channels {
          for f in 0..<outputs { target[f * channels + channel] = source[channel * outputs + f] }
        }
      }
      let mirrored = PatchConvolution(
        kernels: kernels, batch: batch, height: window.outputHeight, width: window.outputWidth, channels: outputs,
        outputs: channels,
        window: WindowGeometry(
          height: window.height, width: window.width, strideHeight: 1, strideWidth: 1,
          dilationHeight: window.dilationHeight, dilationWidth: window.dilationWidth,
          padTop: (window.height - 1) * window.dilationHeight - window.padTop,
          padLeft: (window.width - 1) * window.dilationWidth - window.padLeft, outputHeight: height,
          outputWidth: width))
      return try mirrored.forward(dy, MatrixView(pointer: UnsafePointer(filter), row: channels, column: 1), dx)
    }
    try scatteredInputGradient(w, dy, dx)
  }

  private func scatteredInputGradient(
    _ w: UnsafePointer<Scalar>, _ dy: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>
  ) throws {
    let perImage = window.outputHeight * window.outputWidth
    let imageSize = height * width * channels
    let cost = Gemm.nanoseconds(perImage, patchLength, outputs) + perImage * patchLength / 2
    // The filter as [outputs, patchLength].
    let tile = kernels.columnTile
    let panels = (patchLength + tile - 1) / tile
    let packed = try Buffer(byteCount: panels * tile * outputs * size)
    defer { withExtendedLifetime(packed) {} }
    let filter = packed.pointer.assumingMemoryBound(to: Scalar.self)
    for panel in 0..<panels {
      kernels.packPanel(
        outputs, min(tile, patchLength - panel * tile), w + panel * tile * outputs, 1, outputs,
        filter + panel * tile * outputs)
    }
    let block = rowBlock
    ThreadPool.shared.parallelFor(batch, nanosecondsEach: cost, mayStop: true) { n in
      let image = dx + n * imageSize
      clear(image, imageSize)
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: min(block, perImage) * patchLength) { scratch in
        guard let patches = scratch.baseAddress else { return }
        var start = 0
        while start < perImage {
          let count = min(block, perImage - start)
          kernels.block(
            count, patchLength, outputs, dy + (n * perImage + start) * outputs, outputs, 1, filter, tile,
            outputs * tile, patches, patchLength, false)
          scatter(patches, start..<start + count, image)
          start += count
        }
      }
    }
  }

  /// Adds patches of gradients to the positions that the patches were gathered from.
  private func scatter(
    _ patches: UnsafeMutablePointer<Scalar>, _ rows: Range<Int>, _ image: UnsafeMutablePointer<Scalar>
  ) {
    var source = patches
    for row in rows {
      let (i, j) = (row / window.outputWidth, row % window.outputWidth)
      let left = j * window.strideWidth - window.padLeft
      let (lines, inside) = (window.rows(i, height), window.columns(j, width))
      for r in lines {
        let y = i * window.strideHeight - window.padTop + r * window.dilationHeight
        for c in inside {
          let target = image + (y * width + left + c * window.dilationWidth) * channels
          let gradient = source + (r * window.width + c) * channels
          for channel in 0..<channels { target[channel] += gradient[channel] }
        }
      }
      source += patchLength
    }
  }
}

extension PatchConvolution {
  init(
    _ kernels: GemmKernels<Scalar>, input: [Int], outputs: Int, _ window: WindowGeometry
  ) {
    self.init(
      kernels: kernels, batch: input[0], height: input[1], width: input[2], channels: input[3], outputs: outputs,
      window: window)
  }
}
