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
    }

    private let hash: Int

    /// Looks at a process as it is now.
    ///
    /// - Returns: `nil` where it is gone, or nothing of it may be seen.
    package init?(of pid: Int32, _ aspects: Aspects, root: KernelRoot) {
        let folder = "\(root.proc)/\(pid)"
        var hasher = Hasher()
        if aspects.contains(.user) {
            var status = stat()
            guard stat(folder, &status) == 0 else { return nil }
            hasher.combine(status.st_uid)
        }
        var seesFile = true
        var program = folder
        if !aspects.isDisjoint(with: [.executable, .command, .firstArgument]), !ProgramFolder.hasProgram(folder),
            !ProgramFolder.hasCommand(folder),
            let thread = ProgramFolder.ofLivingThread(in: folder)
        {
            program = thread
        }
        if aspects.contains(.executable) { seesFile = Self.addFile("\(program)/exe", to: &hasher) }
        do throws(LinuxError) {
            if !aspects.isDisjoint(with: [.command, .firstArgument]) || !seesFile {
                let isWhole = aspects.contains(.command)
                try Self.add("\(program)/cmdline", to: &hasher, isWhole: isWhole)
            }
            if aspects.contains(.controlGroups) { try Self.add("\(folder)/cgroup", to: &hasher) }
        } catch { return nil }
        hash = hasher.finalize()
    }

    /// - Parameter isWhole: whether all of the file is meant, and not its bytes up to a space or a null.
    private static func add(_ path: String, to hasher: inout Hasher, isWhole: Bool = true) throws(LinuxError) {
        hasher = try ProcFile(path).read { [hasher] bytes in
            var hasher = hasher
            let end = isWhole ? nil : bytes.firstIndex { $0 == 0 || $0 == UInt8(ascii: " ") }
            // In bounds: what comes before one of the bytes.
            hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<(end ?? bytes.count)]))
            return hasher
        }
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
