import ApusLinux
import Glibc
import HostTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct BoundedReadsTests {
    private let root = KernelRoot()

    @Test func `a process that nobody may look into holds up nobody`() async throws {
        let stuck = try await StuckProcess(["apus-stuck"])
        defer { stuck.stop() }
        let start = ContinuousClock.now
        let facts = try ProcessFacts(of: stuck.pid, root: root)
        #expect(facts.command == nil && facts.executable?.contains("python3") == true && !facts.hasEnded)
        #expect(root.reads.held == [stuck.pid])
        // What can be had without its arguments is.
        #expect(try ProcessFacts(of: stuck.pid, root: root, for: [.user, .controlGroups, .executable]).command == nil)
        #expect(ProcessMark(of: stuck.pid, [.user, .executable, .controlGroups], root: root) != nil)
        #expect(ProcessMark(of: stuck.pid, .command, root: root) == nil)
        let watched = try WatchedProcess(pid: stuck.pid, root: root)
        #expect(try watched.sample(at: 0).threads >= 2)
        let error = #expect(throws: LinuxError.self) { try watched.proportionalPart(ofResident: 1 << 20) }
        #expect(error?.isHeldUp == true)
        // Without the bound each of these would wait until the file system is gone.
        #expect(ContinuousClock.now - start < .seconds(30))
        stuck.stop()
        let root = root
        try await eventually("the threads are back") { root.reads.held.isEmpty }
        #expect(try ProcessFacts(of: getpid(), root: root).command?.isEmpty == false)
    }

    @Test func `among several that are looked at in one call the others have their marks`() async throws {
        let stuck = try await StuckProcess()
        defer { stuck.stop() }
        let sleepers = try (0..<3).map { _ in try RunningProgram("/bin/sleep", ["300"]) }
        let pids = [sleepers[0].pid, stuck.pid, sleepers[1].pid, sleepers[2].pid]
        for _ in 0..<3 {
            let marks = ProcessMark.marks(of: pids, [.command, .user], root: root)
            #expect(Set(marks.keys) == Set(sleepers.map(\.pid)))
        }
        #expect(root.reads.held == [stuck.pid])
        #expect(
            ProcessMark.marks(of: pids, .command, root: root)[sleepers[0].pid]
                == ProcessMark(of: sleepers[0].pid, .command, root: root))
    }

    /// Reads that wait for as long as a test likes.
    private final class Gate: Sendable {
        private let isOpen = Atomic<Bool>(false)
        let entered = Atomic<Int>(0)
        func open() { isOpen.store(true, ordering: .releasing) }
        func pass() {
            entered.add(1, ordering: .relaxed)
            while !isOpen.load(ordering: .acquiring) { usleep(1000) }
        }
    }

    /// Processes whose users are told by their numbers.
    private struct Owners: ProcessOwners {
        var each: Int32 = 100
        var start: UInt64 = 1
        func owner(of pid: Int32) -> UInt32? { UInt32(pid / each) }
        func startTicks(of pid: Int32) -> UInt64? { start }
    }

    private func read(
        _ reads: BoundedReads, _ pid: Int32, patience: Duration = BoundedReads.patience, _ owners: Owners = Owners(),
        _ body: @escaping @Sendable () -> Void = {}
    ) -> LinuxError? {
        do throws(LinuxError) {
            try reads.read(of: pid, path: "/proc/\(pid)/cmdline", patience: patience, root: owners) { _ in .success(body()) }
            return nil
        } catch { return error }
    }

    @Test func `a user whose processes hold others up pays alone, and a number that is somebody else's by now is read`()
        async throws
    {
        let reads = BoundedReads()
        let gate = Gate()
        defer { gate.open() }
        #expect(read(reads, 100) == nil)
        for pid: Int32 in 101...130 {
            // Less than a fraction of what a user may cost.
            #expect(read(reads, pid, patience: .milliseconds(2)) { gate.pass() } == .heldUp(path: "/proc/\(pid)/cmdline"))
        }
        #expect(gate.entered.load(ordering: .relaxed) == BoundedReads.mostLeftOfUser, "others were not even begun")
        #expect(reads.held == Set(101...116))
        #expect(read(reads, 150)?.isHeldUp == true, "another one of the user")
        #expect(read(reads, 200) == nil)
        // The same number, of another user.
        #expect(read(reads, 101, Owners(each: 10))?.isHeldUp == true)
        #expect(read(reads, 101, Owners(each: 10, start: 2)) == nil)
        gate.open()
        try await eventually("those are back") { reads.held.isEmpty }
        #expect(read(reads, 150) == nil)
    }

    @Test func `a user whose processes have others wait a little each time pays alone`() throws {
        let reads = BoundedReads()
        let slow = (100..<200).prefix { pid in read(reads, pid) { usleep(9000) } == nil }
        // A fifth of a second in all.
        #expect((3...24).contains(slow.count), "\(slow.count)")
        #expect(read(reads, 200) == nil)
        // Many users together.
        let start = ContinuousClock.now
        for pid: Int32 in stride(from: 1000, to: 60_000, by: 100) { _ = read(reads, pid) { usleep(4000) } }
        #expect(ContinuousClock.now - start < .seconds(12))
    }

    @Test func `work that waits for nobody costs a user nothing`() throws {
        let reads = BoundedReads()
        @Sendable func spin() {
            let end = ContinuousClock.now + .milliseconds(20)
            while ContinuousClock.now < end {}
        }
        let done = (0..<30).count { _ in read(reads, 100) { spin() } == nil }
        #expect(done >= 25, "\(done)")
        // One that has no processor for longer than it is waited for is no other's fault.
        #expect(
            read(reads, 100) {
                let end = ContinuousClock.now + .milliseconds(120)
                while ContinuousClock.now < end {}
            } == nil)
    }

    @Test func `of several that are read in one call each answers for itself`() async throws {
        let reads = BoundedReads()
        let gate = Gate()
        defer { gate.open() }
        let seen = Mutex<[Int32]>([])
        let held = #expect(throws: LinuxError.self) {
            let _: Int = try reads.read(of: 100, path: "", root: Owners()) { progress in
                for pid: Int32 in [100, 200, 300, 400] {
                    guard progress.advance(to: pid) else { break }
                    seen.withLock { $0.append(pid) }
                    if pid == 200 { gate.pass() }
                }
                return .success(0)
            }
        }
        #expect(held?.isHeldUp == true && reads.held == [200])
        gate.open()
        try await eventually("it is back") { reads.held.isEmpty }
        #expect(seen.withLock { $0 } == [100, 200], "nobody waits for the others")
        for pid: Int32 in [100, 300, 400] { #expect(read(reads, pid) == nil) }
    }

    @Test func `threads that nobody waits for are bounded for all users together, and root has its own`() async throws {
        let reads = BoundedReads()
        let gate = Gate()
        defer { gate.open() }
        for pid: Int32 in 1...100 { _ = read(reads, pid, patience: .milliseconds(2), Owners(each: 1)) { gate.pass() } }
        #expect(gate.entered.load(ordering: .relaxed) == BoundedReads.mostLeft - BoundedReads.mostLeftOfUser)
        #expect(read(reads, 0, Owners(each: 1)) == nil)
        gate.open()
        try await eventually("all are back") { reads.held.isEmpty }
    }
}
