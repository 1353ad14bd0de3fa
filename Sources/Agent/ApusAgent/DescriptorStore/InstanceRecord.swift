package import AgentMetrics
import ApusSegment

/// What must be known of an instance besides its segment to go on serving it after a restart of the agent: lines of text of a
/// length that never changes, so that the end of the reporting can be written in place.
package struct InstanceRecord: Equatable, Sendable {
    package let identity: InstanceIdentity
    /// A pid is given again after its process; together with the start, in clock ticks since boot, it is not.
    package let pid: Int32
    package let startTicks: UInt64
    /// The user that the process runs as; `nil` where an agent of before did not write it.
    package let uid: UInt32?
    /// When the process ceased to report: CLOCK_MONOTONIC in nanoseconds; 0 while it does.
    package var endedAt: UInt64
    /// The ``endedAt`` of what is not to be served any more, although the manager may not have forgotten it yet.
    package static let void = UInt64.max
    var isVoid: Bool { endedAt == Self.void }

    func isSameProcess(as other: InstanceRecord) -> Bool { pid == other.pid && startTicks == other.startTicks }

    package static let longest = 1024
    /// Digits of the largest moment, and the line's end.
    static let endLength = 21
    private static let firstLine = "apus-instance 1"

    package init(identity: InstanceIdentity, pid: Int32, startTicks: UInt64, uid: UInt32? = nil, endedAt: UInt64 = 0) {
        self.identity = identity
        self.pid = pid
        self.startTicks = startTicks
        self.uid = uid
        self.endedAt = endedAt
    }

    package var bytes: [UInt8] {
        let head = "\(Self.firstLine)\nservice=\(identity.service)\ninstance=\(identity.instance)\n"
        let user = uid.map { "uid=\($0)\n" } ?? ""
        return Array("\(head)pid=\(pid)\nstart=\(startTicks)\n\(user)ended=".utf8) + Self.end(endedAt)
    }

    /// The last bytes of a record.
    static func end(_ moment: UInt64) -> [UInt8] {
        let digits = Array(String(moment).utf8)
        return [UInt8](repeating: UInt8(ascii: "0"), count: endLength - 1 - digits.count) + digits + [UInt8(ascii: "\n")]
    }

    /// - Returns: nil when the bytes are not exactly what ``bytes`` makes of some record.
    package init?(bytes: [UInt8]) {
        guard bytes.count <= Self.longest, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var values: [String] = []
        // By bytes: as characters, a combining mark would join the `=` before it.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst(), first.elementsEqual(Self.firstLine.utf8) else { return nil }
        let hasUser = lines.contains { $0.starts(with: "uid=".utf8) }
        for name in ["service=", "instance=", "pid=", "start="] + (hasUser ? ["uid="] : []) + ["ended="] {
            guard let line = lines.popFirst(), line.starts(with: name.utf8) else { return nil }
            values.append(String(Substring(line.dropFirst(name.utf8.count))))
        }
        let uid = hasUser ? UInt32(values[4]) : nil
        guard let pid = Int32(values[2]), pid >= 0, let start = UInt64(values[3]), let ended = UInt64(values[values.count - 1]),
            (uid != nil) == hasUser,
            let hello = try? Hello(service: values[0], instance: values[1])
        else { return nil }
        self.init(
            identity: InstanceIdentity(service: hello.service, instance: hello.instance), pid: pid, startTicks: start,
            uid: uid, endedAt: ended
        )
        guard self.bytes == bytes else { return nil }
    }
}
