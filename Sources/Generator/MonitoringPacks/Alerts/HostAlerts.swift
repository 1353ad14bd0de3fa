import ApusMetrics
import ApusPromQL
import ApusRules
import ApusText
import ApusTopology
import ExporterCatalog

/// The hosts, as node_exporter sees them.
struct HostAlerts {
    let fleet: Fleet

    var all: [Alert] {
        fleet.hostMonitoring == nil
            ? [] : [hostUnseen, diskAlmostFull, diskFillsUp, fewInodes, memoryPressure, clockSkew, hostDegraded]
    }

    private var window: RateWindow { fleet.rateWindow }
    private typealias Filesystem = NodeExporter.Filesystem
    private typealias FilesystemKey = SeriesKey<NodeExporter.FilesystemLabels.Key>

    /// Without those that live in memory or show the kernel's state.
    static func disks(_ gauge: Gauge<NodeExporter.FilesystemLabels>) -> Series<Gauge<NodeExporter.FilesystemLabels>> {
        gauge.series.matching(.label(.filesystem), .matchesNot, Self.noDisks)
    }

    private static let noDisks = "tmpfs|ramfs|squashfs|overlay"

    private func disk(
        _ gauge: Gauge<NodeExporter.FilesystemLabels>, on filesystem: String = "ext4", _ course: InputCourse
    ) -> AlertInput {
        AlertInput(
            gauge,
            [
                .service: "node", .instance: "host", .label(.device): "/dev/\(filesystem)", .label(.filesystem): filesystem,
                .label(.mountpoint): "/",
            ], course)
    }

    private var hostUnseen: Alert {
        Alert(
            "HostUnseen", when: ScrapeMetrics.up.series.matching(.job, "node").value == 0, severity: .high,
            summary: "A host does not answer.", description: "node_exporter of \(.instance) does not answer Prometheus.",
            runbook: Runbook(
                meaning: "The host is down, or its exporter is.",
                impact: "If the host is down, so is all that runs on it; else nobody sees its disks and memory.",
                queries: [.init("What is scraped", ScrapeMetrics.up.series.value)],
                actions: ["Look whether the host answers: `ping HOST`.", "`systemctl status prometheus-node-exporter` on it."]))
    }

    private var diskAlmostFull: Alert {
        let limit = fleet.thresholds.freeDisk
        let free = Self.disks(Filesystem.available).value / (Filesystem.size.series.value > 0)
        let full = limit.value / 2
        return Alert(
            "DiskAlmostFull", when: free < limit.value, severity: limit.severity, summary: "A file system is almost full.",
            description: """
                \(.label(.mountpoint)) of \(.instance) has \(value: .percentage) free; \
                the limit is \(text: ValueFormat.percentage.rendered(limit.value)).
                """,
            runbook: Runbook(
                meaning: "Less of the file system is free than `Thresholds.freeDisk`.",
                impact: "When it is full, stores and logs stop writing.",
                queries: [.init("Free bytes", Filesystem.available.series.value)],
                actions: [
                    "See what takes it: `du -xh --max-depth=2 MOUNTPOINT | sort -h | tail`.",
                    "Cut the journal: `journalctl --vacuum-size=500M`.",
                ]),
            inputs: [
                disk(Filesystem.available, .level(quiet: full, bad: full * 0.9994)),
                disk(Filesystem.size, .constant(0.5)), disk(Filesystem.available, on: "tmpfs", .constant(0.001)),
                disk(Filesystem.size, on: "tmpfs", .constant(0.5)),
            ])
    }

    /// By the growth of the last six hours, within four days.
    private var diskFillsUp: Alert {
        let free = Self.disks(Filesystem.available)
        let perSecond = -0.5 / (Self.horizon / .seconds(1))
        return Alert(
            "DiskFillsUp", when: free.samples(over: .hours(6)).predicted(after: Self.horizon) < 0, for: .seconds(1800),
            severity: .medium, summary: "A file system will be full in some days.",
            description: """
                \(.label(.mountpoint)) of \(.instance) will be full within \(text: DurationText.string(Self.horizon)) if it fills \
                on as in the last six hours.
                """,
            runbook: Runbook(
                meaning: "A line through the free space of the last six hours reaches 0 within four days.",
                impact: "When it is full, stores and logs stop writing.",
                queries: [.init("Free share", free.value / (Filesystem.size.series.value > 0))],
                actions: [
                    "See what grows: `du -xh --max-depth=2 MOUNTPOINT`, twice with an hour between.",
                    "Shorten what is kept: retention, rotation of logs.",
                ]),
            inputs: [
                disk(Filesystem.available, .slope(from: 0.2, quiet: 0, bad: perSecond)),
                disk(Filesystem.available, on: "tmpfs", .slope(from: 0.2, quiet: 2 * perSecond, bad: 2 * perSecond)),
            ])
    }

