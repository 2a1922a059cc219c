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

  var inputs: [any DatasetNode] { [input] }
  var functions: [CapturedFunction] { [key, reduce, size] }
  var isRepeatable: Bool { input.isRepeatable && functions.allSatisfy(\.isRepeatable) }

  private final class Iterator: DatasetIterator {
    let dataset: Grouping
    let context: IterationContext
    var input: (any DatasetIterator)?
    /// The full window whose elements are being given, with what it was made of.
    struct Group {
      let key: Int
      let rows: [[Tensor]]
      let dataset: any DatasetNode
      let iterator: any DatasetIterator
    }
    var group: Group?
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

    private func reduced(_ key: Int, _ rows: [[Tensor]]) throws -> any DatasetNode {
      try dataset.reduce.dataset([Tensor(scalar: Int64(key)), try Tensor.dataset(KeptElements(rows))], context)
    }

    private func start(_ key: Int, _ rows: [[Tensor]]) throws {
      let made = try reduced(key, rows)
      group = Group(key: key, rows: rows, dataset: made, iterator: try made.makeIterator(context))
    }

    func next() throws -> DatasetElement? {
      while true {
        if let current = group {
          if let element = try current.iterator.next() { return element }
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

    func suspendWork() {
      input?.suspendWork()
      group?.iterator.suspendWork()
    }
    func resumeWork() {
      input?.resumeWork()
      group?.iterator.resumeWork()
    }

    func saveState(_ encoder: inout IteratorEncoder) throws {
      for function in dataset.functions { try function.checkStorable() }
      encoder.append(input != nil)
      try input?.saveState(&encoder)
      encoder.append(windows.count)
      for (key, window) in windows.sorted(by: { $0.key < $1.key }) {
        encoder.append(key)
        encoder.append(window.size)
        try encoder.append(rows: window.rows)
      }
      encoder.append(group != nil)
      guard let group else { return }
      encoder.append(group.key)
      try encoder.append(rows: group.rows)
      try encoder.append(group.dataset, group.iterator)
    }

    func restoreState(_ decoder: inout IteratorDecoder) throws {
      if try decoder.flag() { try input?.restoreState(&decoder) } else { input = nil }
      windows = [:]
      for _ in 0..<(try decoder.count()) {
        let key = try decoder.int()
        let size = try decoder.count()
        let rows = try decoder.rows()
        guard !rows.isEmpty, rows.count < size else {
          throw StateDecoder.damaged("\(rows.count) elements in a window of \(size)")
        }
        windows[key] = (size, rows)
      }
      guard try decoder.flag() else { return }
      let key = try decoder.int()
      let rows = try decoder.rows()
      let made = try reduced(key, rows)
      group = Group(key: key, rows: rows, dataset: made, iterator: try decoder.iterator(made))
    }
  }
}
