import Glibc

/// A number that is another one once a process is something else: by the program that it runs, its command line, its user or its control
/// groups.
package struct ProcessMark: Sendable, Equatable {
    /// What of a process is looked at: each takes its time.
    package struct Aspects: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The user that it acts as, some 1 µs.
        package static let user = Aspects(rawValue: 1)
        /// The file that it runs, some 3 µs; where that may not be seen, its first argument.
        package static let executable = Aspects(rawValue: 2)
        /// The first argument, also where the file may be seen: by it a program is told that was started by a link. Some 5 µs.
        package static let firstArgument = Aspects(rawValue: 4)
        /// What ``ProcessFacts/command`` is made of, some 5 µs.
        package static let command = Aspects(rawValue: 8)
        /// The control groups that it is in, some 5 µs.
        package static let controlGroups = Aspects(rawValue: 16)

        package static let all: Aspects = [.user, .executable, .firstArgument, .command, .controlGroups]

        /// Whether the arguments have to be read.
        ///
        /// - Parameter seesProgram: whether the kernel says which file the process runs.
        func needsCommand(seesProgram: Bool) -> Bool {
            !isDisjoint(with: [.command, .firstArgument]) || contains(.executable) && !seesProgram
        }
    }

    private let hash: Int

    /// Looks at processes as they are now; those that are gone, or of which nothing may be seen at the moment, have no mark.
    package static func marks(of pids: [Int32], _ aspects: Aspects, root: KernelRoot) -> [Int32: ProcessMark] {
        var marks: [Int32: ProcessMark] = [:]
        var rest = pids[...]
        // Another thread reads what can hold it up, and to pass each on to it takes longer than to look at it.
        while !rest.isEmpty, aspects.needsCommand(seesProgram: false), !root.reads.isTroubled {
            let some = Array(rest.prefix(mostAtOnce))
            rest = rest.dropFirst(some.count)
            let found: [Int32: ProcessMark]? = try? root.reads.read(
                of: some[0], path: "\(root.proc)/\(some[0])", root: root
            ) {
                progress in
                var marks: [Int32: ProcessMark] = [:]
                for pid in some {
                    guard progress.advance(to: pid) else { break }
                    marks[pid] = ProcessMark(of: pid, aspects, root: root, isAlone: true)
                }
                return .success(marks)
            }
            guard let found else {
                rest = some[...] + rest
                break
            }
            marks.merge(found) { $1 }
        }
        for pid in rest { marks[pid] = ProcessMark(of: pid, aspects, root: root) }
        return marks
    }

    /// Processes that are looked at in one call.
    private static let mostAtOnce = 64

    /// Looks at a process as it is now.
    ///
    /// - Returns: `nil` where it is gone, or nothing of it may be seen, or it holds up whoever looks (``BoundedReads``).
    package init?(of pid: Int32, _ aspects: Aspects, root: KernelRoot) {
        self.init(of: pid, aspects, root: root, isAlone: false)
    }

    /// - Parameter isAlone: whether nobody else is held up where this thread is.
    private init?(of pid: Int32, _ aspects: Aspects, root: KernelRoot, isAlone: Bool) {
        let folder = "\(root.proc)/\(pid)"
        var hasher = Hasher()
        if aspects.contains(.user) {
            var status = stat()
            guard stat(folder, &status) == 0 else { return nil }
            hasher.combine(status.st_uid)
        }
        var seesFile = true
        var program = folder
        if aspects != .user, !ProgramFolder.hasProgram(folder), let thread = ProgramFolder.ofLivingThread(in: folder) {
            program = thread
        }
        if aspects.contains(.executable) { seesFile = Self.addFile("\(program)/exe", to: &hasher) }
        do throws(LinuxError) {
            if aspects.needsCommand(seesProgram: seesFile) {
                let isWhole = aspects.contains(.command)
                if isAlone {
                    try Self.add("\(program)/cmdline", to: &hasher, isWhole: isWhole)
                } else {
                    let bytes = try root.commandLine(of: pid, in: program)
                    bytes.withUnsafeBytes { Self.add($0, to: &hasher, isWhole: isWhole) }
                }
            }
            if aspects.contains(.controlGroups) { try Self.add("\(program)/cgroup", to: &hasher) }
        } catch { return nil }
        hash = hasher.finalize()
    }

    /// - Parameter isWhole: whether all of the file is meant, and not its bytes up to a space or a null.
    private static func add(_ path: String, to hasher: inout Hasher, isWhole: Bool = true) throws(LinuxError) {
        hasher = try ProcFile(path).read { [hasher] bytes in
            var hasher = hasher
            add(UnsafeRawBufferPointer(bytes), to: &hasher, isWhole: isWhole)
            return hasher
        }
    }

    private static func add(_ bytes: UnsafeRawBufferPointer, to hasher: inout Hasher, isWhole: Bool) {
        let end = isWhole ? nil : bytes.firstIndex { $0 == 0 || $0 == UInt8(ascii: " ") }
        // In bounds: what comes before one of the bytes.
        hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<(end ?? bytes.count)]))
    }

    /// - Returns: whether the kernel says to this user which file it is.
    private static func addFile(_ path: String, to hasher: inout Hasher) -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { target in
            guard let start = target.baseAddress else { return false }
            // In bounds: the kernel writes at most the count that it is given.
            let count = readlink(path, start, target.count)
            guard count > 0 else { return false }
            hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[..<count]))
            return true
        }
    }
}