    private static let horizon = Duration.seconds(4 * 86_400)

    private var fewInodes: Alert {
        let free = Self.disks(Filesystem.filesFree).value / (Filesystem.files.series.value > 0)
        let full = Self.freeInodes / 2
        return Alert(
            "FewInodes", when: free < Self.freeInodes, severity: .high, summary: "A file system can take few more files.",
            description: "\(.label(.mountpoint)) of \(.instance) has \(value: .percentage) of its inodes free.",
            runbook: Runbook(
                meaning: "Nearly as many files exist as the file system can hold.",
                impact: "No file can be made, though space is free.",
                queries: [.init("Free inodes", Filesystem.filesFree.series.value)],
                actions: ["Find the folder: `du --inodes -x --max-depth=2 MOUNTPOINT | sort -n | tail`."]),
            inputs: [
                disk(Filesystem.filesFree, .level(quiet: full, bad: full * 0.9994)),
                disk(Filesystem.files, .constant(0.5)), disk(Filesystem.filesFree, on: "tmpfs", .constant(0.001)),
                disk(Filesystem.files, on: "tmpfs", .constant(0.5)),
            ])
    }

    static let freeInodes = 0.05

    private var memoryPressure: Alert {
        let limit = fleet.thresholds.memoryPressure
        return Alert(
            "MemoryPressure", when: NodeExporter.Pressure.memoryWaiting.series.rate(over: window) > limit.value,
            severity: limit.severity, summary: "Processes of a host wait for memory.",
            description: """
                On \(.instance), some task waited for memory in \(value: .percentage) of the time; \
                the limit is \(text: ValueFormat.percentage.rendered(limit.value)).
                """,
            runbook: Runbook(
                meaning:
                    "The kernel reclaims memory while tasks wait (PSI), more than `Thresholds.memoryPressure` of the time.",
                impact: "Everything on the host slows down; kills for want of memory are near.",
                queries: [
                    .init("Available memory", NodeExporter.Memory.available.series.value),
                    .init("Time in which all tasks waited", NodeExporter.Pressure.memoryStalled.series.rate(over: window)),
                ],
                actions: ["See what takes it: `systemd-cgtop -m`.", "Move something to another host, or add memory."]))
    }

    private var clockSkew: Alert {
        Alert(
            "ClockSkew", when: NodeExporter.Clock.offset.series.value.abs > Self.skew, severity: .medium,
            summary: "A host's clock is wrong.",
            description: "The clock of \(.instance) is \(value: .decimals(3)) s off its reference.",
            runbook: Runbook(
                meaning: "The clock is further from its reference than 50 ms.",
                impact: "Leases of notifications end at different times on different hosts, so that work is done twice.",
                queries: [.init("Whether something keeps it right", NodeExporter.Clock.synchronised.series.value)],
                actions: ["`chronyc tracking`, or `timedatectl timesync-status`.", "`systemctl restart chrony`."]),
            inputs: [
                AlertInput(
                    NodeExporter.Clock.offset, [.service: "node", .instance: "fast"],
                    .level(quiet: Self.skew, bad: Self.skew * 1.0006)),
                AlertInput(
                    NodeExporter.Clock.offset, [.service: "node", .instance: "slow"],
                    .level(quiet: -Self.skew, bad: -Self.skew * 1.0006)),
            ])
    }

    static let skew = 0.05

    private var hostDegraded: Alert {
        Alert(
            "HostDegraded",
            when: NodeExporter.Systemd.unitState.series.matching(.label(.state), "failed").value == 1, severity: .medium,
            summary: "A unit of a host has failed.", description: "\(.label(.name)) has failed on \(.instance).",
            runbook: Runbook(
                meaning: "systemd has a unit in state failed, of the fleet or not.", impact: "Depends on the unit.",
                queries: [.init("Whether all runs that should", NodeExporter.Systemd.running.series.value)],
                actions: [
                    "`systemctl --failed`, `journalctl -u UNIT -n 100`.", "`systemctl reset-failed UNIT` once it is mended.",
                ]))
    }
}
