/// What differs between the CPU levels.
let levelName = "v4"
typealias FloatVector = SIMD16<Float>
typealias DoubleVector = SIMD8<Double>
typealias FloatMask = SIMD16<Int32>
typealias DoubleMask = SIMD8<Int64>
typealias DoubleBits = SIMD8<UInt64>
