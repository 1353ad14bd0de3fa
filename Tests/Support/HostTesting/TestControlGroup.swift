import Foundation

/// A control group of a test's own below the root of this machine's hierarchies, whichever there are; it goes with the value.
package final class TestControlGroup: Sendable {
    /// The path from the mounts on.
    package let path: String
    /// Its folder in each hierarchy, the unified one first.
    package let folders: [String]

    package init(_ name: String = "apus-test-\(getpid())-\(UUID().uuidString.prefix(8))", below outer: TestControlGroup? = nil)
        throws
    {
        path = (outer?.path ?? "") + "/" + name
        let mounts = ["unified", ".", "systemd", "cpuacct", "cpu", "memory", "pids", "blkio"].map { "/sys/fs/cgroup/\($0)" }
        folders = mounts.filter { access("\($0)/cgroup.procs", F_OK) == 0 }.map { [path] in "\($0)\(path)" }
        try make()
    }

    deinit { remove() }

    /// Makes it anew, after it was removed.
    package func make() throws {
        for folder in folders where mkdir(folder, 0o755) != 0 && errno != EEXIST {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    /// Removes it, once the processes in it have gone.
    @discardableResult
    package func remove() -> Bool { folders.map { rmdir($0) == 0 || errno == ENOENT }.allSatisfy { $0 } }

    /// What a shell writes its number into, or a program `0`, to be in it.
    package var entrances: [String] { folders.map { "\($0)/cgroup.procs" } }

    /// Where a file of the kernel is on it, in whichever hierarchy; `nil` where there is none.
    package func file(_ name: String) -> String? { folders.map { "\($0)/\(name)" }.first { access($0, F_OK) == 0 } }

    /// The number in a file, or behind a key of it.
    package func number(_ name: String, _ key: String? = nil) -> Int? {
        guard let text = file(name).flatMap({ try? String(contentsOfFile: $0, encoding: .utf8) }) else { return nil }
        guard let key else { return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) }
        return text.split(separator: "\n").first { $0.hasPrefix("\(key) ") }.flatMap { Int($0.dropFirst(key.count + 1)) }
    }
}
