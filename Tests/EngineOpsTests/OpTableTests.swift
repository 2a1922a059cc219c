import EngineCore
import EngineGraph
import EngineTestSupport
import Testing

@testable import EngineOps

/// What every op of the catalog must do with its samples.
@Suite struct OpTableTests {
  init() { OpCatalog.install() }

  /// Ops of the catalog with their samples, those of the definitions and further ones.
  static let cases: [(OpDefinition, OpSample)] = OpCatalog.all.flatMap { definition in
    ((definition.sample.map { [$0] } ?? []) + (OpSamples.more[definition.name] ?? [])).map { (definition, $0) }
  }

  @Test func everyOpHasASampleOrATestOfItsOwn() {
    let withSamples = Set(OpTableTests.cases.map { $0.0.name })
    for definition in OpCatalog.mathOps + OpCatalog.arrayOps + OpCatalog.stringOps
    where !withSamples.contains(definition.name) {
      #expect(OpSamples.testedElsewhere.contains(definition.name), "\(definition.name) has no sample")
    }
  }

  @Test func namesAreUnique() {
    let names = OpCatalog.all.map(\.name)
    #expect(Set(names).count == names.count, "\(names.filter { name in names.filter { $0 == name }.count > 1 })")
  }

  @Test func shapesAndTypesAreWhatTheDefinitionSays() throws {
    for (definition, sample) in OpTableTests.cases {
      let types = OpCase.openTypes(definition, sample)
      var served: [DType] = []
      for dtype in types.isEmpty ? [.float64] : types {
        do {
          let (node, outputs) = try OpCase(definition, sample, dtype: dtype).run()
          served.append(dtype)
          for (index, output) in outputs.enumerated() {
            #expect(output.dtype == node.outputTypes[index], "\(definition.name) for \(dtype)")
            #expect(
              node.outputShapes[index].isCompatible(with: output.shape),
              "\(definition.name): \(node.outputShapes[index]) but got \(output.shape)")
          }
        } catch let error as EngineError where error.code == .unimplemented {
          continue
        } catch {
          Issue.record("\(definition.name) for \(dtype): \(error)")
        }
      }
      #expect(!served.isEmpty, "\(definition.name) serves no type")
    }
  }

  @Test func elementwiseOpsTakeScalarsAndEmptyTensors() throws {
    for definition in OpCatalog.mathOps {
      guard let sample = definition.sample, OpSamples.isElementwise(definition) else { continue }
      let type = OpCase.openTypes(definition, sample).first ?? .bool
      for shape in [[], [0], [2, 0, 3]] {
        let variant = OpSample(
          sample.inputs.map { .init(shape, $0.values, dtype: $0.dtype) }, attributes: sample.attributes)
        do {
          let (node, outputs) = try OpCase(definition, variant, dtype: type).run()
          #expect(outputs[0].shape == shape, "\(definition.name)")
          #expect(node.outputShapes[0] == Shape(known: shape), "\(definition.name)")
        } catch {
          Issue.record("\(definition.name) of shape \(shape): \(error)")
        }
      }
    }
  }

  @Test func gradientsAgreeWithDifferences() throws {
    for (definition, sample) in OpTableTests.cases {
      guard case .rule = definition.gradient else { continue }
      do {
        let mismatches = try OpCase(definition, sample, dtype: .float64).gradientMismatches()
        #expect(mismatches.isEmpty, "\(definition.name) \(sample.attributes): \(mismatches.prefix(3))")
      } catch let error as EngineError where error.kind == .type {
        continue  // no float64
      } catch {
        Issue.record("gradient of \(definition.name): \(error)")
      }
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() throws {
    let before = ThreadPool.shared.threadCount
    defer { ThreadPool.shared.threadCount = before }
    for (definition, sample) in OpTableTests.cases where !definition.isStateful {
      let opCase = OpCase(definition, sample, dtype: OpCase.openTypes(definition, sample).first ?? .float64)
      ThreadPool.shared.threadCount = 1
      guard let serial = try? opCase.run().outputs else { continue }
      ThreadPool.shared.threadCount = 2
      let parallel = try opCase.run().outputs
      for (a, b) in zip(serial, parallel) {
        #expect(a.bytes == b.bytes && a.strings == b.strings, "\(definition.name)")
      }
    }
  }
}
