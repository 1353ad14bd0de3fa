import Glibc

/// What a process can be chosen by: who runs it, and what it runs as.
package struct ProcessFacts: Sendable, Equatable {
    package let pid: Int32
    /// The name that the kernel has of its first thread, at most 15 bytes (`comm` of proc_pid_comm(5)).
    package let name: String
    /// The path of the program's file as the process sees it; `nil` of a kernel thread, and of a process that this user may not look into.
    package let executable: String?
    /// The arguments with a space between them, of which 4096 bytes are read; empty of a kernel thread. `nil` where nobody asks for them, and
    /// where the process keeps whoever does from reading them (``BoundedReads``).
    package let command: String?
    /// The number of the user that it acts as.
    package let user: UInt32
    /// The system unit whose processes are in its control group.
    package let unit: String?
    /// The path of its control group from the mount on: of the unified hierarchy, or of those of version 1 where these have the controllers.
    package let controlGroup: String?
    /// Whether it runs no program any more: a zombie, whose name is what it called itself last.
    package let hasEnded: Bool

    package init(
        pid: Int32, name: String, executable: String?, command: String?, user: UInt32, unit: String?, controlGroup: String?,
        hasEnded: Bool = false
    ) {
        self.hasEnded = hasEnded
        self.pid = pid
        self.name = name
        self.executable = executable
        self.command = command
        self.user = user
        self.unit = unit
        self.controlGroup = controlGroup
    }

    /// Looks at a process by its files in proc(5), some 40 µs. What may not be read of it is `nil` or empty.
    ///
    /// - Parameters:
    ///   - first: the groups of process 1, below which units are in a container (``ControlGroups/systemUnit(below:)``).
    ///   - aspects: what it is to be chosen by. The arguments are read where one needs them: where the program may not be seen, for
    ///   ``ProcessMark/Aspects/executable`` too.
    /// - Throws: ``LinuxError``; ``LinuxError/isProcessGone`` when there is no such process, or it is hidden.
    package init(
        of pid: Int32, root: KernelRoot, below first: ControlGroups? = nil, for aspects: ProcessMark.Aspects = .all
    ) throws(LinuxError) {
        let folder = "\(root.proc)/\(pid)"
        var status = stat()
        // The kernel gives the folder to the user that the process acts as, also where its files belong to root.
        guard stat(folder, &status) == 0 else { throw .open(path: folder, code: errno) }
        let name = try ProcFile("\(folder)/comm").read { bytes in
            String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
        var executable = try Self.executable("\(folder)/exe")
        var living = folder
        var hasEnded = false
        if executable == nil, ProgramFolder.hasEnded(folder) {
            if let thread = ProgramFolder.ofLivingThread(in: folder) {
                living = thread
                executable = try Self.executable("\(thread)/exe")
            } else {
                hasEnded = true
            }
        }
        let file = "\(living)/cgroup"
        let groups = try Self.ifAllowed { () throws(LinuxError) in try ControlGroups(ProcFile(file), root) }
        let command = try aspects.needsCommand(seesProgram: executable != nil) ? Self.command(of: pid, in: living, root) : nil
        self.init(
            pid: pid, name: name, executable: executable, command: command, user: status.st_uid,
            unit: groups?.systemUnit(below: first),
            controlGroup: groups?.path.map { path in
                let removed = Self.without(" (deleted)", path)
                // One that is there may be called so.
                return removed != path && (try? ControlGroupTree(root).folder(path)) != nil ? path : removed
            }, hasEnded: hasEnded)
    }

    /// What the kernel says; `nil` where it has no such thing, or does not say it to this user.
    private static func ifAllowed<Value>(_ read: () throws(LinuxError) -> Value) throws(LinuxError) -> Value? {
        do throws(LinuxError) { return try read() } catch {
            guard error.code == ESRCH || error.isShortage else { return nil }
            throw error
        }
    }

    private static func command(of pid: Int32, in folder: String, _ root: KernelRoot) throws(LinuxError) -> String? {
        var bytes: [UInt8]
        do throws(LinuxError) { bytes = try root.commandLine(of: pid, in: folder) } catch {
            if error.isHeldUp { return nil }
            guard error.code == ESRCH || error.isShortage else { return "" }
            throw error
        }
        // A process may have written over its arguments, and left any number of nulls behind them.
        while bytes.last == 0 { bytes.removeLast() }
        return String(decoding: bytes.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }

    private static func executable(_ path: String) throws(LinuxError) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        // In bounds: the kernel writes at most the count that it is given.
        let count = readlink(path, &target, target.count)
        if count < 0 && errno == ESRCH { throw .read(path: path, code: ESRCH) }
        guard count > 0 else { return nil }
        return without(" (deleted)", String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }

    /// A path without what the kernel writes behind one whose file or group was removed.
    private static func without(_ mark: String, _ path: String) -> String {
        path.hasSuffix(mark) ? String(path.dropLast(mark.count)) : path
    }
}
