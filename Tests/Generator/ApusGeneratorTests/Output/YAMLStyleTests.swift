import ApusGenerator
import ApusTopology
import GeneratorTesting
import HostTesting
import Testing

@Suite struct `The YAML of generated files` {
    @Test(arguments: FleetShapes.all + [shopFleet().varied(for: .production)])
    func `passes yamllint`(fleet: Fleet) throws {
        let (verdict, count) = try YAMLStyle.judge(try fleet.generatedFiles())
        #expect(verdict.status == 0, "\(verdict.text)")
        #expect(count > 5)
    }
}
