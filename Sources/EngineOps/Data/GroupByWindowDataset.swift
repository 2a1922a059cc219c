import EngineCore
import EngineGraph

extension OpDefinition {
  /// Gathers elements by key; whenever a key has as many as its window, the dataset that `reduce_func` makes of them
  /// follows. At the end come the windows that are not full, by key.
  static let groupByWindowDataset = dataset(
    "GroupByWindowDataset",
    [
      inputDataset, .list("key_func_other_arguments", types: "Tkey_func_other_arguments"),
      .list("reduce_func_other_arguments", types: "Treduce_func_other_arguments"),
      .list("window_size_func_other_arguments", types: "Twindow_size_func_other_arguments"),
    ],
    attributes: [
      .function("key_func"), .function("reduce_func"), .function("window_size_func"),
      .types("Tkey_func_other_arguments"), .types("Treduce_func_other_arguments"),
      .types("Twindow_size_func_other_arguments"),
    ]
  ) { context in
    let keyCount = context.node.types("Tkey_func_other_arguments").count
    let reduceCount = context.node.types("Treduce_func_other_arguments").count
    return Grouping(
      try context.dataset(0), key: try CapturedFunction(context, "key_func", from: 1, count: keyCount),
      reduce: try CapturedFunction(context, "reduce_func", from: 1 + keyCount, count: reduceCount),
      size: try CapturedFunction(context, "window_size_func", from: 1 + keyCount + reduceCount))
  }
}

private final class Grouping: DatasetNode {
  let input: any DatasetNode
  let key: CapturedFunction, reduce: CapturedFunction, size: CapturedFunction

  init(_ input: any DatasetNode, key: CapturedFunction, reduce: CapturedFunction, size: CapturedFunction) {
    self.input = input
    self.key = key
    self.reduce = reduce
    self.size = size
  }

  var cardinality: Int { DatasetCardinality.unknown }

  func makeIterator(_ context: IterationContext) throws -> any DatasetIterator {
    Iterator(self, try input.makeIterator(context), context)
  }

  private final class Iterator: DatasetIterator {
    let dataset: Grouping
    let context: IterationContext
    var input: (any DatasetIterator)?
    var group: (any DatasetIterator)?
    var windows: [Int: (size: Int, rows: [[Tensor]])] = [:]

    init(_ dataset: Grouping, _ input: any DatasetIterator, _ context: IterationContext) {
      self.dataset = dataset
      self.input = input
      self.context = context
    }

    private func number(_ results: [Tensor], _ what: String) throws -> Int {
      guard results.count == 1, results[0].elementCount == 1, let value = try results[0].integers().first else {
        throw EngineError.invalidArgument("`\(what)` must return a scalar int64.")
      }
      return value
    }

    private func start(_ key: Int, _ rows: [[Tensor]]) throws {
      let elements = try Tensor.dataset(KeptElements(rows))
      group = try dataset.reduce.dataset([Tensor(scalar: Int64(key)), elements], context).makeIterator(context)
    }

    func next() throws -> DatasetElement? {
      while true {
        if let current = group {
          if let element = try current.next() { return element }
          group = nil
        }
        guard let source = input else {
          guard let key = windows.keys.min(), let window = windows.removeValue(forKey: key) else { return nil }
          try start(key, window.rows)
          continue
        }
        guard let element = try source.next() else {
          input = nil
          continue
        }
        let tensors = try element.tensors()
        let key = try number(try dataset.key(tensors, context), "key_func")
        var window = windows[key] ?? (0, [])
        if window.rows.isEmpty {
          window.size = try number(try dataset.size([Tensor(scalar: Int64(key))], context), "window_size_func")
          guard window.size > 0 else {
            throw EngineError.invalidArgument(
              "Window size must be greater than zero, but got \(window.size).")
          }
        }
        window.rows.append(tensors)
        if window.rows.count == window.size {
          windows[key] = nil
          try start(key, window.rows)
        } else {
          windows[key] = window
        }
        try context.checkCancellation()
      }
    }
  }
}
