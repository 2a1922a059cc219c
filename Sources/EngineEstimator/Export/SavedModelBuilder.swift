import EngineBuilders
import EngineCore
import EngineFormats
import EngineGraph
import EngineRuntime

/// Writes graphs with the values of their variables as a SavedModel.
///
/// **Source**: layout of TensorFlow's `SavedModelBuilder` of version 1.
public final class SavedModelBuilder {
  public let directory: String
  private var metaGraphs: [ProtoMessage] = []
  private var assets: [String: String] = [:]

  /// Makes the directory.
  /// **Errors**: `AssertionError` when it exists and has something in it.
  public init(directory: String) throws {
    self.directory = directory
    if FileSystem.exists(directory), try !FileSystem.listDirectory(directory).isEmpty {
      throw EngineError(
        kind: .assertion, code: .alreadyExists,
        "Export directory already exists, and isn't empty. Please choose a different export directory, or delete all "
          + "the contents of the specified directory: \(directory)")
    }
    try FileSystem.makeDirectories(directory)
  }

  /// Adds a graph.
  ///
  /// - Parameters:
  ///   - variables: the graph's variables by their keys, for the nodes that restore them.
  ///   - session: writes the variables' values, too; one graph of a model does.
  ///   - mainOp: run by loaders when the variables have their values.
  public func add(
    _ graph: Graph, tags: [String], signatures: [(name: String, signature: Signature)],
    variables: [(key: String, variable: Variable)], saver: Saver?, session: Session?, mainOp: Node?, trainOp: SpecValue?
  ) throws {
    if let session {
      let prefix = FileSystem.join(FileSystem.join(directory, "variables"), "variables")
      try FileSystem.makeDirectories(FileSystem.directory(of: prefix))
      try saver?.save(session, prefix, writesMetaGraph: false, writesState: false)
    }
    let saverDef = variables.isEmpty ? nil : try SaverNodes.add(to: graph, variables: variables)
    if let trainOp, let item = trainOp.collectionItem { graph.addToCollection("saved_model_train_op", item) }
    if let mainOp { graph.addToCollection("saved_model_main_op", .node(mainOp)) }
    var result = try GraphFiles.metaGraph(graph, nil, tags: tags, stripsDefaultAttributes: true)
    result["saver_def"] = saverDef.map { .message($0) }
    for (name, signature) in signatures {
      result.setEntry("signature_def", name, .message(try signature.message()))
    }
    let files = try assetFiles(graph)
    if !files.isEmpty {
      result["asset_file_def"] = .list(files.map { .message($0) })
      result.setEntry("collection_def", "saved_model_assets", .message(try MetaGraph.collectionDef(typed: files)))
    }
    metaGraphs.append(result)
  }

  /// Copies the files that the graph names to the model.
  private func assetFiles(_ graph: Graph) throws -> [ProtoMessage] {
    try graph.collection("asset_filepaths").compactMap { item in
      guard case .output(let output) = item else { return nil }
      guard let path = constantValue(of: output), path.dtype == .string, let bytes = path.strings.first,
        path.elementCount == 1
      else {
        throw EngineError.value("the asset '\(output.name)' must be a constant with the path of a file")
      }
      var message = try ProtoMessage("AssetFileDef")
      var info = try ProtoMessage("TensorInfo")
      info["name"] = .string(output.name)
      message["tensor_info"] = .message(info)
      message["filename"] = .string(try copyAsset(String(decoding: bytes, as: UTF8.self)))
      return message
    }
  }

  /// The name of the file among the assets. Files of one name from several places get numbers.
  private func copyAsset(_ path: String) throws -> String {
    if let known = assets.first(where: { $0.value == path })?.key { return known }
    let base = FileSystem.baseName(of: path)
    var name = base
    var number = 0
    while assets[name] != nil {
      number += 1
      name = "\(base)_\(number)"
    }
    assets[name] = path
    try SavedModelBuilder.copy(path, to: FileSystem.join(FileSystem.join(directory, "assets"), name))
    return name
  }

  static func copy(_ source: String, to target: String) throws {
    try FileSystem.makeDirectories(FileSystem.directory(of: target))
    try AtomicFile.write(target, FileSystem.readFile(source))
  }

  /// Writes the model's main file.
  public func save(asText: Bool = false) throws {
    let model = try MetaGraph.savedModel(metaGraphs)
    if asText {
      try AtomicFile.write(FileSystem.join(directory, "saved_model.pbtxt"), model.text())
    } else {
      try AtomicFile.write(FileSystem.join(directory, "saved_model.pb"), model.serialized())
    }
  }
}

extension SpecValue {
  /// The value as a member of a collection.
  var collectionItem: CollectionItem? {
    switch self {
    case .output(let output): .output(output)
    case .node(let node): .node(node)
    case .variable(let variable): .object(variable)
    case .dict, .other: nil
    }
  }
}
