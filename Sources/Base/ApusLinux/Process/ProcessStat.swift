/// What /proc/PID/stat says (proc_pid_stat(5)).
package struct ProcessStat: Equatable, Sendable {
    /// The name of its first thread (`comm`), which it may change.
    package let name: ProcessName
    /// One letter: R, S, D, T, Z, ….
    package let state: UInt8
    /// The pid of the process that started it, or of the one that took it on when that had ended.
    package let parent: Int32
    /// Page faults that needed no reading from a disk: of all threads, ended ones included.
    package let minorFaults: UInt64
    /// Page faults of children that were waited for.
    package let childrenMinorFaults: UInt64
    /// Page faults for which a page was read.
    package let majorFaults: UInt64
    package let childrenMajorFaults: UInt64
    /// CPU time in clock ticks (`USER_HZ`): of all threads, ended ones included.
    package let userTicks: UInt64
    package let systemTicks: UInt64
    /// CPU time of children that were waited for, in clock ticks.
    package let childrenUserTicks: UInt64
    package let childrenSystemTicks: UInt64
    package let threads: UInt64
    /// Clock ticks from boot to the start of the process.
    package let startTicks: UInt64
    /// Bytes.
    package let virtualMemory: UInt64
    /// Pages.
    package let residentPages: UInt64

    /// Whether the thread that the line is of has ended: a zombie, or on the way from there.
    package var hasEnded: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

    /// A number that grows whenever the process has run for long, or has met a new page, as each new program does at once.
    package var work: UInt64 { minorFaults &+ majorFaults &+ userTicks &+ systemTicks }

    /// Parses the one line. The second field, the command's name, may hold spaces and parentheses: fields count from the last `)`.
    package init?<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) {
        guard let close = bytes.lastIndex(of: UInt8(ascii: ")")), let open = bytes.firstIndex(of: UInt8(ascii: "(")),
            open < close
        else { return nil }
        name = ProcessName(bytes[bytes.index(after: open)..<close])
        var fields = FieldScanner<Bytes>(bytes[bytes.index(after: close)...])
        guard let state = fields.nextByte() else { return nil }
        self.state = state
        // Field numbers are those of the man page, in which the state is the third.
        guard let parent = fields.nextSigned(), fields.skip(5),
            let minor = fields.nextNumber(), let childrenMinor = fields.nextNumber(),
            let major = fields.nextNumber(), let childrenMajor = fields.nextNumber(),
            let user = fields.nextNumber(), let system = fields.nextNumber(),
            let childrenUser = fields.nextSigned(), let childrenSystem = fields.nextSigned(),
            fields.skip(2), let threads = fields.nextNumber(),
            fields.skip(1), let start = fields.nextNumber(),
            let virtual = fields.nextNumber(), let resident = fields.nextSigned()
        else { return nil }
        self.parent = Int32(clamping: parent)
        minorFaults = minor
        childrenMinorFaults = childrenMinor
        majorFaults = major
        childrenMajorFaults = childrenMajor
        userTicks = user
        systemTicks = system
        childrenUserTicks = childrenUser
        childrenSystemTicks = childrenSystem
        self.threads = threads
        startTicks = start
        virtualMemory = virtual
        residentPages = resident
    }
}

/// The name of a process, as far as it tells one from another: the 15 bytes that the kernel keeps.
package struct ProcessName: Hashable, Sendable {
    private var bytes = SIMD16<UInt8>()

    init(_ text: some Sequence<UInt8>) { for (place, byte) in text.prefix(16).enumerated() { bytes[place] = byte } }
}

/// Walks over fields that are separated by one space.
struct FieldScanner<Bytes: BidirectionalCollection<UInt8>> {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes.SubSequence) { rest = bytes }

    private mutating func skipSpaces() {
        while let first = rest.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
    }

    mutating func nextByte() -> UInt8? {
        skipSpaces()
        return rest.popFirst()
    }

    /// Skips fields; false when there are not so many.
    mutating func skip(_ count: Int) -> Bool {
        for _ in 0..<count {
            skipSpaces()
            guard !rest.isEmpty else { return false }
            while let first = rest.first, first != UInt8(ascii: " ") { rest = rest.dropFirst() }
        }
        return true
    }

    mutating func nextNumber() -> UInt64? {
        skipSpaces()
        var value: UInt64 = 0
        var digits = 0
        while let first = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product &+ UInt64(first - UInt8(ascii: "0"))
            digits += 1
            rest = rest.dropFirst()
        }
        return digits > 0 ? value : nil
    }

    /// A signed field that is never negative in truth: a negative one counts as zero.
    mutating func nextSigned() -> UInt64? {
        skipSpaces()
        guard rest.first == UInt8(ascii: "-") else { return nextNumber() }
        rest = rest.dropFirst()
        return nextNumber().map { _ in 0 }
    }
}
