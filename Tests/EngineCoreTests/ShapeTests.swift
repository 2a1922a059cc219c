import EngineCore
import Testing

@Suite struct ShapeTests {
  @Test func broadcasting() throws {
    #expect(try Shape.broadcast([nil, 3], [3]) == [nil, 3])
    #expect(try Shape.broadcast([2, 1], [1, 5]) == [2, 5])
    #expect(throws: EngineError.self) { try Shape.broadcast(Shape([2]), Shape([3])) }
    #expect(Shape.broadcast([4, 1], [3]) == [4, 3])
    #expect(Shape.broadcast([2], [3]) == nil)
  }

  @Test func elementCountReportsOverflow() {
    #expect(Shape.elementCount([1 << 40, 1 << 40]) == nil)
    #expect(Shape.elementCount([3, 0, 5]) == 0)
    #expect(Shape.elementCount([-1]) == nil)
  }

  @Test func description() {
    #expect(Shape([nil, 3]).description == "(?, 3)")
    #expect(Shape([2]).description == "(2,)")
    #expect(Shape.unknown.description == "<unknown>")
  }
}
