import Glibc

/// A file that the kernel has in the folder of each control group, and what is taken of it (cgroup-v2 and cgroup-v1 of the kernel's guide for
/// administrators).
struct ControlGroupFile: Sendable {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// The controller of version 1 whose hierarchy has it; `nil`: the unified one has it.
    let controller: String?
    let name: String
    /// The file of the unified hierarchy that says the same.
    let better: String?
    /// Whether it says the CPU time.
    let isOfTime: Bool
    /// Bytes that are read of it.
    let capacity: Int
    /// Whether it has some lines for each block device, so that it is read again where it is longer.
    let isOfDevices: Bool
    let take: @Sendable (Bytes, KernelRoot, inout ControlGroupReading) -> Void

    private init(
        _ name: String, capacity: Int = 4096, isOfTime: Bool = false, isOfDevices: Bool = false, of controller: String? = nil,
        unless better: String? = nil,
        _ take: @escaping @Sendable (Bytes, KernelRoot, inout ControlGroupReading) -> Void
    ) {
        self.name = name
        self.capacity = capacity
        self.isOfTime = isOfTime
        self.isOfDevices = isOfDevices
        self.controller = controller
        self.better = better
        self.take = take
    }

    /// Bytes that are read of a file with lines for each block device.
    static let mostDeviceBytes = 1 << 17

    /// Reads it, and takes what it says. Of one that is longer than what is read, what comes after the last whole line is left out.
    ///
    /// - Throws: ``LinuxError``.
    func take(from file: ProcFile, _ root: KernelRoot, _ reading: inout ControlGroupReading) throws(LinuxError) {
        let isLonger = try file.read(capacity: capacity) { bytes -> Bool? in
            if isOfDevices, bytes.count == capacity { return true }
            take(bytes, root, &reading)
            return false
        }
        guard isLonger else { return }
        reading.isCut =
            try file.read(capacity: Self.mostDeviceBytes) { bytes -> Bool? in
                let isCut = bytes.count == Self.mostDeviceBytes
                let end = isCut ? bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0 : bytes.count
                // In bounds: what comes before one of the bytes.
                take(Bytes(rebasing: bytes[..<end]), root, &reading)
                return isCut
            } || reading.isCut
    }

    /// Where it is of a group; `nil` where that is not in sight.
    func path(of group: String, _ root: KernelRoot) -> String? {
        if let controller { return "\(root.hierarchies)/\(controller)\(group)/\(name)" }
        return root.unifiedFolder(of: group).map { "\($0)/\(name)" }
    }

    /// All of them, that of the CPU time first.
    static let all = unified + versionOne

    /// The files of the unified hierarchy that say limits.
    static let limits = [gauge("memory.high", .memoryHigh), gauge("memory.max", .memoryMax), gauge("pids.max", .tasksMax)]

    // MARK: - The unified hierarchy

    private static let unified: [ControlGroupFile] =
        [
            ControlGroupFile("cpu.stat", isOfTime: true) { bytes, _, reading in
                bytes.forEachNumber { key, number in
                    counter(ofCPU: key).map { reading.counts.figures[$0] = number }
                }
            },
            gauge("memory.current", .memory), gauge("memory.peak", .memoryPeak), gauge("memory.swap.current", .swap),
            gauge("pids.current", .tasks),
            ControlGroupFile("memory.stat", capacity: 16_384) { bytes, _, reading in
                bytes.forEachNumber { key, number in
                    if key.isText("anon") { reading.gauges[.anonymous] = number }
                    if key.isText("file") { reading.gauges[.files] = number }
                    if key.isText("shmem") { reading.gauges[.sharedMemory] = number }
                    if key.isText("inactive_file") || key.isText("active_file") {
                        reading.gauges[.droppableFiles] = (reading.gauges[.droppableFiles] ?? 0) + number
                    }
                    if key.isText("slab_reclaimable") { reading.gauges[.droppableSlabs] = number }
                }
            },
            ControlGroupFile("memory.events") { bytes, _, reading in
                bytes.forEachNumber { key, number in
                    counter(ofMemory: key).map { reading.counts.figures[$0] = number }
                }
            },
            ControlGroupFile("io.stat", capacity: 16_384, isOfDevices: true) { $0.takeDevices($1, &$2) },
        ] + limits + [
            pressure("cpu", .waitingForCPU, .stalledForCPU), pressure("memory", .waitingForMemory, .stalledForMemory),
            pressure("io", .waitingForIO, .stalledForIO),
        ]

    private static func counter(ofCPU key: Bytes.SubSequence) -> ControlGroupCounter? {
        if key.isText("user_usec") { return .userTime }
        if key.isText("system_usec") { return .systemTime }
        if key.isText("nr_periods") { return .periods }
        if key.isText("nr_throttled") { return .throttledPeriods }
        return key.isText("throttled_usec") ? .throttledTime : nil
    }

