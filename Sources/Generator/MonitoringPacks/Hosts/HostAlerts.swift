import ApusMetrics
import ApusPromQL
import ApusText
public import ApusTopology
import ExporterCatalog

extension Threshold {
    /// The free space of a file system, from 0 to 1.
    public static let freeDisk = ThresholdKey.ratio("freeDisk", 0.1, .high, "disk free")
    /// The time within which a file system will be full if it fills on as it does.
    public static let diskFull = ThresholdKey.duration("diskFull", .seconds(4 * 86_400), .medium, "disk full within")
    /// The free space of a file system, from 0 to 1, below which the alert DiskFillsUp heeds how fast it fills.
    public static let fillingDisk = ThresholdKey.ratio("fillingDisk", 0.4, .medium, "disk free of those that fill up")
    /// The share of a file system's inodes that are free, from 0 to 1.
    public static let freeInodes = ThresholdKey.ratio("freeInodes", 0.05, .high, "inodes free")
    /// The share of time in which some task waited for memory, from 0 to 1.
    public static let memoryPressure = ThresholdKey.ratio("memoryPressure", 0.1, .medium, "memory pressure")
    /// The distance of a host's clock from its reference, ahead or behind.
    public static let clockSkew = ThresholdKey.duration("clockSkew", .milliseconds(50), .medium, "clock skew")
}

extension AlertName {
    static let diskAlmostFull = ofSomeFleets("DiskAlmostFull")
    static let diskFillsUp = ofSomeFleets("DiskFillsUp")
}

/// The hosts, as node_exporter sees them.
struct HostAlerts {
    let fleet: Fleet

    var all: [Alert] {
        fleet.hostMonitoring == nil
            ? []
            : [
                hostUnseen, diskAlmostFull, diskFillsUp, fewInodes, memoryPressure, clockSkew, clockNotSynchronised,
                hostDegraded,
            ]
    }

    private var window: RateWindow { fleet.rateWindow }
    private typealias Filesystem = NodeExporter.Filesystem
    typealias FilesystemKey = SeriesKey<NodeExporter.FilesystemLabels.Key>

    /// The file systems that fill: without those that live in memory, show the kernel's state, or are images made to be full.
    static func disks(_ gauge: Gauge<NodeExporter.FilesystemLabels>) -> Series<Gauge<NodeExporter.FilesystemLabels>> {
        gauge.series.matching(.label(.filesystem), .matchesNot, Self.noDisks)
    }

    private static let noDisks = "tmpfs|ramfs|overlay|squashfs|erofs|iso9660|efivarfs"

    /// File systems that nothing can be written to, so that they do not fill.
    private static var readOnly: InstantVector<FilesystemKey> { Filesystem.readOnly.series.value == 1 }

    /// The share of each file system that can be written to, and is free for others than root.
    static var freeSpace: InstantVector<FilesystemKey> {
        (disks(Filesystem.available).value / (Filesystem.size.series.value > 0)).unless(readOnly)
    }

    /// The share of inodes that is free on each file system that can be written to.
    static var freeInodes: InstantVector<FilesystemKey> {
        (disks(Filesystem.filesFree).value / (Filesystem.files.series.value > 0)).unless(readOnly)
    }

    private func disk(
        _ gauge: Gauge<NodeExporter.FilesystemLabels>, on filesystem: String = "ext4", _ course: InputCourse
    ) -> AlertInput {
        AlertInput(
            gauge,
            [
                .service: HostMonitoring.service, .instance: "host", .label(.device): "/dev/\(filesystem)",
                .label(.filesystem): filesystem, .label(.mountpoint): "/",
            ], course)
    }

    private var hostUnseen: Alert {
        Alert(
            "HostUnseen", when: ScrapeMetrics.up.series.matching(.job, NodeExporter.job).value == 0, severity: .high,
            summary: "A host does not answer.", description: "node_exporter of \(.instance) does not answer Prometheus.",
            runbook: Runbook(
                meaning: "The host is down, or its exporter is.",
                impact: "If the host is down, so is all that runs on it; else nobody sees its disks and memory.",
                queries: [.init("What is scraped", ScrapeMetrics.up.series.value)],
                actions: ["Look whether the host answers: `ping HOST`.", "`systemctl status prometheus-node-exporter` on it."]))
    }

