import EngineCore
import Testing

@Suite struct PhiloxTests {
  /// Known answers of the generator's authors (Random123 distribution, `kat_vectors`).
  @Test func knownAnswers() {
    var zero = Philox(seed: 0, seed2: 0)
    #expect(zero.next() == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    var ones = Philox(seed: .max, seed2: .max)
    ones.counter = (.max, .max, .max, .max)
    #expect(ones.next() == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  @Test func skipEqualsDrawing() {
    var drawn = Philox(seed: 7, seed2: 9)
    for _ in 0..<5 { _ = drawn.next() }
    var skipped = Philox(seed: 7, seed2: 9)
    skipped.skip(5)
    #expect(drawn.next() == skipped.next())
  }
}
