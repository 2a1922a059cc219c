import CEngineShims

// What differs between the CPU levels.

typealias FloatVector = SIMD8<Float>
typealias DoubleVector = SIMD4<Double>
typealias FloatMask = SIMD8<Int32>
typealias DoubleMask = SIMD4<Int64>
typealias DoubleBits = SIMD4<UInt64>

@inline(__always)
func squareRoot(_ x: FloatVector) -> FloatVector { engine_square_root_float8(x) }

@inline(__always)
func squareRoot(_ x: DoubleVector) -> DoubleVector { engine_square_root_double4(x) }
