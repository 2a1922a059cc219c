import EngineCore

/// How elements of inputs line up with the elements of a broadcast output: adjacent axes with the same pattern are
/// merged, so that the last axis is as long as can be.
package struct BroadcastPlan {
  /// The output's merged dimensions; never empty.
  package private(set) var shape: [Int] = []
  /// One list per input: elements to step along each merged dimension, 0 where the input has one element there.
  package private(set) var strides: [[Int]]

  /// `output` must be the broadcast shape of `inputs`.
  package init(output: [Int], inputs: [[Int]]) {
    strides = [[Int]](repeating: [], count: inputs.count)
    var previous: [Bool]?
    for axis in 0..<output.count where output[axis] != 1 {
      let present = inputs.map { input in
        let own = axis - (output.count - input.count)
        return own >= 0 && input[own] != 1
      }
      if let previous, previous == present {
        shape[shape.count - 1] *= output[axis]
      } else {
        shape.append(output[axis])
        for index in inputs.indices { strides[index].append(present[index] ? 1 : 0) }
      }
      previous = present
    }
    if shape.isEmpty {
      shape = [1]
      for index in inputs.indices { strides[index] = [0] }
    }
    for index in inputs.indices {
      var step = 1
      for axis in shape.indices.reversed() where strides[index][axis] != 0 {
        strides[index][axis] = step
        step *= shape[axis]
      }
    }
  }

  /// How many runs along the last dimension there are.
  package var rowCount: Int { shape.dropLast().reduce(1, *) }
  package var rowLength: Int { shape[shape.count - 1] }

  /// The first element of row `row` in input `input`.
  package func offset(_ input: Int, row: Int) -> Int {
    var rest = row
    var result = 0
    var axis = shape.count - 2
    while axis >= 0 {
      result += rest % shape[axis] * strides[input][axis]
      rest /= shape[axis]
      axis -= 1
    }
    return result
  }

  package func step(_ input: Int) -> Int { strides[input][shape.count - 1] }
}
