import EngineCore
import EngineGraph

/// Further samples for the table test, and what it has to know of some ops.
enum OpSamples {
  private static func axes(_ values: [Double], shape: [Int]? = nil) -> OpSample.Input {
    .init(shape ?? [values.count], .fixed(values), dtype: .int32, isConstant: true)
  }
  private static let x23 = OpSample.Input([2, 3], .uniform(-2, 2))
  private static let positive = OpSample.Input([2, 3], .uniform(0.5, 2))

  static let more: [String: [OpSample]] = [
    "Sum": [
      OpSample([x23, axes([-1])], attributes: ["keep_dims": .bool(true)]), OpSample([x23, axes([1], shape: [])]),
      OpSample([x23, axes([])]),
    ],
    "Mean": [OpSample([x23, axes([-1])], attributes: ["keep_dims": .bool(true)]), OpSample([x23, axes([0, 1])])],
    "Max": [
      OpSample([x23, axes([-1])], attributes: ["keep_dims": .bool(true)]),
      OpSample([x23, .init([1], .fixed([0]), dtype: .int32)]),
    ],
    "Min": [OpSample([x23, axes([-1])], attributes: ["keep_dims": .bool(true)])],
    "Prod": [
      OpSample([.init([2, 3], .fixed([1.5, 0, 2, 0, 3, 0])), axes([1])]),
      OpSample([.init([2, 3], .fixed([1.5, 0, 2, 0.5, 3, 1])), axes([0, 1])]),
      OpSample([positive, .init([1], .fixed([0]), dtype: .int32)]),
    ],
    "ConcatV2": [
      OpSample(
        [x23, .init([2, 1], .uniform(-2, 2)), .init([], .fixed([-1]), dtype: .int32, isConstant: true)],
        attributes: ["N": .int(2)]),
      OpSample(
        [x23, .init([1, 3], .uniform(-2, 2)), .init([], .fixed([0]), dtype: .int32)], attributes: ["N": .int(2)]),
    ],
    "Concat": [
      OpSample([.init([], .fixed([1]), dtype: .int32, isConstant: true), x23, x23], attributes: ["N": .int(2)])
    ],
    "ConcatOffset": [
      OpSample(
        [
          .init([], .fixed([1]), dtype: .int32), .init([2], .fixed([2, 3]), dtype: .int32),
          .init([2], .fixed([2, 5]), dtype: .int32),
        ], attributes: ["N": .int(2)])
    ],
    "Pack": [
      OpSample([x23, x23, x23], attributes: ["N": .int(3), "axis": .int(1)]),
      OpSample([x23, x23], attributes: ["N": .int(2), "axis": .int(-1)]),
    ],
    "Pow": [
      OpSample([.init([2, 3], .uniform(0.5, 2), dtype: .float64), .init([3], .uniform(-2, 2), dtype: .float64)])
    ],
    "MirrorPad": [
      OpSample(
        [.init([3, 4], .uniform(-2, 2)), axes([3, 2, 0, 4], shape: [2, 2])], attributes: ["mode": .string("SYMMETRIC")])
    ],
    "MirrorPadGrad": [
      OpSample(
        [.init([6, 7], .uniform(-2, 2)), axes([1, 2, 0, 3], shape: [2, 2])], attributes: ["mode": .string("REFLECT")])
    ],
    "OneHot": [
      OpSample(
        [
          .init([2], .fixed([1, 5]), dtype: .int64), axes([3], shape: []), .init([], .fixed([2])),
          .init([], .fixed([-1])),
        ],
        attributes: ["axis": .int(0)])
    ],
    "SpaceToDepth": [
      OpSample(
        [.init([2, 3, 4, 6], .uniform(-2, 2), dtype: .float64)],
        attributes: ["block_size": .int(2), "data_format": .string("NCHW")])
    ],
    "DepthToSpace": [
      OpSample(
        [.init([2, 12, 2, 3], .uniform(-2, 2), dtype: .float64)],
        attributes: ["block_size": .int(2), "data_format": .string("NCHW")])
    ],
    "ExtractImagePatches": [
      OpSample(
        [.init([1, 5, 4, 2], .uniform(-2, 2))],
        attributes: [
          "ksizes": .ints([1, 2, 2, 1]), "strides": .ints([1, 1, 2, 1]), "rates": .ints([1, 2, 1, 1]),
          "padding": .string("VALID"),
        ])
    ],
    "GatherNd": [
      OpSample([.init([4, 2], .uniform(-2, 2)), .init([3, 1], .fixed([1, 3, 1]), dtype: .int64)]),
      OpSample([.init([4, 2], .uniform(-2, 2)), .init([2, 0], .fixed([0]), dtype: .int32)]),
    ],
    "Where": [OpSample([.init([2, 2, 2], .booleans, dtype: .bool)])],
    "UnsortedSegmentSum": [
      OpSample([.init([4], .uniform(-2, 2)), .init([4], .fixed([1, 1, 0, -1]), dtype: .int64), axes([2], shape: [])])
    ],
    "UnsortedSegmentMax": [
      OpSample(
        [
          .init([4, 1], .fixed([1.5, 1.5, -1, 2])), .init([4], .fixed([1, 1, 0, -1]), dtype: .int32),
          axes([3], shape: []),
        ], gradientTolerance: .infinity)
    ],
    "UnsortedSegmentProd": [
      OpSample([
        .init([5], .fixed([0, 1.5, 0, 2, 0])), .init([5], .fixed([1, 1, 0, 2, 2]), dtype: .int32), axes([4], shape: []),
      ]),
      OpSample([
        .init([4], .fixed([0, 1.5, 0, 0])), .init([4], .fixed([1, 1, 0, 0]), dtype: .int32), axes([2], shape: []),
      ]),
    ],
    "SegmentProd": [
      OpSample([.init([5], .fixed([0, 1.5, 0, 0, 2])), .init([5], .fixed([0, 0, 2, 2, 3]), dtype: .int32)])
    ],
    "Tile": [OpSample([.init([], .uniform(-2, 2)), .init([0], .fixed([1]), dtype: .int32, isConstant: true)])],
    "Qr": [
      OpSample([.init([2, 4], .uniform(-2, 2))]),
      OpSample([.init([4, 2], .uniform(-2, 2))], attributes: ["full_matrices": .bool(true)]),
    ],
    "Bincount": [
      OpSample([
        .init([6], .fixed([1, 3, 1, 0, 7, 3])), .init([], .fixed([5]), isConstant: true), .init([0], .fixed([0])),
      ])
    ],
    "ReverseSequence": [
      OpSample(
        [.init([3, 2, 2], .uniform(-2, 2)), .init([2], .fixed([0, 3]), dtype: .int32)],
        attributes: ["seq_dim": .int(0), "batch_dim": .int(1)])
    ],
    "TopKV2": [OpSample([.init([2, 4], .fixed([1, 3, 3, 2])), axes([3], shape: [])], gradientTolerance: .infinity)],
    "Einsum": [
      OpSample([x23], attributes: ["equation": .string("ij->ji"), "N": .int(1)]),
      OpSample([x23], attributes: ["equation": .string("ij->j"), "N": .int(1)]),
      OpSample([x23, .init([3], .uniform(-2, 2))], attributes: ["equation": .string("ij,j->"), "N": .int(2)]),
      OpSample([x23, .init([4, 2], .uniform(-2, 2))], attributes: ["equation": .string("ij,kl->ik"), "N": .int(2)]),
      OpSample(
        [.init([2, 1, 3, 4], .uniform(-2, 2)), .init([5, 4, 2], .uniform(-2, 2))],
        attributes: ["equation": .string("...ij,...jk->...ik"), "N": .int(2)]),
      OpSample(
        [.init([2, 3, 4], .uniform(-2, 2)), .init([4, 5], .uniform(-2, 2))],
        attributes: ["equation": .string("...j,jk->...k"), "N": .int(2)]),
    ],
    "Unpack": [OpSample([x23], attributes: ["num": .int(2)])],
    "AddN": [OpSample([x23, x23, x23], attributes: ["N": .int(3)])],
    "AccumulateNV2": [OpSample([x23, x23], attributes: ["N": .int(2), "shape": .shape([2, 3])])],
    "ShapeN": [OpSample([x23, .init([4], .uniform(0, 1))], attributes: ["N": .int(2)])],
    "DynamicStitch": [
      OpSample(
        [
          .init([2], .fixed([0, 3]), dtype: .int32), .init([2], .fixed([2, 1]), dtype: .int32),
          .init([2, 2], .uniform(-2, 2)),
          .init([2, 2], .uniform(-2, 2)),
        ], attributes: ["N": .int(2)])
    ],
    "StridedSlice": [
      OpSample(
        [.init([3, 4], .uniform(-2, 2)), axes([0, 0, 1]), axes([0, 0, 3]), axes([1, 1, 1])],
        attributes: ["ellipsis_mask": .int(1), "new_axis_mask": .int(2)]),
      OpSample(
        [.init([4, 5], .uniform(-2, 2)), axes([3, -1]), axes([0, 0]), axes([-2, -1])],
        attributes: ["end_mask": .int(2)]),
      OpSample([.init([4], .uniform(-2, 2)), axes([3]), axes([1]), axes([1])]),
      OpSample(
        [.init([4], .uniform(-2, 2)), axes([-1]), axes([0]), axes([1])], attributes: ["shrink_axis_mask": .int(1)]),
    ],
    "StridedSliceGrad": [
      OpSample(
        [axes([4, 5]), axes([3, -1]), axes([0, 0]), axes([-2, -1]), .init([2, 5], .uniform(-2, 2))],
        attributes: ["end_mask": .int(2)])
    ],
    "GatherV2": [
      OpSample([.init([4, 3], .uniform(-2, 2)), .init([5], .integers(0..<4), dtype: .int32), axes([0], shape: [])]),
      OpSample([
        .init([2, 4], .uniform(-2, 2)), .init([2, 3], .integers(0..<4), dtype: .int64), axes([-1], shape: []),
      ]),
      OpSample([.init([4, 3], .uniform(-2, 2)), .init([], .fixed([2]), dtype: .int32), axes([0], shape: [])]),
    ],
    "Select": [OpSample([.init([], .fixed([1])), x23, x23]), OpSample([.init([2, 3], .booleans), x23, x23])],
    "BatchMatMulV2": [
      OpSample(
        [.init([2, 3, 2], .uniform(-2, 2)), .init([3, 4], .uniform(-2, 2))], attributes: ["adj_x": .bool(true)]),
      OpSample(
        [.init([1, 3, 2], .uniform(-2, 2)), .init([2, 4, 3], .uniform(-2, 2))],
        attributes: ["adj_x": .bool(true), "adj_y": .bool(true)]),
    ],
    "MatMul": [
      OpSample(
        [.init([3, 2], .uniform(-2, 2)), .init([3, 4], .uniform(-2, 2))], attributes: ["transpose_a": .bool(true)]),
      OpSample(
        [.init([2, 3], .uniform(-2, 2)), .init([4, 3], .uniform(-2, 2))], attributes: ["transpose_b": .bool(true)]),
      OpSample(
        [.init([3, 2], .uniform(-2, 2)), .init([4, 3], .uniform(-2, 2))],
        attributes: ["transpose_a": .bool(true), "transpose_b": .bool(true)]),
    ],
    "Cumsum": [OpSample([x23, axes([0], shape: [])], attributes: ["reverse": .bool(true)])],
    "Cumprod": [
      OpSample([positive, axes([1], shape: [])], attributes: ["reverse": .bool(true), "exclusive": .bool(true)])
    ],
  ]

