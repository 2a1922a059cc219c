import EngineCore
import EngineFormats
import EngineGraph

/// Files that belong to a model and travel with it, such as vocabularies.
struct AssetFiles {
  /// Name in the model -> path of the source.
  private var sources: [String: String] = [:]

  /// **Errors**: `TypeError` unless the tensor is a constant, scalar and text; `ValueError` when it is empty.
  static func check(_ asset: Output) throws { _ = try path(of: asset) }

  private static func path(of asset: Output) throws -> String {
    guard asset.node.type == "Const" else {
      throw EngineError.type(
        "Asset path tensor \(asset) must be of type constant. Has type \(asset.node.type) instead.")
    }
    guard asset.dtype == .string else {
      throw EngineError.type("Asset path tensor \(asset) must be of dtype string. Has type \(asset.dtype) instead.")
    }
    guard let value = constantValue(of: asset), value.elementCount == 1, let bytes = value.strings.first else {
      throw EngineError.type("Asset path tensor \(asset) must be a scalar.")
    }
    if bytes.isEmpty { throw EngineError.value("Asset filepath tensor \(asset) is invalid.") }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Copies the files to the model. A path that leads nowhere is left out, as it may do elsewhere.
  mutating func copy(_ tensors: [Output]?, to directory: String) throws {
    Logger.info(tensors == nil ? "No assets to save." : "Assets added to graph.")
    guard let tensors, !tensors.isEmpty else { return Logger.info("No assets to write.") }
    let folder = FileSystem.join(directory, "assets")
    for tensor in tensors {
      let path = try AssetFiles.path(of: tensor)
      let name = name(of: path)
      if sources.updateValue(path, forKey: name) == nil, FileSystem.exists(path) {
        try AssetFiles.copy(path, to: FileSystem.join(folder, name))
      }
    }
    Logger.info("Assets written to: \(folder)")
  }

  /// The name of a file among the assets. Files of one name from several places get numbers.
  private func name(of path: String) -> String {
    if let known = sources.first(where: { $0.value == path })?.key { return known }
    let base = FileSystem.baseName(of: path)
    var name = base
    var number = 0
    while sources[name] != nil {
      number += 1
      name = "\(base)_\(number)"
    }
    return name
  }

  /// `AssetFileDef` messages: which tensor stands for which file.
  func messages(_ tensors: [Output]) throws -> [ProtoMessage] {
    try tensors.map { tensor in
      var info = try ProtoMessage("TensorInfo")
      info["name"] = .string(tensor.name)
      var message = try ProtoMessage("AssetFileDef")
      message["tensor_info"] = .message(info)
      message["filename"] = .string(name(of: try AssetFiles.path(of: tensor)))
      return message
    }
  }

  /// Copies a file, and makes the directories on the way.
  static func copy(_ source: String, to target: String) throws {
    try FileSystem.makeDirectories(FileSystem.directory(of: target))
    try AtomicFile.write(target, FileSystem.readFile(source))
  }
}
