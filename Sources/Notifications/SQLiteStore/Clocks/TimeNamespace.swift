import FoundationEssentials

/// What the time namespace of a process adds to the machine's clocks, time_namespaces(7).
///
/// Processes of several namespaces share a database. Each must reckon by the machine's time since the boot, or each would take the other's
/// for a clock that was set.
package enum TimeNamespace {
    private static let folder = "/proc/self/"

    /// The time that is added to CLOCK_BOOTTIME of this process; nil where it cannot be known.
    static func bootOffset() -> Duration? {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "ns/time")
        // A kernel without such namespaces has one time.
        guard let own else { return FileManager.default.fileExists(atPath: folder + "ns") ? .zero : nil }
        // The file is that of the children's namespace, which is another between unshare(2) and the next process.
        guard own == (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "ns/time_for_children")),
            let text = try? String(contentsOfFile: folder + "timens_offsets", encoding: .utf8)
        else { return nil }
        return bootOffset(in: text)
    }

    /// Reads the line `boottime SECONDS NANOSECONDS` of /proc/PID/timens_offsets; nil when there is none that can be read.
    package static func bootOffset(in text: String) -> Duration? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[0] == "boottime" || words[0] == "7" else { continue }
            guard let seconds = Int64(words[1]), let nanoseconds = Int64(words[2]) else { return nil }
            return .seconds(seconds) + .nanoseconds(nanoseconds)
        }
        return nil
    }
}
