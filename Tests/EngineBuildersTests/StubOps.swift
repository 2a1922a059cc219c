import EngineCore
import EngineGraph
import EngineOps

/// Signatures of ops for graphs that are only looked at, should the engine not have them.
enum StubOps {
  static func install() { installed }

  private static let installed: Void = {
    OpCatalog.install()
    OpRegistry.install(all)
  }()

  private static func unary(_ name: String) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T")], outputs: [.tensor("y", "T")], attributes: [.type("T")],
      shape: ShapeContext.sameAsFirst, gradient: .none, kernel: nil)
  }

  private static func binary(_ name: String, _ result: DType? = nil) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("x", "T"), .tensor("y", "T")],
      outputs: [result.map { .tensor("z", $0) } ?? .tensor("z", "T")], attributes: [.type("T")],
      shape: ShapeContext.broadcast, gradient: .none, kernel: nil)
  }

  private static func random(_ name: String) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("shape", "T")], outputs: [.tensor("output", "dtype")],
      attributes: [.type("T"), .type("dtype"), .int("seed", 0), .int("seed2", 0)],
      shape: { [try $0.shape(fromInput: 0)] }, gradient: .none, kernel: nil)
  }

  private static func assign(_ name: String) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("resource", .resource), .tensor("value", "dtype")], attributes: [.type("dtype")],
      shape: ShapeContext.none, gradient: .none, kernel: nil)
  }

  /// `handles` resources, then `names`, of which the last may be `indices`.
  private static func update(_ name: String, handles: Int, _ names: [String], other: [String: String] = [:])
    -> OpDefinition
  {
    OpDefinition(
      name,
      inputs: (0..<handles).map { .tensor("h\($0)", .resource) } + names.map { .tensor($0, other[$0] ?? "T") },
      attributes: [.type("T")] + Set(other.values).sorted().map { .type($0) }, shape: ShapeContext.none,
      gradient: .none, kernel: nil)
  }

  private static func reduction(_ name: String) -> OpDefinition {
    OpDefinition(
      name, inputs: [.tensor("input", "T"), .tensor("reduction_indices", "Tidx")], outputs: [.tensor("output", "T")],
      attributes: [.type("T"), .type("Tidx"), .bool("keep_dims", false)], shape: ShapeContext.unknown, gradient: .none,
      kernel: nil)
  }

  private static func any(
    _ name: String, _ inputs: [ArgumentDefinition], _ outputs: [ArgumentDefinition],
    _ attributes: [AttributeDefinition] = [], shape: @escaping OpDefinition.ShapeFunction = ShapeContext.unknown
  ) -> OpDefinition {
    OpDefinition(
      name, inputs: inputs, outputs: outputs, attributes: attributes, shape: shape, gradient: .none, kernel: nil)
  }

  private static let scalarShape: OpDefinition.ShapeFunction = { context in
    context.node.outputTypes.map { _ in .scalar }
  }

  static let all: [OpDefinition] = {
    var ops = [
      "Neg", "Exp", "Log", "Log1p", "Sqrt", "Rsqrt", "Square", "Abs", "Sign", "Relu", "StopGradient", "ZerosLike",
    ]
    .map(unary)
    ops += ["Sub", "RealDiv", "DivNoNan", "Maximum", "Minimum", "SquaredDifference", "Pow", "FloorMod", "FloorDiv"]
      .map { binary($0) }
    ops += ["Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"].map { binary($0, .bool) }
    ops += ["RandomUniform", "RandomStandardNormal", "TruncatedNormal"].map(random)
    ops += ["AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp"].map(assign)
    ops += ["Mean", "Prod", "Max", "Min"].map(reduction)
    ops += [
      any(
        "VarHandleOp", [], [.tensor("resource", .resource)],
        [
          .type("dtype"), .init("shape", .shape, default: .shape(.unknown)), .string("shared_name", ""),
          .string("container", ""),
        ], shape: scalarShape),
      any("VarIsInitializedOp", [.tensor("resource", .resource)], [.tensor("y", .bool)], shape: scalarShape),
      any(
        "ReadVariableOp", [.tensor("resource", .resource)], [.tensor("value", "dtype")], [.type("dtype")]),
      any(
        "ResourceGather", [.tensor("resource", .resource), .tensor("indices", "Tindices")],
        [.tensor("output", "dtype")],
        [.type("dtype"), .type("Tindices")]),
      any(
        "StatelessRandomGetKeyCounter", [.tensor("seed", "Tseed")],
        [.tensor("key", .uint64), .tensor("counter", .uint64)], [.type("Tseed")]),
      any("LogicalNot", [.tensor("x", .bool)], [.tensor("y", .bool)], shape: ShapeContext.sameAsFirst),
      any(
        "LogicalOr", [.tensor("x", .bool), .tensor("y", .bool)], [.tensor("z", .bool)], shape: ShapeContext.broadcast),
      any(
        "LogicalAnd", [.tensor("x", .bool), .tensor("y", .bool)], [.tensor("z", .bool)],
        shape: ShapeContext.broadcast),
      any(
        "Pack", [.repeated("values", count: "N", "T")], [.tensor("output", "T")],
        [.int("N"), .type("T"), .int("axis", 0)],
        shape: { context in [Shape([context.node.inputs.count] + (context.input(0).dimensions ?? []))] }),
      any(
        "StridedSlice",
        [.tensor("input", "T"), .tensor("begin", "Index"), .tensor("end", "Index"), .tensor("strides", "Index")],
        [.tensor("output", "T")],
        [
          .type("T"), .type("Index"), .int("begin_mask", 0), .int("end_mask", 0), .int("ellipsis_mask", 0),
          .int("new_axis_mask", 0), .int("shrink_axis_mask", 0),
        ], shape: { [$0.node.int("shrink_axis_mask") == 1 ? .scalar : .unknown(rank: 1)] }),
      any(
        "ConcatV2", [.repeated("values", count: "N", "T"), .tensor("axis", "Tidx")], [.tensor("output", "T")],
        [.int("N"), .type("T"), .type("Tidx")]),
      any("Where", [.tensor("input", "T")], [.tensor("index", .int64)], [.type("T")], shape: { _ in [[nil, 1]] }),
      any(
        "Squeeze", [.tensor("input", "T")], [.tensor("output", "T")], [.type("T"), .ints("squeeze_dims", [])],
        shape: { context in
          guard let rank = context.input(0).rank else { return [.unknown] }
          return [context.input(0).removing(axis: rank - 1)]
        }),
      any(
        "GatherV2", [.tensor("params", "Tparams"), .tensor("indices", "Tindices"), .tensor("axis", "Taxis")],
        [.tensor("output", "Tparams")], [.type("Tparams"), .type("Tindices"), .type("Taxis")],
        shape: { [$0.input(1)] }),
      any(
        "Qr", [.tensor("input", "T")], [.tensor("q", "T"), .tensor("r", "T")],
        [.type("T"), .bool("full_matrices", false)],
        shape: { [$0.input(0), $0.input(0)] }),
      any(
        "DiagPart", [.tensor("input", "T")], [.tensor("diagonal", "T")], [.type("T")],
        shape: { [.vector($0.input(0)[1])] }),
      any(
        "Transpose", [.tensor("x", "T"), .tensor("perm", "Tperm")], [.tensor("y", "T")], [.type("T"), .type("Tperm")]),
      any(
        "BiasAdd", [.tensor("value", "T"), .tensor("bias", "T")], [.tensor("output", "T")],
        [.type("T"), .string("data_format", "NHWC")], shape: ShapeContext.sameAsFirst),
      any(
        "SparseSoftmaxCrossEntropyWithLogits", [.tensor("features", "T"), .tensor("labels", "Tlabels")],
        [.tensor("loss", "T"), .tensor("backprop", "T")], [.type("T"), .type("Tlabels")],
        shape: { [.vector($0.input(0)[0]), $0.input(0)] }),
      any(
        "SoftmaxCrossEntropyWithLogits", [.tensor("features", "T"), .tensor("labels", "T")],
        [.tensor("loss", "T"), .tensor("backprop", "T")], [.type("T")],
        shape: { [.vector($0.input(0)[0]), $0.input(0)] }),
      any(
        "Select", [.tensor("condition", .bool), .tensor("t", "T"), .tensor("e", "T")], [.tensor("output", "T")],
        [.type("T")], shape: { [$0.input(1)] }),
      any(
        "Cast", [.tensor("x", "SrcT")], [.tensor("y", "DstT")],
        [.type("SrcT"), .type("DstT"), .bool("Truncate", false)],
        shape: ShapeContext.sameAsFirst),
      any(
        "Range", [.tensor("start", "Tidx"), .tensor("limit", "Tidx"), .tensor("delta", "Tidx")],
        [.tensor("output", "Tidx")], [.type("Tidx")], shape: { _ in [.unknown(rank: 1)] }),
      any("Rank", [.tensor("input", "T")], [.tensor("output", .int32)], [.type("T")], shape: scalarShape),
      any(
        "Size", [.tensor("input", "T")], [.tensor("output", "out_type")],
        [.type("T"), .type("out_type", default: .int32)],
        shape: scalarShape),
      any(
        "ArgMax", [.tensor("input", "T"), .tensor("dimension", "Tidx")], [.tensor("output", "output_type")],
        [.type("T"), .type("Tidx"), .type("output_type", default: .int64)], shape: { [$0.input(0).removing(axis: 1)] }),
      any(
        "Unique", [.tensor("x", "T")], [.tensor("y", "T"), .tensor("idx", "out_idx")],
        [.type("T"), .type("out_idx", default: .int32)], shape: { _ in [[nil], [nil]] }),
      any(
        "UnsortedSegmentSum",
        [.tensor("data", "T"), .tensor("segment_ids", "Tindices"), .tensor("num_segments", "Tnumsegments")],
        [.tensor("output", "T")], [.type("T"), .type("Tindices"), .type("Tnumsegments")]),
      any(
        "Assert", [.tensor("condition", .bool), .list("data", types: "T")], [],
        [.init("T", .types), .int("summarize", 3)], shape: ShapeContext.none),
      any(
        "AddN", [.repeated("inputs", count: "N", "T")], [.tensor("sum", "T")], [.int("N"), .type("T")],
        shape: ShapeContext.sameAsFirst),
      any(
        "ExpandDims", [.tensor("input", "T"), .tensor("dim", "Tdim")], [.tensor("output", "T")],
        [.type("T"), .type("Tdim")]),
      any(
        "All", [.tensor("input", .bool), .tensor("reduction_indices", "Tidx")], [.tensor("output", .bool)],
        [.type("Tidx"), .bool("keep_dims", false)], shape: scalarShape),
      any(
        "Slice", [.tensor("input", "T"), .tensor("begin", "Index"), .tensor("size", "Index")], [.tensor("output", "T")],
        [.type("T"), .type("Index")], shape: { _ in [.unknown(rank: 1)] }),
    ]
    for name in ["Uniform", "Normal", "TruncatedNormal"].map({
      $0 == "TruncatedNormal" ? "StatelessTruncatedNormalV2" : "StatelessRandom\($0)V2"
    }) {
      ops.append(
        any(
          name,
          [.tensor("shape", "Tshape"), .tensor("key", .uint64), .tensor("counter", .uint64), .tensor("alg", .int32)],
          [.tensor("output", "dtype")], [.type("Tshape"), .type("dtype")], shape: { [try $0.shape(fromInput: 0)] }))
    }
    let indices = ["indices": "Tindices"]
    ops += [
      any(
        "ResourceScatterAdd",
        [.tensor("resource", .resource), .tensor("indices", "Tindices"), .tensor("updates", "dtype")],
        [], [.type("dtype"), .type("Tindices")], shape: ShapeContext.none),
      update("ResourceApplyGradientDescent", handles: 1, ["alpha", "delta"]),
      update("ResourceApplyAdagrad", handles: 2, ["lr", "grad"]),
      update("ResourceSparseApplyAdagrad", handles: 2, ["lr", "grad", "indices"], other: indices),
      update(
        "ResourceApplyAdam", handles: 3,
        ["beta1_power", "beta2_power", "lr", "beta1", "beta2", "epsilon", "grad"]),
    ]
    return ops
  }()
}
