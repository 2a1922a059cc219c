import CEngineShims
import EngineCore
import Glibc
import KernelTable

extension Kernels {
  /// The CPU level whose kernels are in use: `baseline`, `v3` (AVX2) or `v4` (AVX-512). The best that the processor
  /// offers, or what the environment variable `SWIFTESTIMATOR_CPU_LEVEL` names, if the processor has it.
  public static var levelName: String { table.levelName }

  /// The tables that this processor can run, the plainest first.
  package static let availableTables: [KernelTable] = {
    #if arch(x86_64)
      let level = engine_cpu_level()
      var tables = [KernelTable.baseline]
      if level >= 3 { tables.append(KernelTable.v3) }
      if level >= 4 { tables.append(KernelTable.v4) }
      return tables
    #else
      return [KernelTable.baseline]
    #endif
  }()

  static let defaultTable: KernelTable = {
    let best = availableTables[availableTables.count - 1]
    guard let text = getenv("SWIFTESTIMATOR_CPU_LEVEL") else { return best }
    let wanted = String(cString: text)
    if let table = availableTables.first(where: { $0.levelName == wanted }) { return table }
    let names = availableTables.map(\.levelName).joined(separator: ", ")
    let message = "swiftestimator: SWIFTESTIMATOR_CPU_LEVEL is '\(wanted)', but this processor has \(names); using "
    let line = Array((message + best.levelName + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
    return best
  }()

  /// The table in use. Only tests set another than the default, and those run one after the other.
  nonisolated(unsafe) package static var table: KernelTable = defaultTable
}
