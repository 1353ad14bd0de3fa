public import ApusMetrics

/// The machine: processors, memory, disks, network, clock, as node_exporter serves them.
public enum NodeExporter {
    /// What it is called, the version that this was read from, and its families.
    public static let exporter = Exporter(
        name: "node_exporter", version: "1.5.0",
        subsystems: [
            ("Processors", CPU.families),
            ("Load", Load.families),
            ("Pressure", Pressure.families),
            ("Memory", Memory.families),
            ("Disks", Disk.families),
            ("Filesystems", Filesystem.families),
            ("RAID", RAID.families),
            ("Network", Network.families),
            ("Packet processing", Softnet.families),
            ("Clock", Clock.families),
            ("Kernel", Kernel.families),
            ("Units of systemd", Systemd.families),
            ("The exporter", Scrape.families),
        ])

    /// All its families.
    public static var families: [MetricFamily] { exporter.families }
}
