import AgentMetrics
import ApusLinux
import ApusMetrics
import Glibc

/// The sockets of a group's processes and control groups, as they were at the last turn of the sampling loop; only with `--socket-budget`.
struct GroupSocketsSource: Source {
    static let name = "group-sockets"
    static let cadence = Cadence.look
    static let rows: [Row<SocketFigures>] = SocketFigures.rows { $0 }

    private let subject: GroupSubject

    init?(_ subject: GroupSubject) {
        guard subject.finding.reading.sockets != nil else { return nil }
        self.subject = subject
    }

    mutating func read(at now: Moment) throws(LinuxError) -> SocketFigures {
        guard let sockets = subject.finding.reading.sockets else { throw .open(path: subject.root.proc, code: ENOENT) }
        return sockets
    }
}
