import ApusFiles
import ApusGenerator
import ApusTopology
import Foundation
import Testing

@Suite struct `Generated files of a fleet that grows` {
    /// Below the budget's most connections, so that no other instance gets fewer.
    private static func fleet(_ placement: AgentPlacement, workers: Int, apis: Int = 2) -> Fleet {
        let offset = 20_000
        return Fleet("growing") {
            FleetService("api", role: .api) {
                for number in 1...apis {
                    Instance("api-\(number)", port: 3000 + number + offset, metricsPort: 9100 + number + offset)
                }
            }
            FleetService("worker", role: .worker) {
                for number in 1...workers { Instance("worker-\(number)", metricsPort: 9200 + number + offset) }
            }
            Agents(placement, port: 9480 + offset)
            Routing(port: 9093 + offset)
            LoadBalancer(service: "api")
        }
    }

    @Test(arguments: AgentPlacement.allCases, FileKind.allCases)
    func `change only lines that mention the new instance, and lines that belong to them`(
        placement: AgentPlacement, kind: FileKind
    ) throws {
        let fleet = Self.fleet(placement, workers: 4)
        for (name, port, count, grown) in [
            ("worker-5", 29_205, 5, Self.fleet(placement, workers: 5)),
            ("api-3", 23_003, 3, Self.fleet(placement, workers: 4, apis: 3)),
        ] {
            let before = try texts(kind, fleet)
            let after = try texts(kind, grown)
            #expect(Set(before.keys).subtracting(after.keys) == [])
            for (path, contents) in after where contents != before[path] {
                if path.contains(name) { continue }
                let old = (before[path] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
                let new = contents.split(separator: "\n", omittingEmptySubsequences: false)
                let changes = new.difference(from: old)
                let blocks = insertedBlocks(changes)
                for block in blocks {
                    let mentions = block.contains { $0.contains(name) || $0.contains("\(port)") }
                    // How many instances there are, as a panel's line or a number of replicas, is about all of them.
                    let counts = block.allSatisfy { ["\(count)", "\(grown.instanceCount)"].contains($0.filter(\.isNumber)) }
                    #expect(mentions || counts, "\(path): \(block)")
                }
                // A line that came to mention it may have taken the place of one that did not.
                #expect(changes.removals.count <= blocks.count, "\(path)")
            }
        }
    }

    /// Added lines, those together that follow one another.
    private func insertedBlocks(_ changes: CollectionDifference<Substring>) -> [[Substring]] {
        var blocks: [[Substring]] = []
        var next: Int?
        for case .insert(let offset, let line, _) in changes.insertions {
            if offset == next { blocks[blocks.count - 1].append(line) } else { blocks.append([line]) }
            next = offset + 1
        }
        return blocks
    }

    private func texts(_ kind: FileKind, _ fleet: Fleet) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try kind.files(for: fleet).map { ($0.path, $0.contents) })
    }
}
