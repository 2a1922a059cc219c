let graphFunctions: [HostFunction] = []
let collectionFunctions: [HostFunction] = []
let sessionFunctions: [HostFunction] = []