    private static func counter(ofMemory key: Bytes.SubSequence) -> ControlGroupCounter? {
        if key.isText("high") { return .memoryHigh }
        if key.isText("max") { return .memoryMax }
        if key.isText("oom") { return .outOfMemory }
        return key.isText("oom_kill") ? .killedProcesses : nil
    }

    /// A file of one number, or of `max` where there is no limit.
    private static func gauge(
        _ name: String, _ gauge: ControlGroupGauge, of controller: String? = nil, unless better: String? = nil
    ) -> ControlGroupFile {
        ControlGroupFile(name, capacity: 64, of: controller, unless: better) { bytes, root, reading in
            guard let number = bytes[...].number else { return }
            // The largest number of pages stands for no limit in version 1.
            reading.gauges[gauge] = controller == nil || number < Int64.max - Int64(root.pageSize) ? number : nil
        }
    }

    private static func pressure(
        _ resource: String, _ waiting: ControlGroupCounter, _ stalled: ControlGroupCounter
    ) -> ControlGroupFile {
        ControlGroupFile("\(resource).pressure") { bytes, _, reading in
            guard let stalls = Stalls(bytes) else { return }
            reading.counts.figures[waiting] = stalls.some
            reading.counts.figures[stalled] = stalls.full
        }
    }

    // MARK: - Version 1

    private static let versionOne: [ControlGroupFile] = [
        ControlGroupFile("cpuacct.stat", isOfTime: true, of: "cpuacct", unless: "cpu.stat") { bytes, root, reading in
            bytes.forEachNumber { key, ticks in
                let microseconds = Int64(Double(ticks) * 1e6 / root.ticksPerSecond)
                if key.isText("user") { reading.counts.figures[.userTime] = microseconds }
                if key.isText("system") { reading.counts.figures[.systemTime] = microseconds }
            }
        },
        ControlGroupFile("cpu.stat", of: "cpu", unless: "cpu.max") { bytes, _, reading in
            bytes.forEachNumber { key, number in
                if key.isText("nr_periods") { reading.counts.figures[.periods] = number }
                if key.isText("nr_throttled") { reading.counts.figures[.throttledPeriods] = number }
                // Nanoseconds.
                if key.isText("throttled_time") { reading.counts.figures[.throttledTime] = number / 1000 }
            }
        },
        gauge("memory.usage_in_bytes", .memory, of: "memory", unless: "memory.current"),
        gauge("memory.max_usage_in_bytes", .memoryPeak, of: "memory", unless: "memory.current"),
        gauge("memory.limit_in_bytes", .memoryMax, of: "memory", unless: "memory.current"),
        ControlGroupFile("memory.failcnt", capacity: 64, of: "memory", unless: "memory.current") { bytes, _, reading in
            reading.counts.figures[.memoryMax] = bytes[...].number
            reading.counts.hasOwnMemoryEvents = true
        },
        ControlGroupFile("memory.oom_control", of: "memory", unless: "memory.current") { bytes, _, reading in
            bytes.forEachNumber { key, number in
                if key.isText("oom_kill") {
                    reading.counts.figures[.killedProcesses] = number
                    reading.counts.hasOwnMemoryEvents = true
                }
            }
        },
        ControlGroupFile("memory.stat", capacity: 16_384, of: "memory", unless: "memory.current") { bytes, root, reading in
            bytes.forEachNumber { key, number in
                // The least of its limit and of those above it.
                if key.isText("hierarchical_memory_limit"), number < Int64.max - Int64(root.pageSize) {
                    reading.gauges[.memoryMax] = min(reading.gauges[.memoryMax] ?? .max, number)
                }
                if key.isText("total_rss") { reading.gauges[.anonymous] = number }
                if key.isText("total_cache") { reading.gauges[.files] = number }
                if key.isText("total_shmem") { reading.gauges[.sharedMemory] = number }
                if key.isText("total_swap") { reading.gauges[.swap] = number }
            }
        },
        gauge("pids.current", .tasks, of: "pids", unless: "pids.current"),
        gauge("pids.max", .tasksMax, of: "pids", unless: "pids.current"),
        ControlGroupFile(
            "blkio.throttle.io_service_bytes_recursive", capacity: 16_384, isOfDevices: true, of: "blkio", unless: "io.stat"
        ) {
            $0.takeDeviceLines($1, &$2, read: \.readBytes, written: \.writtenBytes)
        },
        ControlGroupFile(
            "blkio.throttle.io_serviced_recursive", capacity: 16_384, isOfDevices: true, of: "blkio", unless: "io.stat"
        ) {
            $0.takeDeviceLines($1, &$2, read: \.reads, written: \.writes)
        },
    ]
}
