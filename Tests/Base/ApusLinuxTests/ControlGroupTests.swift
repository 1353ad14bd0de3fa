import ApusLinux
import Foundation
import HostTesting
import Testing

/// The files of one control group, of both versions.
@Suite struct ControlGroupTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func put(_ text: String, _ path: String) throws {
        let place = folder.path("sys/fs/cgroup/\(path)")
        try FileManager.default.createDirectory(
            atPath: URL(filePath: place).deletingLastPathComponent().path(), withIntermediateDirectories: true)
        try text.write(toFile: place, atomically: false, encoding: .utf8)
    }

    private func root() -> KernelRoot { KernelRoot(folder.path(""), ticksPerSecond: 100, pageSize: 4096) }

    private func read(_ path: String, isWhole: Bool = true, keepsOpen: Bool = true) throws -> ControlGroupReading {
        let root = root()
        var group = try ControlGroup(
            ControlGroupTree(root).folder(path), root: root, isWhole: isWhole, keepsOpen: keepsOpen)
        return try group.read()
    }

    @Test(arguments: [true, false])
    func `version 1 says under its own names what the unified hierarchy has`(keepsOpen: Bool) throws {
        try put("user 1234\nsystem 66\n", "cpuacct/a/cpuacct.stat")
        try put("nr_periods 7\nnr_throttled 3\nthrottled_time 4500000\nwait_sum 9\n", "cpu/a/cpu.stat")
        try put("8192\n", "memory/a/memory.usage_in_bytes")
        try put("16384\n", "memory/a/memory.max_usage_in_bytes")
        try put("9223372036854771712\n", "memory/a/memory.limit_in_bytes")
        try put("5\n", "memory/a/memory.failcnt")
        try put("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", "memory/a/memory.oom_control")
        try put(
            "cache 1\nrss 2\nhierarchical_memory_limit 65536\ntotal_cache 4096\ntotal_rss 12288\ntotal_swap 20480\ntotal_shmem 1024\n",
            "memory/a/memory.stat")
        try put("11\n", "pids/a/pids.current")
        try put("max\n", "pids/a/pids.max")
        try put(
            "8:16 Read 4096\n8:16 Write 512\n8:16 Sync 0\n8:16 Total 4608\nTotal 4608\n",
            "blkio/a/blkio.throttle.io_service_bytes_recursive")
        try put("8:16 Read 3\n8:16 Write 4\nTotal 7\n", "blkio/a/blkio.throttle.io_serviced_recursive")
        try FileManager.default.createDirectory(
            atPath: folder.path("sys/fs/cgroup/systemd/a"), withIntermediateDirectories: true)
        let reading = try read("/a", keepsOpen: keepsOpen)
        let counts = reading.counts.figures
        #expect(counts[.userTime] == 12_340_000 && counts[.systemTime] == 660_000)
        #expect(counts[.periods] == 7 && counts[.throttledPeriods] == 3 && counts[.throttledTime] == 4500)
        #expect(counts[.memoryMax] == 5 && counts[.killedProcesses] == 2 && counts[.outOfMemory] == nil)
        let gauges = reading.gauges
        #expect(gauges[.memory] == 8192 && gauges[.memoryPeak] == 16384 && gauges[.memoryMax] == 65536)
        #expect(gauges[.anonymous] == 12288 && gauges[.files] == 4096 && gauges[.swap] == 20480)
        // What slabs could be shrunk by is not known.
        #expect(gauges[.sharedMemory] == 1024 && gauges[.unreclaimable] == 12288 + 1024)
        #expect(gauges[.tasks] == 11 && gauges[.tasksMax] == nil)
        // A device without a name in sysfs has its number.
        #expect(
            reading.counts.devices == ["8:16": .init(readBytes: 4096, writtenBytes: 512, reads: 3, writes: 4)])
    }

    @Test func `what the unified hierarchy has is not read of version 1, and what it has not is`() throws {
        try put("", "unified/cgroup.controllers")
        try put("usage_usec 8\nuser_usec 5\nsystem_usec 3\n", "unified/a/cpu.stat")
        try put("user 1234\nsystem 66\n", "cpuacct/a/cpuacct.stat")
        try put("8192\n", "memory/a/memory.usage_in_bytes")
        let reading = try read("/a")
        #expect(reading.counts.figures[.userTime] == 5 && reading.counts.figures[.systemTime] == 3)
        #expect(reading.gauges[.memory] == 8192)
        #expect(try read("/a", isWhole: false).gauges[.memory] == nil)
    }

    /// Memory of 1000: what no file is behind, shared memory, page cache that the kernel can drop, pages that are locked, slabs that it
    /// can shrink, and other memory of the kernel.
    @Test(arguments: [
        ("all that there is", "anon 300\nfile 600\nshmem 150\ninactive_file 250\nactive_file 180\nslab_reclaimable 60\n", 510),
        ("page cache alone", "anon 0\nfile 990\nshmem 0\ninactive_file 600\nactive_file 390\nslab_reclaimable 10\n", 0),
        ("tmpfs alone", "anon 0\nfile 950\nshmem 950\ninactive_file 0\nactive_file 0\nslab_reclaimable 0\n", 1000),
        ("locked pages", "anon 100\nfile 800\nshmem 0\ninactive_file 0\nactive_file 0\nslab_reclaimable 90\n", 910),
        ("read later", "anon 10\nfile 1100\nshmem 0\ninactive_file 1000\nactive_file 100\nslab_reclaimable 0\n", 0),
        ("no slabs told", "anon 300\nfile 600\nshmem 150\ninactive_file 250\nactive_file 180\n", 450),
        ("no shared memory told", "anon 300\nfile 600\n", 300),
    ])
    func `what the kernel cannot drop is neither page cache nor without shared memory`(what: String, stat: String, left: Int64)
        throws
    {
        try put("", "cgroup.controllers")
        try put("1000\n", "a/memory.current")
        try put(stat, "a/memory.stat")
        #expect(try read("/a").gauges[.unreclaimable] == left, "\(what)")
    }

    @Test func `without figures of memory nothing is said of what the kernel cannot drop`() throws {
        try put("", "cgroup.controllers")
        try put("1000\n", "a/memory.current")
        #expect(try read("/a").gauges[.unreclaimable] == nil)
    }

    @Test func `every device that is told is read`() throws {
        try put("", "cgroup.controllers")
        let lines = (0..<40).map { "8:\($0) rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n" }
        try put(lines.joined(), "a/io.stat")
        let devices = try read("/a").counts.devices
        #expect(devices.count == 40)
        #expect(devices["8:39"] == .init(readBytes: 1, writtenBytes: 2, reads: 3, writes: 4))
    }

    @Test(arguments: [300, 1000, 3000])
    func `a long list of devices is read whole, or up to its last whole line and said to be cut`(number: Int) throws {
        try put("", "cgroup.controllers")
        let lines = (0..<number).map {
            "8:\($0) rbytes=123456789 wbytes=123456789 rios=123456789 wios=123456789 dbytes=0 dios=0\n"
        }
        try put(lines.joined(), "a/io.stat")
        let reading = try read("/a")
        var bytes = 0
        let whole = lines.prefix { line in
            bytes += line.utf8.count
            return bytes <= ControlGroup.mostDeviceBytes
        }
        #expect(reading.isCut == (number == 3000) && reading.counts.devices.count == whole.count)
        let counts = ControlGroupCounts.DeviceCounts(
            readBytes: 123_456_789, writtenBytes: 123_456_789, reads: 123_456_789, writes: 123_456_789)
        #expect(reading.counts.devices.values.allSatisfy { $0 == counts })
    }

    @Test func `a long list of version 1 is not cut within a number`() throws {
        let lines = (0..<3000).flatMap { device in
            ["Read", "Write", "Sync", "Async", "Discard", "Total"].map { "8:\(device) \($0) 123456789\n" }
        }
        try put(lines.joined(), "blkio/a/blkio.throttle.io_service_bytes_recursive")
        let reading = try read("/a")
        #expect(reading.isCut && reading.counts.devices.count > 500)
        #expect(
            reading.counts.devices.values.allSatisfy { counts in
                [counts.readBytes, counts.writtenBytes].allSatisfy { $0 == 123_456_789 || $0 == 0 }
            })
    }

    @Test(arguments: ["", "some\n", "\0\0\n", "user_usec -4\n", "user_usec 99999999999999999999\n", "user_usec"])
    func `a line of another form says nothing`(text: String) throws {
        try put("", "cgroup.controllers")
        for name in ["cpu.stat", "memory.current", "memory.stat", "io.stat", "cpu.pressure", "memory.events"] {
            try put(text, "a/\(name)")
        }
        #expect(try read("/a") == ControlGroupReading())
    }

    @Test func `a limit of several groups is known where each has one`() throws {
        var groups = [Figures<ControlGroupGauge>(), .init()]
        groups[0][.memory] = 5
        groups[0][.memoryMax] = 10
        groups[1][.memoryMax] = 20
        groups[1][.tasksMax] = 3
        let sum = Figures(sumOf: groups)
        #expect(sum[.memory] == 5 && sum[.memoryMax] == 30 && sum[.tasksMax] == nil)
    }

    /// The limit of memory of groups together, below others with limits.
    private func limit(_ paths: String...) throws -> Int64? {
        let root = root()
        var ceilings = ControlGroupCeilings(root)
        ceilings.read(above: paths)
        return ceilings.sum(of: try paths.map { ($0, try read($0).gauges) })[.memoryMax]
    }

    @Test func `the least limit of a group and of those above it holds, and one of several groups once for all of them`() throws
    {
        try put("", "cgroup.controllers")
        for path in ["a/b/c", "a/b/d", "a/e", "f"] {
            try put("usage_usec 8\nuser_usec 5\nsystem_usec 3\n", "\(path)/cpu.stat")
            try put("max\n", "\(path)/memory.max")
        }
        try put("max\n", "a/memory.max")
        try put("max\n", "a/b/memory.max")
        #expect(try limit("/a/b/c") == nil)
        try put("300\n", "a/b/memory.max")
        #expect(try limit("/a/b/c") == 300 && limit("/a/b/c", "/a/b/d") == 300 && limit("/a/e") == nil)
        #expect(try limit("/a/b/c", "/a/e") == nil)
        try put("200\n", "a/b/c/memory.max")
        #expect(try limit("/a/b/c") == 200 && limit("/a/b/d") == 300 && limit("/a/b/c", "/a/b/d") == 300)
        try put("40\n", "a/b/d/memory.max")
        #expect(try limit("/a/b/c", "/a/b/d") == 240)
        try put("250\n", "a/memory.max")
        #expect(try limit("/a/b/c", "/a/e") == 250 && limit("/f") == nil && limit("/f", "/a/e") == nil)
        // The mount of a container is the container's own group.
        try put("100\n", "memory.max")
        #expect(try limit("/f") == 100 && limit("/f", "/a/b/c") == 100 && limit("/a/b/d") == 40)
    }

    @Test func `limits are read of no group above those that are in sight`() throws {
        try put("", "cgroup.controllers")
        try put("100\n", "memory.max")
        var ceilings = ControlGroupCeilings(root())
        ceilings.read(above: ["/../a", "", "/a"])
        #expect(ceilings.sum(of: [("/../a", .init())])[.memoryMax] == nil)
        #expect(ceilings.sum(of: [])[.memoryMax] == nil && ceilings.sum(of: [("/a", .init())])[.memoryMax] == 100)
    }

    private static let id = String(repeating: "0123456789abcdef", count: 4)

    @Test(arguments: [
        ("0::/system.slice/nginx.service\n", "/system.slice/nginx.service"),
        ("0::/system.slice/nginx.service/workers\n", "/system.slice/nginx.service"),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service\n",
            "/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service"
        ),
        ("0::/docker/\(id)\n", "/docker/\(id)"),
        ("0::/machine.slice/libpod-\(id).scope/container\n", "/machine.slice/libpod-\(id).scope"),
        (
            "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-\(id).scope\n",
            "/kubepods.slice/kubepods-pod1.slice/cri-containerd-\(id).scope"
        ),
        ("1:name=systemd:/system.slice/cron.service\n0::/\n", "/system.slice/cron.service"),
    ])
    func `a unit and a container have a group of their own`(text: String, path: String) {
        #expect(ControlGroups(Array(text.utf8)).ownGroup == path)
    }

    @Test(arguments: [
        "0::/\n", "0::/init.scope\n", "0::/user.slice/user-1000.slice/session-3.scope\n", "0::/../docker/\(id)\n",
        "0::/user.slice/user-1000.slice/user@1000.service/init.scope\n", "0::/process_api/61c95ae3\n", "",
    ])
    func `a session and the root are shared`(text: String) {
        #expect(ControlGroups(Array(text.utf8)).ownGroup == nil)
    }

    @Test func `the id of a container is told by the name of its group`() {
        let id = Self.id
        for path in [
            "/docker/\(id)", "/system.slice/docker-\(id).scope", "/machine.slice/libpod-\(id).scope/container",
            "/kubepods/burstable/pod1234/\(id)", "/kubepods.slice/kubepods-pod1.slice/crio-\(id).scope",
            "/system.slice/containerd.service/kubepods-burstable-pod72e2.slice:cri-containerd:\(id)",
            "/kubepods-besteffort-pod1.slice:crio:\(id)", "/system.slice:docker:\(id)",
        ] {
            #expect(ControlGroups.containerID(in: path).map(String.init) == id, "\(path)")
        }
        for path in [
            "/", "/system.slice/nginx.service", "/machine.slice/libpod-conmon-\(id).scope", "/docker/\(id)0",
            "/a.slice:crio-conmon:\(id)", "/a.slice:cri-containerd:\(id)0",
        ] {
            #expect(ControlGroups.containerID(in: path) == nil, "\(path)")
        }
    }

    // MARK: - The tree

    private func walk(_ bounds: ControlGroupTree.Bounds, _ goesOn: (String) -> Bool = { _ in true }) -> (
        paths: [String], extent: ControlGroupTree.Extent
    ) {
        var paths: [String] = []
        let extent = ControlGroupTree(root()).walk(within: bounds, carrying: ()) { find, _ -> Void? in
            paths.append(find.folder.path)
            return goesOn(find.folder.path) ? () : nil
        }
        return (paths, extent)
    }

    private static let wide = ControlGroupTree.Bounds(folders: 100, depth: 10, time: 10_000_000_000)

    @Test func `a walk goes from the top down, only where it is to, and within its bounds`() throws {
        try put("", "cgroup.controllers")
        for path in ["a", "a/b", "a/b/c", "d", "d/e"] { try put("", "\(path)/cgroup.procs") }
        #expect(walk(Self.wide).paths == ["/a", "/d", "/a/b", "/d/e", "/a/b/c"])
        #expect(walk(Self.wide).extent == .init(listed: 6, found: 5, isCut: false))
        #expect(walk(Self.wide) { $0 != "/a" }.paths == ["/a", "/d", "/d/e"])
        for bounds in [
            ControlGroupTree.Bounds(folders: 2, depth: 10, time: 10_000_000_000),
            .init(folders: 100, depth: 2, time: 10_000_000_000),
        ] {
            let (paths, extent) = walk(bounds)
            #expect(extent.isCut && paths.count < 5 && paths.starts(with: ["/a", "/d"]))
        }
        #expect(walk(.init(folders: 100, depth: 10, time: 0)).extent.isCut)
    }

    @Test func `hierarchies of version 1 and the unified one beside them are walked as one tree`() throws {
        try put("", "unified/cgroup.controllers")
        for path in [
            "systemd/a.slice/a.service", "unified/a.slice/a.service", "memory/a.slice", "memory/docker/c", "blkio/docker/d",
            "unified/only",
        ] {
            try put("", "\(path)/cgroup.procs")
        }
        let (paths, extent) = walk(Self.wide)
        #expect(paths == ["/a.slice", "/docker", "/only", "/a.slice/a.service", "/docker/c", "/docker/d"])
        #expect(extent == .init(listed: 7, found: 6, isCut: false))
    }

    @Test func `where the unified hierarchy is empty systemd's own is walked`() throws {
        try put("", "unified/cgroup.controllers")
        try put("", "systemd/system.slice/a.service/cgroup.procs")
        #expect(walk(Self.wide).paths == ["/system.slice", "/system.slice/a.service"])
    }
}
