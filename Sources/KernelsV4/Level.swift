import CEngineShims

// What differs between the CPU levels.

typealias FloatVector = SIMD16<Float>
typealias DoubleVector = SIMD8<Double>
typealias FloatMask = SIMD16<Int32>
typealias DoubleMask = SIMD8<Int64>
typealias DoubleBits = SIMD8<UInt64>

@inline(__always)
func squareRoot(_ x: FloatVector) -> FloatVector { engine_square_root_float16(x) }

@inline(__always)
func squareRoot(_ x: DoubleVector) -> DoubleVector { engine_square_root_double8(x) }
