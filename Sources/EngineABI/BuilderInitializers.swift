import EngineBuilders
import EngineCore
import EngineGraph

// initializers.make   kind, opts -> initializer object
//     kind and opts: zeros, ones; constant (value: number or array, verify_shape);
//       random_uniform (minval maxval); random_normal, truncated_normal (mean stddev);
//       variance_scaling (scale mode distribution); glorot_uniform glorot_normal he_uniform he_normal lecun_uniform
//       lecun_normal; uniform_unit_scaling (factor); orthogonal (gain); identity (gain)
//       all random ones: seed, stateless (True for Keras initializers)
// initializers.call   G, initializer object, shape, dtype -> Tensor   (built in the current scope)
// random.uniform      G, shape (list or Tensor), opts: minval maxval dtype seed name -> Tensor
// random.normal       G, shape, opts: mean stddev dtype truncated seed name -> Tensor
let builderInitializerFunctions: [HostFunction] = [
  HostFunction("initializers.make") { arguments in
    .object(InitializerBox(try makeInitializer(try arguments.string(0), try arguments.options(1))))
  },
  HostFunction("initializers.call", blocking: true) { arguments in
    guard let shape = try arguments.shape(2).known else {
      throw EngineError.value("an initializer needs a fully defined shape")
    }
    let initializer = try arguments.object(1, InitializerBox.self).content
    return .output(try initializer(arguments.graph(0), shape: shape, dtype: arguments.dtype(3)))
  },
  HostFunction("random.uniform") { arguments in
    let options = try arguments.options(2)
    return .output(
      try arguments.graph(0).randomUniform(
        shape: try shapeOperand(arguments, 1), try options.operand("minval") ?? 0, try options.operand("maxval") ?? 1,
        dtype: try options.dtype("dtype") ?? .float32, seed: try options.int("seed"), name: try options.string("name")))
  },
  HostFunction("random.normal") { arguments in
    let options = try arguments.options(2)
    return .output(
      try arguments.graph(0).randomNormal(
        shape: try shapeOperand(arguments, 1), try options.operand("mean") ?? 0, try options.operand("stddev") ?? 1,
        dtype: try options.dtype("dtype") ?? .float32, isTruncated: try options.bool("truncated", false),
        seed: try options.int("seed"), name: try options.string("name")))
  },
]

private func shapeOperand(_ arguments: Arguments, _ index: Int) throws -> Operand {
  if case .output(let output) = arguments[index] { return .tensor(output) }
  guard let shape = try arguments.shape(index).known else {
    throw EngineError.value("\(arguments.function): the shape must be fully defined")
  }
  return .integers(shape)
}

private func makeInitializer(_ kind: String, _ options: OptionReader) throws -> any VariableInitializer {
  let seed = try options.int("seed")
  let source: RandomSource = try options.bool("stateless", false) ? .stateless : .graph
  switch kind {
  case "zeros": return Zeros()
  case "ones": return Ones()
  case "constant":
    let verifies = try options.bool("verify_shape", false)
    switch options["value"] {
    case .tensor(let tensor):
      return ConstantInitializer(try tensor.numbers(), shape: tensor.shape, verifiesShape: verifies)
    case .list, .tuple: return ConstantInitializer(try options.doubles("value") ?? [], verifiesShape: verifies)
    default: return ConstantInitializer(try options.double("value") ?? 0)
    }
  case "random_uniform":
    return RandomUniform(
      try options.double("minval") ?? 0, try options.double("maxval"), seed: seed, source: source)
  case "random_normal", "truncated_normal":
    return RandomNormal(
      mean: try options.double("mean") ?? 0, standardDeviation: try options.double("stddev") ?? 1,
      isTruncated: kind == "truncated_normal", seed: seed, source: source)
  case "variance_scaling":
    let mode = try options.string("mode") ?? "fan_in"
    var distribution = try options.string("distribution") ?? "truncated_normal"
    if distribution == "normal" { distribution = "truncated_normal" }
    guard let mode = VarianceScaling.Mode(rawValue: mode) else {
      throw EngineError.value(
        "Argument `mode` should be one of ('fan_in', 'fan_out', 'fan_avg'). Received: \(mode)")
    }
    guard let distribution = VarianceScaling.Distribution(rawValue: distribution) else {
      throw EngineError.value(
        "Argument `distribution` should be one of ('normal', 'uniform', 'truncated_normal', 'untruncated_normal'). "
          + "Received: \(distribution)")
    }
    return try VarianceScaling(
      scale: try options.double("scale") ?? 1, mode: mode, distribution: distribution, seed: seed, source: source)
  case "glorot_uniform": return VarianceScaling.glorotUniform(seed: seed, source: source)
  case "glorot_normal": return VarianceScaling.glorotNormal(seed: seed, source: source)
  case "he_uniform": return VarianceScaling.heUniform(seed: seed, source: source)
  case "he_normal": return VarianceScaling.heNormal(seed: seed, source: source)
  case "lecun_uniform": return VarianceScaling.lecunUniform(seed: seed, source: source)
  case "lecun_normal": return VarianceScaling.lecunNormal(seed: seed, source: source)
  case "uniform_unit_scaling": return UniformUnitScaling(factor: try options.double("factor") ?? 1, seed: seed)
  case "orthogonal": return Orthogonal(gain: try options.double("gain") ?? 1, seed: seed, source: source)
  case "identity": return IdentityInitializer(gain: try options.double("gain") ?? 1)
  default: throw EngineError.value("there is no initializer '\(kind)'")
  }
}

extension Tensor {
  /// All elements of a numeric tensor.
  func numbers() throws -> [Double] {
    switch dtype {
    case .float32: return try scalars(Float.self).map { Double($0) }
    case .float64: return try scalars(Double.self)
    case .float16: return try scalars(Half.self).map { Double($0.float) }
    case .bfloat16: return try scalars(BFloat16.self).map { Double($0.float) }
    case .bool: return try scalars(Bool.self).map { $0 ? 1 : 0 }
    default: return try integers().map { Double($0) }
    }
  }
}