  static let testedElsewhere: Set<String> = [
    "Const", "Placeholder", "PreventGradient", "AsString", "DecodeBase64", "DecodeCSV", "DecodeRaw", "EncodeBase64",
    "StringJoin", "StringLength", "StringLower", "StringSplitV2", "StringStrip", "StringToHashBucket",
    "StringToHashBucketFast", "StringToHashBucketStrong", "StringToNumber", "StringUpper", "Substr",
    "StringSplit", "ReduceJoin", "SerializeSparse", "SerializeManySparse", "DeserializeSparse",
    "SparseFillEmptyRowsGrad",
    "DisableCopyOnRead", "GenerateVocabRemapping", "LoadAndRemapMatrix", "MergeV2Checkpoints", "RestoreV2", "SaveV2",
    "ShardedFilename", "StaticRegexFullMatch",
    // Complex numbers: python/tests/test_complex.py.
    "Angle", "Complex", "ComplexAbs", "Conj", "ConjugateTranspose", "Imag", "Real",
    // python/tests/test_text_and_matrix_ops.py.
    "Cholesky", "ParallelDynamicStitch", "RegexFullMatch", "RegexReplace", "StaticRegexReplace", "SparseConcat",
    "SparseSlice", "StringFormat",
  ]

  /// Whether the op works element by element on inputs of one shape.
  static func isElementwise(_ definition: OpDefinition) -> Bool {
    guard let sample = definition.sample, definition.outputs.count == 1 else { return false }
    return !notElementwise.contains(definition.name)
      && sample.inputs.allSatisfy { $0.dtype == nil && !$0.isConstant }
  }

  private static let notElementwise: Set<String> = [
    "MatMul", "BatchMatMul", "BatchMatMulV2", "L2Loss", "Range", "Diag", "DiagPart", "MatrixDiag", "MatrixDiagPart",
    "Cross", "Einsum", "TopK", "InTopK", "InTopKV2", "MatrixSetDiag", "MatrixSetDiagV3", "PlaceholderWithDefault", "Qr",
    "LinSpace", "MatrixDeterminant", "MatrixInverse", "MatrixSolve", "MatrixTriangularSolve",
    "AddN", "AccumulateNV2",
  ]
}
