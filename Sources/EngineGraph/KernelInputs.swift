import EngineCore

/// The inputs of one execution of a kernel. They belong to the context, so reading an element's shape or memory copies
/// nothing.
@frozen
public struct KernelInputs: RandomAccessCollection {
  @usableFromInline let base: UnsafeMutablePointer<Tensor>
  public let count: Int

  @inlinable
  init(base: UnsafeMutablePointer<Tensor>, count: Int) {
    self.base = base
    self.count = count
  }

  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { count }

  @inlinable
  public subscript(index: Int) -> Tensor {
    unsafeAddress {
      precondition(index >= 0 && index < count)
      return UnsafePointer(base + index)
    }
  }
}
