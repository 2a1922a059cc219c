import CEngineShims

// What differs between the CPU levels.

typealias FloatVector = SIMD4<Float>
typealias DoubleVector = SIMD2<Double>
typealias FloatMask = SIMD4<Int32>
typealias DoubleMask = SIMD2<Int64>
typealias DoubleBits = SIMD2<UInt64>

@inline(__always)
func squareRoot(_ x: FloatVector) -> FloatVector { engine_square_root_float4(x) }

@inline(__always)
func squareRoot(_ x: DoubleVector) -> DoubleVector { engine_square_root_double2(x) }
