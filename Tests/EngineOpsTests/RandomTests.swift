import EngineCore
import EngineGraph
import EngineRuntime
import Testing

/// Expected values are what TensorFlow 2.15.1 gives for the same seeds.
@Suite struct RandomTests {
  /// Fingerprints of two executions of 100003 numbers each.
  @Test(arguments: [
    ("RandomUniform", 3, DType.float32, 0x3a7a_2adc_3a2e_ac22 as UInt64, 0x32bf_690d_a4b6_538b as UInt64),
    ("RandomStandardNormal", 4, .float32, 0x5455_54b7_7cd2_dbc6, 0xc49f_6ad9_29eb_ccdb),
    ("TruncatedNormal", 5, .float32, 0x459c_44d0_a5d8_a7ea, 0xd2be_9b68_34ba_7e22),
    ("RandomUniform", 3, .float64, 0xce5b_474c_01c9_9da2, 0x21d6_feb1_1187_0d41),
    ("RandomStandardNormal", 4, .float64, 0x3a9b_23fc_cc9b_c5df, 0x48a6_b4ca_86cb_fb11),
    ("TruncatedNormal", 5, .float64, 0xbdec_497e_0425_53ff, 0xde8b_2aaf_2e1d_e369),
    ("RandomUniform", 3, .float16, 0xec56_e913_ef93_318d, 0x2486_049b_7472_2739),
    ("RandomStandardNormal", 4, .float16, 0x0007_d6bc_9fd6_5c37, 0xfda6_8efe_1760_a481),
    ("TruncatedNormal", 5, .float16, 0x748d_8a9c_27f5_ee90, 0xd801_91a8_d075_d89c),
    ("RandomUniform", 3, .bfloat16, 0xc2ad_05ba_1e21_656d, 0x9a2e_ae64_52a2_1530),
    ("RandomStandardNormal", 4, .bfloat16, 0x682f_66a6_78e2_cc14, 0x3049_372b_f708_cc39),
    ("TruncatedNormal", 5, .bfloat16, 0xda5b_4eab_4806_d4fd, 0x64c2_c533_edd5_5bff),
  ])
  func largeTensors(_ op: String, _ seed2: Int, _ dtype: DType, _ first: UInt64, _ second: UInt64) throws {
    let scratch = Scratch()
    let y = try scratch.graph.op(
      op, try scratch.ints([100_003]),
      attributes: ["seed": .int(1234), "seed2": .int(seed2), "dtype": .type(dtype)])
    #expect(fingerprint(try scratch.run(y)[0]) == first)
    #expect(fingerprint(try scratch.run(y)[0]) == second)
  }

  @Test(arguments: [
    (DType.int32, 0x937a_92ca_ed36_1a0e as UInt64, 0xbc62_1bfe_c648_7292 as UInt64),
    (.int64, 0x6d69_8fd4_7b7d_edf4, 0xce1b_5d19_b1fd_8c9e),
  ])
  func integers(_ dtype: DType, _ first: UInt64, _ second: UInt64) throws {
    let scratch = Scratch()
    let y = try scratch.graph.op(
      "RandomUniformInt", try scratch.ints([100_003]), try scratch.graph.constant(Tensor(scalar: -7, dtype: dtype)),
      try scratch.graph.constant(Tensor(scalar: 1000, dtype: dtype)),
      attributes: ["seed": .int(1234), "seed2": .int(9)])
    #expect(fingerprint(try scratch.run(y)[0]) == first)
    #expect(fingerprint(try scratch.run(y)[0]) == second)
  }

  @Test func smallNormal() throws {
    let scratch = Scratch()
    let y = try scratch.graph.op(
      "RandomStandardNormal", try scratch.ints([6]),
      attributes: ["seed": .int(1234), "seed2": .int(1), "dtype": .type(.float32)])
    #expect(
      try scratch.float(y) == [-0.32364845, 1.8577391, 0.39556974, 0.2311697, 0.24243996, -1.9485782])
  }

  @Test func multinomial() throws {
    let scratch = Scratch()
    let logits = try scratch.floats((0..<12).map { Float($0 % 5) / 2 }, [3, 4])
    let y = try scratch.graph.op(
      "Multinomial", logits, try scratch.graph.constant(Tensor(scalar: 7, dtype: .int32)),
      attributes: ["seed": .int(1234), "seed2": .int(9)])
    #expect(
      try scratch.run(y)[0].integers() == [3, 2, 1, 3, 0, 0, 3, 3, 0, 0, 0, 0, 3, 0, 1, 1, 1, 0, 3, 1, 1])
    #expect(
      try scratch.run(y)[0].integers() == [3, 3, 2, 2, 3, 0, 3, 1, 2, 0, 0, 1, 0, 3, 1, 1, 1, 0, 1, 1, 1])
  }

  @Test func shuffle() throws {
    let scratch = Scratch()
    let order = try scratch.graph.constant(try Tensor((0..<1001).map { Int32($0) }, shape: [1001]))
    let rows = try scratch.graph.constant(try Tensor((0..<3003).map { Int32($0) }, shape: [1001, 3]))
    let seeds: [String: AttributeValue] = ["seed": .int(7), "seed2": .int(2)]
    let a = try scratch.graph.op("RandomShuffle", order, attributes: seeds)
    let b = try scratch.graph.op("RandomShuffle", rows, attributes: seeds)
    #expect(fingerprint(try scratch.run(a)[0]) == 0xedac_da54_656f_9484)
    #expect(fingerprint(try scratch.run(a)[0]) == 0x7fd5_7fa2_dfe5_97bc)
    #expect(fingerprint(try scratch.run(b)[0]) == 0xd3d1_0778_c943_0477)
    #expect(fingerprint(try scratch.run(b)[0]) == 0xf5ef_58fd_89bb_b993)
    let small = try scratch.graph.op(
      "RandomShuffle", try scratch.ints([0, 1, 2, 3, 4, 5]), attributes: ["seed": .int(7), "seed2": .int(2)])
    #expect(try scratch.run(small)[0].integers() == [1, 2, 4, 3, 5, 0])
  }

  @Test func unseededDiffersBetweenSessions() throws {
    let scratch = Scratch()
    let y = try scratch.graph.op(
      "RandomUniform", try scratch.ints([8]), attributes: ["dtype": .type(.float32)])
    let first = try scratch.float(y)
    #expect(try scratch.float(y) != first)
    #expect(try Session(graph: scratch.graph).run(fetches: [y])[0].scalars(Float.self) != first)
  }

  @Test func emptyRange() throws {
    let scratch = Scratch()
    let y = try scratch.graph.op(
      "RandomUniformInt", try scratch.ints([2]), try scratch.int(3), try scratch.int(3))
    let error = engineError { _ = try scratch.run(y) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("Need minval < maxval") == true)
  }
}
