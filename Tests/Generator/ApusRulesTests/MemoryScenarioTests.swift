import ApusTopology
import GeneratorTesting
import Testing

/// Memory that grows where one looks seldom: what must call, and what must not.
@Suite struct `Events of memory` {
    private static func packing(_ name: String, _ labels: String = "", of instance: String = "east") -> String {
        "\(name){service=\"packing\",instance=\"\(instance)\"\(labels.isEmpty ? "" : ",\(labels)")}"
    }

    /// What an agent serves of the memory of a group, by the end of a family's name.
    private static func memory(_ figures: KeyValuePairs<String, Int>, of instance: String = "east") -> [String: String] {
        Dictionary(uniqueKeysWithValues: figures.map { (packing("service_\($0)_bytes", of: instance), "\($1)x40") })
    }

    /// A service without a unit or a control group of its own, whose main process has others beside it.
    private static let forking = Fleet("forking") {
        FleetService(
            "puma", runtime: .ruby, found: [ProcessMatch(executable: "puma")], limits: ResourceLimits(memory: .mebibytes(512))
        ) {
            Instance("puma-1", metricsPort: 9131)
        }
        Thresholds(.memory(.mebibytes(256), .high))
    }

    private static func puma(_ largest: Int, _ sum: Int, _ count: Int) -> [String: String] {
        let labels = #"service="puma",instance="puma-1""#
        return [
            "service_process_largest_resident_memory_bytes{\(labels)}": "\(largest)x40",
            "service_process_resident_memory_bytes{\(labels)}": "\(sum)x40",
            "worker_memory_usage_bytes{\(labels)}": "\(sum)x40",
            "service_processes{\(labels),state=\"sleeping\"}": "\(count)x40",
        ]
    }

    private static let memories = [
        RuleScenario(
            "five processes of 120 MiB that share 110 are no 600 MiB", of: polyglotFleet,
            memory([
                "process_resident_memory": 631_193_600, "process_largest_resident_memory": 126_000_000,
                "cgroup_memory_unreclaimable": 129_348_736, "cgroup_memory": 500_000_000, "cgroup_memory_max": 536_870_912,
            ]), .at("9m", "MemoryNearLimit", 0), .at("9m", "HighMemory", 0)),
        RuleScenario(
            "processes whose control group cannot drop what it has are near its limit", of: polyglotFleet,
            memory([
                "process_resident_memory": 131_193_600, "process_largest_resident_memory": 31_193_600,
                "cgroup_memory_unreclaimable": 500_000_000, "cgroup_memory_max": 536_870_912,
            ]), .at("9m", "MemoryNearLimit", 1), .at("9m", "HighMemory", 1)),
        RuleScenario(
            "285 MB of a control group of 300 MB are a file in tmpfs", of: polyglotFleet,
            memory([
                "cgroup_memory": 286_224_384, "cgroup_memory_anon": 0, "cgroup_memory_file": 285_003_776,
                "cgroup_memory_shmem": 285_003_776, "cgroup_memory_unreclaimable": 286_100_000,
                "cgroup_memory_max": 299_999_232, "process_largest_resident_memory": 12_000_000,
            ]), .at("9m", "MemoryNearLimit", 1), .at("9m", "HighMemory", 1)),
        RuleScenario(
            "page cache fills a control group to its limit", of: polyglotFleet,
            memory([
                "cgroup_memory": 299_999_232, "cgroup_memory_anon": 20_000_000, "cgroup_memory_file": 279_000_000,
                "cgroup_memory_shmem": 0, "cgroup_memory_unreclaimable": 21_000_000, "cgroup_memory_max": 299_999_232,
                "process_largest_resident_memory": 290_000_000,
            ]), .at("9m", "MemoryNearLimit", 0), .at("9m", "HighMemory", 0)),
        RuleScenario(
            "a service that reports fills tmpfs in its unit", of: shopFleet().varied(for: .production),
            [
                #"service_process_resident_memory_bytes{service="worker",instance="worker-1"}"#: "20000000x40",
                #"service_cgroup_memory_unreclaimable_bytes{service="worker",instance="worker-1"}"#: "980000000x40",
                #"service_cgroup_memory_max_bytes{service="worker",instance="worker-1"}"#: "1073741824x40",
            ], .at("9m", "MemoryNearLimit", 1)),
        RuleScenario(
            "one process whose control group has no limit is near that of its service", of: polyglotFleet,
            [
                #"service_process_largest_resident_memory_bytes{service="database",instance="database-1"}"#: "2140000000x40",
                #"service_cgroup_memory_unreclaimable_bytes{service="database",instance="database-1"}"#: "2100000000x40",
            ], .at("9m", "MemoryNearLimit", 1)),
        RuleScenario(
            "a process of 500 MB has a wrapper and a helper", of: forking, puma(500_000_000, 506_000_000, 3),
            .at("9m", "MemoryNearLimit", 1), .at("9m", "HighMemory", 1)),
        RuleScenario(
            "five processes without a control group share most of their 120 MiB", of: forking,
            puma(125_829_120, 631_193_600, 5), .at("9m", "MemoryNearLimit", 0), .at("9m", "HighMemory", 0)),
    ]

    @Test(arguments: memories)
    func `call whom they should, and nobody else`(scenario: RuleScenario) throws { try scenario.expectItToHold() }
}
