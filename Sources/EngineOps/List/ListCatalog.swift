import EngineGraph

extension OpCatalog {
  static let listOps: [OpDefinition] = [
    .emptyTensorList,
    .tensorListConcatV2,
    .tensorListElementShape,
    .tensorListFromTensor,
    .tensorListGather,
    .tensorListGetItem,
    .tensorListLength,
    .tensorListPopBack,
    .tensorListPushBack,
    .tensorListReserve,
    .tensorListResize,
    .tensorListScatterV2,
    .tensorListSetItem,
    .tensorListSplit,
    .tensorListStack,
  ]
}
