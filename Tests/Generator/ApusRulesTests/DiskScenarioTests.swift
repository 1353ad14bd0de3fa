import ApusTopology
import GeneratorTesting
import MonitoringPacks
import Testing

/// Disks that fill: what must call, and what must not.
@Suite struct `Events of disks` {
    private static func fleet(_ thresholds: Threshold...) -> Fleet {
        Fleet("disks") {
            FleetService("worker", role: .worker) { Instance("worker-1", metricsPort: 9091) }
            HostMonitoring()
            for threshold in thresholds { Thresholds(threshold) }
        }
    }

    private static let disk = #"{service="node",instance="host",device="/dev/sda1",fstype="ext4",mountpoint="/srv"}"#

    /// A disk of 1 TB that loses so many GB every five minutes.
    private static func disk(of free: Double, less: Double) -> [String: String] {
        let steps = Int(min(120, free / less))
        return [
            "node_filesystem_avail_bytes\(disk)": "\(Int(free * 1e9))-\(Int(less * 1e9))x\(steps)",
            "node_filesystem_size_bytes\(disk)": "1000000000000x\(steps)",
        ]
    }

    private static let scenarios: [RuleScenario] = [
        RuleScenario(
            "a disk of which 84 % are free takes 100 GB within six hours", of: fleet(), every: "5m",
            disk(of: 890, less: 1.4), .at("4h", "DiskFillsUp", 0), .at("6h", "DiskFillsUp", 0), .at("9h", "DiskFillsUp", 0)),
        RuleScenario(
            "a disk of which 35 % are free takes 50 GB within six hours", of: fleet(), every: "5m", disk(of: 390, less: 0.7),
            .at("8h", "DiskFillsUp", 1)),
        RuleScenario(
            "a disk of which 35 % are free will be full in weeks", of: fleet(), every: "5m", disk(of: 360, less: 0.02),
            .at("8h", "DiskFillsUp", 0)),
        RuleScenario(
            "a disk of which 84 % are free fills up, for a fleet that wants to know", of: fleet(.fillingDisk(0.9)),
            every: "5m", disk(of: 890, less: 1.4), .at("8h", "DiskFillsUp", 1)),
    ]

    @Test(arguments: scenarios)
    func `call whom they should, and nobody else`(scenario: RuleScenario) throws { try scenario.expectItToHold() }
}
