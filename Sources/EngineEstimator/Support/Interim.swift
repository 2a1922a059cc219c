import EngineFormats
import EngineGraph

// A stand-in until the graph codec of EngineFormats is there.
enum GraphCodec {
  static func graphDef(_ graph: Graph, addShapes: Bool) throws -> ProtoMessage { try ProtoMessage("GraphDef") }
}
