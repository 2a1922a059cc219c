/// Numbers distinct integers in the order in which they first come up: a table with open addressing, several times as
/// fast as a dictionary.
struct IntegerNumbering {
  /// A distinct integer's number, or -1; as many places as twice the integers at least.
  private var places: [Int32]
  private(set) var distinct: [Int] = []
  private let mask: Int

  /// - Parameter count: how many integers will be asked for at most.
  init(count: Int) {
    var capacity = 16
    while capacity < 2 * count { capacity *= 2 }
    places = [Int32](repeating: -1, count: capacity)
    mask = capacity - 1
    distinct.reserveCapacity(count)
  }

  /// The number of `value`, new or known.
  mutating func number(of value: Int) -> (number: Int, isNew: Bool) {
    // Fibonacci hashing: the high bits of the product are well mixed.
    var place = Int(truncatingIfNeeded: (UInt64(bitPattern: Int64(value)) &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
    while true {
      let known = Int(places[place])
      if known < 0 {
        places[place] = Int32(truncatingIfNeeded: distinct.count)
        distinct.append(value)
        return (distinct.count - 1, true)
      }
      if distinct[known] == value { return (known, false) }
      place = (place + 1) & mask
    }
  }

  /// Numbers many integers at once. Returns how many distinct ones there are; these go to `found`, in the order of their
  /// numbers. For a numbering that nothing else is asked of.
  @inline(__always)
  mutating func number<Value: FixedWidthInteger, Number: FixedWidthInteger>(
    _ values: UnsafePointer<Value>, _ count: Int, _ numbers: UnsafeMutablePointer<Number>,
    _ found: UnsafeMutablePointer<Value>
  ) -> Int {
    let mask = mask
    return places.withUnsafeMutableBufferPointer { buffer in
      guard let places = buffer.baseAddress else { return 0 }
      var known = 0
      for index in 0..<count {
        let value = values[index]
        let product = UInt64(truncatingIfNeeded: value) &* 0x9e37_79b9_7f4a_7c15
        var place = Int(truncatingIfNeeded: product >> 32) & mask
        while true {
          let number = Int(places[place])
          if number < 0 {
            places[place] = Int32(truncatingIfNeeded: known)
            found[known] = value
            numbers[index] = Number(truncatingIfNeeded: known)
            known &+= 1
            break
          }
          if found[number] == value {
            numbers[index] = Number(truncatingIfNeeded: number)
            break
          }
          place = (place &+ 1) & mask
        }
      }
      return known
    }
  }
}
