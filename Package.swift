// swift-tools-version: 6.0
import PackageDescription

/// Settings of every Swift target: warnings are errors where the project is the root package.
let isDependency = Context.packageDirectory.contains("/checkouts/")
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "swiftestimator",
  targets: [
    library("EngineCore"),
  ]
)