    var diskAlmostFull: Alert {
        let limit = fleet.thresholds[Threshold.freeDisk]
        let full = limit.value / 2
        return Alert(
            .diskAlmostFull, when: Self.freeSpace, below: limit, summary: "A file system is almost full.",
            description: """
                \(.label(.mountpoint)) of \(.instance) has \(value: .percentage) free; \
                the limit is \(limit).
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
                // An image is full from the day on which it was made.
                disk(Filesystem.available, on: "xfs", .constant(0)), disk(Filesystem.size, on: "xfs", .constant(0.5)),
                disk(Filesystem.readOnly, on: "xfs", .constant(1)), disk(Filesystem.readOnly, .constant(0)),
            ])
    }

    /// A new release or a backup that is unpacked looks like a trend for hours; where much is free, there is time to see that it was none.
    private var diskFillsUp: Alert {
        let free = Self.disks(Filesystem.available)
        let horizon = fleet.thresholds[Threshold.diskFull]
        let little = fleet.thresholds[Threshold.fillingDisk]
        let perSecond = -0.5 / horizon.value
        let share = Filesystem.available.series.value / (Filesystem.size.series.value > 0)
        let trend = free.samples(over: .hours(6)).predicted(after: .seconds(horizon.value)).unless(Self.readOnly)
        return Alert(
            .diskFillsUp, when: (trend < 0).and(share < little.value),
            for: .seconds(1800), threshold: horizon, summary: "A file system will be full in some days.",
            description: """
                \(.label(.mountpoint)) of \(.instance) has less than \(little) free, and will be full within \(horizon) if it \
                fills on as in the last six hours.
                """,
            runbook: Runbook(
                meaning: """
                    Less of the file system is free than `Thresholds.fillingDisk`, and a line through the free space of the last six \
                    hours reaches 0 within `Thresholds.diskFull`.
                    """,
                impact: "When it is full, stores and logs stop writing.",
                queries: [.init("Free share", Self.freeSpace)],
                actions: [
                    "See what grows: `du -xh --max-depth=2 MOUNTPOINT`, twice with an hour between.",
                    "Shorten what is kept: retention, rotation of logs.",
                ]),
            inputs: [
                disk(Filesystem.available, .slope(from: 0.2, quiet: 0, bad: perSecond)),
                disk(Filesystem.size, .constant(0.3 / little.value)),
                disk(Filesystem.available, on: "tmpfs", .slope(from: 0.2, quiet: 2 * perSecond, bad: 2 * perSecond)),
                disk(Filesystem.size, on: "tmpfs", .constant(0.3 / little.value)),
                disk(Filesystem.available, on: "xfs", .slope(from: 0.2, quiet: 2 * perSecond, bad: 2 * perSecond)),
                disk(Filesystem.size, on: "xfs", .constant(0.3 / little.value)),
                disk(Filesystem.readOnly, on: "xfs", .constant(1)), disk(Filesystem.readOnly, .constant(0)),
            ],
            furtherInputs: [
                // It fell at once three hours ago, and as much is free since as may be.
                [
                    disk(Filesystem.available, .stages(little.value * 10, [.init(before: .seconds(3 * 3600), little.value)])),
                    disk(Filesystem.size, .level(quiet: 1, bad: 1.0006)), disk(Filesystem.readOnly, .constant(0)),
                ]
            ])
    }

    var fewInodes: Alert {
        let limit = fleet.thresholds[Threshold.freeInodes]
        let full = limit.value / 2
        return Alert(
            "FewInodes", when: Self.freeInodes, below: limit, summary: "A file system can take few more files.",
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
                disk(Filesystem.filesFree, on: "xfs", .constant(0)), disk(Filesystem.files, on: "xfs", .constant(0.5)),
                disk(Filesystem.readOnly, on: "xfs", .constant(1)), disk(Filesystem.readOnly, .constant(0)),
            ])
    }

    var memoryPressure: Alert {
        let limit = fleet.thresholds[Threshold.memoryPressure]
        return Alert(
            "MemoryPressure", when: NodeExporter.Pressure.memoryWaiting.series.rate(over: window), above: limit,
            summary: "Processes of a host wait for memory.",
            description: """
                On \(.instance), some task waited for memory in \(value: .percentage) of the time; \
                the limit is \(limit).
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
        let limit = fleet.thresholds[Threshold.clockSkew]
        return Alert(
            "ClockSkew", when: NodeExporter.Clock.offset.series.value.abs, above: limit,
            summary: "A host's clock is wrong.",
            description: "The clock of \(.instance) is \(value: .decimals(3)) s off its reference.",
            runbook: Runbook(
                meaning: "The clock is further from its reference than `Thresholds.clockSkew`.",
                impact: "What expires does so at different times on different hosts; logs and samples do not fit together.",
                queries: [.init("Whether something keeps it right", NodeExporter.Clock.synchronised.series.value)],
                actions: ["`chronyc tracking`, or `timedatectl timesync-status`.", "`systemctl restart chrony`."]),
            inputs: [
                AlertInput(
                    NodeExporter.Clock.offset, [.service: HostMonitoring.service, .instance: "fast"],
                    .level(quiet: limit.value, bad: limit.value * 1.0006)),
                AlertInput(
                    NodeExporter.Clock.offset, [.service: HostMonitoring.service, .instance: "slow"],
                    .level(quiet: -limit.value, bad: -limit.value * 1.0006)),
            ])
    }

    /// The largest error that the kernel admits to, in seconds: it comes to that when nothing has corrected the clock for long
    /// (`NTP_PHASE_LIMIT` of linux/timex.h).
    private static let largestError = 16.0

    /// A clock that nobody corrects has no offset from a reference, so that ``clockSkew`` says nothing of it.
    private var clockNotSynchronised: Alert {
        typealias Clock = NodeExporter.Clock
        let unsynchronised = Clock.synchronised.series.samples(over: .minutes(5)).minimum == 0
        func input(_ gauge: Gauge<NoLabels>, on instance: String = "one", _ course: InputCourse) -> AlertInput {
            AlertInput(gauge, [.service: HostMonitoring.service, .instance: instance], course)
        }
        return Alert(
            "ClockNotSynchronised", when: unsynchronised.and(Clock.maximumError.series.value >= Self.largestError),
            severity: .medium, summary: "Nothing keeps a host's clock right.",
            description: "Nothing has corrected the clock of \(.instance) for so long that its error is unknown.",
            runbook: Runbook(
                meaning: "No time service corrects the clock, or it reaches none of its servers.",
                impact:
                    "The clock drifts away, by seconds within days: what expires does so too early or too late, and logs and "
                    + "samples do not fit together.",
                queries: [
                    .init("Whether something keeps it right", Clock.synchronised.series.value),
                    .init("Largest error that the clock may have", Clock.maximumError.series.value),
                ],
                actions: [
                    "Look whether a time service runs, and whom it asks: `chronyc sources`, or `timedatectl timesync-status`.",
                    "Look whether its servers can be reached: UDP port 123 must be open to them.",
                    "Start it: `systemctl enable --now chrony`.",
                ]),
            inputs: [
                input(Clock.synchronised, .level(quiet: 1, bad: 0)), input(Clock.maximumError, .constant(Self.largestError)),
            ],
            furtherInputs: [
                [
                    input(Clock.synchronised, .constant(0)),
                    input(Clock.maximumError, .level(quiet: Self.largestError - 0.01, bad: Self.largestError)),
                    input(Clock.synchronised, on: "two", .constant(0)),
                    input(
                        Clock.maximumError, on: "two",
                        .level(quiet: Self.largestError - 0.01, bad: Self.largestError + 1)),
                ]
            ])
    }

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
