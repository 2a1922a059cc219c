/// What differs between the CPU levels.
let levelName = "baseline"
typealias FloatVector = SIMD4<Float>
typealias DoubleVector = SIMD2<Double>
typealias FloatMask = SIMD4<Int32>
typealias DoubleMask = SIMD2<Int64>
typealias DoubleBits = SIMD2<UInt64>
