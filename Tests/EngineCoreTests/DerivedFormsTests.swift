import EngineCore
import Testing

@Suite struct DerivedFormsTests {
  private let key = DerivedKey(kind: 1, 2, 3, 4, 5)

  private func isUnknown(_ state: DerivedFormState) -> Bool {
    if case .unknown = state { return true }
    return false
  }
  private func isWanted(_ state: DerivedFormState) -> Bool {
    if case .wanted = state { return true }
    return false
  }

  @Test func secondUseIsToldToKeep() throws {
    let tensor = try Tensor(zeros: .float32, shape: [4])
    #expect(isUnknown(tensor.buffer.derivedForm(key)))
    #expect(isWanted(tensor.buffer.derivedForm(key)))
    let form = try Buffer(byteCount: 64)
    tensor.buffer.keepDerivedForm(key, form)
    guard case .ready(let kept) = tensor.buffer.derivedForm(key) else {
      Issue.record("the form is not there")
      return
    }
    #expect(kept === form)
    #expect(isUnknown(tensor.buffer.derivedForm(DerivedKey(kind: 1, 2, 3, 4, 6))))
  }

  @Test func writersGiveFormsUp() throws {
    var tensor = try Tensor(zeros: .float32, shape: [4])
    _ = tensor.buffer.derivedForm(key)
    tensor.buffer.keepDerivedForm(key, try Buffer(byteCount: 64))
    let shared = tensor
    let isShared = !tensor.isUniquelyReferenced()
    #expect(isShared)
    guard case .ready = tensor.buffer.derivedForm(key) else {
      Issue.record("memory that others see is not written, so its form stays")
      return
    }
    withExtendedLifetime(shared) {}
    var only = try Tensor(zeros: .float32, shape: [4])
    _ = only.buffer.derivedForm(key)
    only.buffer.keepDerivedForm(key, try Buffer(byteCount: 64))
    let isOnly = only.isUniquelyReferenced()
    #expect(isOnly)
    #expect(isUnknown(only.buffer.derivedForm(key)))
  }

  @Test func memoryOfOthersHasNone() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
    let buffer = Buffer(borrowing: memory, byteCount: 64) { memory.deallocate() }
    #expect(isUnknown(buffer.derivedForm(key)))
    #expect(isUnknown(buffer.derivedForm(key)))
  }

  @Test func formsAreFew() throws {
    let tensor = try Tensor(zeros: .float32, shape: [4])
    for round in 0..<2 {
      for number in 0..<5 {
        let state = tensor.buffer.derivedForm(DerivedKey(kind: 1, number, 0, 0, 0))
        #expect(round == 1 && number < 2 ? isWanted(state) : isUnknown(state))
      }
    }
  }
}
