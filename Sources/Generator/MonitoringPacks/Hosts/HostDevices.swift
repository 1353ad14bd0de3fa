import ApusDashboards
import ApusMetrics
import ApusPromQL
import ApusTopology
import ExporterCatalog

/// What a host's disks, network and clock do.
struct HostDevices {
    let fleet: Fleet

    private typealias Disk = NodeExporter.Disk
    private typealias Network = NodeExporter.Network
    private typealias Clock = NodeExporter.Clock

    @ListBuilder<PanelRow> var rows: [PanelRow] {
        PanelRow("Disks") { [busy, operations, latency] }
        PanelRow { [throughput, space, inodes] }
        PanelRow("Network") { [traffic, errors, connections] }
        PanelRow { [retransmits, tracked, listen] }
        PanelRow("Clock and kernel") { [offset, synchronised, files] }
    }

    // MARK: - Disks

    /// Without what only stands for other devices.
    private func disk(_ counter: Counter<NodeExporter.DeviceLabels>) -> InstantVector<SeriesKey<NodeExporter.DeviceLabels.Key>>
    {
        counter.series.matching(.label(.device), .matchesNot, "loop.*|ram.*|zram.*").rate(over: .rateInterval)
    }

    private var busy: Panel {
        Panel("Disks in use", description: "Share of time in which a disk had work.", unit: .ratio) {
            PanelQuery(disk(Disk.busyTime), legend: "\(.label(.device))")
        }.range(from: 0, to: 1)
    }

    private var operations: Panel {
        Panel("Disk operations", description: "Reads per second, and writes below zero.", unit: .ioPerSecond) {
            PanelQuery(disk(Disk.reads), legend: "\(.label(.device)): reads")
            PanelQuery(disk(Disk.writes), legend: "\(.label(.device)): writes")
        }.range(from: nil, to: nil).overrides(.matching(".*writes", .negative))
    }

    private var latency: Panel {
        Panel(
            "Time of disk operations", description: "Mean time of a read and of a write; a gap while there is none.",
            unit: .seconds
        ) {
            PanelQuery(disk(Disk.readTime) / (disk(Disk.reads) > 0), legend: "\(.label(.device)): read")
            PanelQuery(disk(Disk.writeTime) / (disk(Disk.writes) > 0), legend: "\(.label(.device)): write")
        }
    }

    private var throughput: Panel {
        Panel("Disk throughput", description: "Bytes read per second, and written below zero.", unit: .bytesPerSecond) {
            PanelQuery(disk(Disk.readBytes), legend: "\(.label(.device)): read")
            PanelQuery(disk(Disk.writtenBytes), legend: "\(.label(.device)): written")
        }.range(from: nil, to: nil).overrides(.matching(".*written", .negative))
    }

    private var space: Panel {
        Panel(
            "Free space", description: "Share of each file system that can be written to, free for others than root.",
            unit: .ratio
        ) {
            PanelQuery(HostAlerts.freeSpace, legend: "\(.label(.mountpoint))")
        }.range(from: 0, to: 1).thresholds(.limit(of: HostAlerts(fleet: fleet).diskAlmostFull))
    }

    private var inodes: Panel {
        Panel(
            "Free inodes", description: "Share of inodes that is free on each file system that can be written to.", unit: .ratio
        ) {
            PanelQuery(HostAlerts.freeInodes, legend: "\(.label(.mountpoint))")
        }.range(from: 0, to: 1).thresholds(.limit(of: HostAlerts(fleet: fleet).fewInodes))
    }

    // MARK: - Network

    /// Without those that no cable leads to.
    private func network(_ counter: Counter<NodeExporter.DeviceLabels>) -> InstantVector<
        SeriesKey<NodeExporter.DeviceLabels.Key>
    > {
        counter.series.matching(.label(.device), .matchesNot, "lo|veth.*|docker.*|br-.*").rate(over: .rateInterval)
    }

    private var traffic: Panel {
        Panel("Traffic", description: "Bytes received per second, and sent below zero.", unit: .bytesPerSecond) {
            PanelQuery(network(Network.receivedBytes), legend: "\(.label(.device)): received")
            PanelQuery(network(Network.sentBytes), legend: "\(.label(.device)): sent")
        }.range(from: nil, to: nil).overrides(.matching(".*sent", .negative))
    }

    private var errors: Panel {
        Panel("Errors and drops", description: "Packets per second that were damaged or dropped.", unit: .packetsPerSecond) {
            PanelQuery(network(Network.receiveErrors), legend: "\(.label(.device)): damaged in")
            PanelQuery(network(Network.sendErrors), legend: "\(.label(.device)): damaged out")
            PanelQuery(network(Network.receiveDrops), legend: "\(.label(.device)): dropped in")
            PanelQuery(network(Network.sendDrops), legend: "\(.label(.device)): dropped out")
        }
    }

    private var connections: Panel {
        Panel("TCP connections", description: "Established connections, and sockets that wait after their end.", unit: .count) {
            PanelQuery(Network.establishedConnections.series.value, legend: "established")
            PanelQuery(Network.socketsInTimeWait.series.value, legend: "time wait")
        }
    }

    private var retransmits: Panel {
        let share =
            Network.segmentsRetransmitted.series.rate(over: .rateInterval)
            / (Network.segmentsSent.series.rate(over: .rateInterval) > 0)
        return Panel(
            "Sent again", description: "TCP segments that were sent again among all; a gap while none is sent.", unit: .ratio
        ) {
            PanelQuery(share, legend: "\(.instance)")
        }
    }

    private var tracked: Panel {
        let share =
            Network.trackedConnections.series.value / (Network.trackedConnectionsLimit.series.value > 0)
        return Panel(
            "Tracked connections", description: "Entries of the firewall's table among those that it takes.", unit: .ratio
        ) {
            PanelQuery(share, legend: "\(.instance)")
        }.range(from: 0, to: 1)
    }

    private var listen: Panel {
        Panel("Full backlogs", description: "Connections per second that a listening socket had no room for.", unit: .perSecond)
        {
            PanelQuery(Network.listenOverflows.series.rate(over: .rateInterval), legend: "overflows")
            PanelQuery(Network.listenDrops.series.rate(over: .rateInterval), legend: "drops")
        }
    }

    // MARK: - Clock and kernel

    private var offset: Panel {
        // Ahead or behind: the alert looks at the size alone.
        let skew = fleet.thresholds[Threshold.clockSkew].value
        return Panel("Clock", description: "How far the clock is from its reference.", unit: .seconds) {
            PanelQuery(Clock.offset.series.value, legend: "\(.instance)")
        }.range(from: nil, to: nil).thresholds(
            PanelThresholds(
                base: .red,
                [
                    .init(from: -skew, .green), .init(from: skew, .red),
                ]))
    }

    private var synchronised: Panel {
        Panel("Clock kept right", description: "Whether something keeps the clock right.", kind: .stateTimeline, unit: .none) {
            PanelQuery(Clock.synchronised.series.value, legend: "\(.instance)")
        }.saying("yes", or: "no")
    }

    private var files: Panel {
        let share = NodeExporter.Kernel.openFiles.series.value / (NodeExporter.Kernel.openFilesLimit.series.value > 0)
        return Panel("Open files of the host", description: "Open files among those that the kernel allows.", unit: .ratio) {
            PanelQuery(share, legend: "\(.instance)")
        }.range(from: 0, to: 1)
    }
}
