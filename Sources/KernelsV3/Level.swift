/// What differs between the CPU levels.
let levelName = "v3"
typealias FloatVector = SIMD8<Float>
typealias DoubleVector = SIMD4<Double>
typealias FloatMask = SIMD8<Int32>
typealias DoubleMask = SIMD4<Int64>
typealias DoubleBits = SIMD4<UInt64>
