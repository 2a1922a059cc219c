// swift-tools-version: 6.1
import PackageDescription

/// SwiftPM refuses unsafe flags in a package that another one depends on by version; such a build gets the kernels of
/// the baseline level only.
let isDependency = Context.packageDirectory.contains("/checkouts/")

/// Overlapping accesses to a class's properties are looked for at run time in debug builds only: the search costs a tenth
/// of a small training step.
let strict: [SwiftSetting] =
  [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]
  + (isDependency ? [] : [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))])

/// Kernels are always optimised, also in debug builds, so that tests run at full speed.
func kernelSettings(_ flags: [String]) -> [SwiftSetting] {
  isDependency ? strict : strict + [.unsafeFlags(["-Ounchecked"] + flags)]
}

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The kernels' sources, compiled once for a CPU level; `flags` choose it.
/// `isFused` says that multiply-add is one instruction (without it, Swift calls a slow library function).
func kernelLevel(_ name: String, _ flags: [String], isFused: Bool = true) -> Target {
  .target(
    name: name, dependencies: ["KernelTable", "CEngineShims"],
    swiftSettings: kernelSettings(flags) + (isFused && !isDependency ? [.define("LEVEL_FUSED")] : []))
}

func tests(_ name: String, _ dependencies: [Target.Dependency], fixtures: Bool = false) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["EngineTestSupport"], exclude: fixtures ? ["Fixtures"] : [],
    swiftSettings: strict)
}

#if arch(x86_64)
  let kernelLevels = [
    kernelLevel("KernelsBaseline", ["-Xcc", "-march=x86-64-v2"], isFused: false),
    kernelLevel("KernelsV3", ["-Xcc", "-march=x86-64-v3"]),
    kernelLevel("KernelsV4", ["-Xcc", "-march=x86-64-v4", "-Xcc", "-mprefer-vector-width=512"]),
  ]
#else
  let kernelLevels = [kernelLevel("KernelsBaseline", [])]
#endif

let package = Package(
  name: "swiftestimator",
  products: [
    .library(name: "SwiftEstimator", targets: ["SwiftEstimator"]),
    .library(name: "_native", type: .dynamic, targets: ["EngineABI", "CPythonModule"]),
  ],
  targets: [
    .target(name: "CEngineShims"),
    library("EngineCore", ["CEngineShims"]),
    library("KernelTable"),
  ] + kernelLevels + [
    .target(
      name: "EngineKernels",
      dependencies: ["EngineCore", "CEngineShims", "KernelTable"] + kernelLevels.map { .byName(name: $0.name) },
      swiftSettings: kernelSettings([])),
    library("EngineGraph", ["EngineCore"]),
    library("EngineRuntime", ["EngineCore", "EngineGraph"]),
    library("EngineFormats", ["EngineCore", "EngineGraph", "CEngineShims"]),
    library("EngineOps", ["EngineCore", "EngineGraph", "EngineKernels", "EngineFormats"]),
    library("EngineBuilders", ["EngineCore", "EngineGraph", "EngineOps"]),
    library(
      "EngineEstimator",
      ["EngineCore", "EngineGraph", "EngineOps", "EngineRuntime", "EngineFormats", "EngineBuilders"]),
    library("SwiftEstimator", ["EngineEstimator"]),
    .target(name: "CEngineABI"),
    library("EngineABI", ["CEngineABI", "EngineEstimator", "EngineKernels"]),
    .target(name: "CPythonModule", dependencies: ["CEngineABI"]),
    .target(
      name: "EngineTestSupport", dependencies: ["EngineOps", "EngineRuntime"], path: "Tests/EngineTestSupport",
      swiftSettings: strict),
    tests("EngineCoreTests", ["EngineCore"]),
    tests("EngineKernelsTests", ["EngineKernels", "KernelTable"]),
    tests("EngineGraphTests", ["EngineGraph"]),
    tests("EngineRuntimeTests", ["EngineRuntime"]),
    tests("EngineFormatsTests", ["EngineFormats"], fixtures: true),
    tests("EngineOpsTests", ["EngineOps"], fixtures: true),
    tests("EngineBuildersTests", ["EngineBuilders"]),
    tests("EngineEstimatorTests", ["EngineEstimator"]),
    tests("SwiftEstimatorTests", ["SwiftEstimator", "SessionsAndHooks", "ExportAndServe"]),
    .executableTarget(
      name: "ExportAndServe", dependencies: ["SwiftEstimator"], path: "examples/swift/ExportAndServe",
      swiftSettings: strict),
    .executableTarget(
      name: "IrisClassifier", dependencies: ["SwiftEstimator"], path: "examples/swift/IrisClassifier",
      swiftSettings: strict),
    .executableTarget(
      name: "SessionsAndHooks", dependencies: ["SwiftEstimator"], path: "examples/swift/SessionsAndHooks",
      swiftSettings: strict),
  ],
  cLanguageStandard: .c17
)
