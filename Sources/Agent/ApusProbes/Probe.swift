package import AgentMetrics
package import ApusMetrics
import ApusText
import ApusText

/// One thing that an agent asks from outside, again and again: who answers, how it is asked, how often, and how long an answer may take.
///
/// An identity has one probe of a kind at most: all series of a probe carry the labels of its identity and its kind.
package struct ProbeDeclaration: Sendable, Hashable {
    package var identity: InstanceIdentity
    package var target: ProbeTarget
    package var interval: Duration
    /// The whole attempt: the name's resolution, the connection, TLS, the login and the answer.
    package var timeout: Duration

    package init(_ identity: InstanceIdentity, _ target: ProbeTarget, interval: Duration, timeout: Duration) {
        self.identity = identity
        self.target = target
        self.interval = interval
        self.timeout = timeout
    }

    /// Whether both ask the same in the same way, byte for byte: texts are equal also where their letters are composed in different ways, while
    /// paths and passwords' files are not.
    package func isSame(as other: ProbeDeclaration) -> Bool {
        self == other && "\(self)".hasSameBytes(as: "\(other)")
    }

    /// Whose probe it is: no two of an agent have the same.
    package var id: ProbeID { ProbeID(identity: identity, kind: target.kind) }

    /// The families of gauges that the file itself names, which no service can report while the probe is set.
    package var gauges: [MetricFamily] { target.gauges }
}

/// What tells a probe from all others of an agent.
package struct ProbeID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let identity: InstanceIdentity
    package let kind: ProbeKind

    package init(identity: InstanceIdentity, kind: ProbeKind) {
        self.identity = identity
        self.kind = kind
    }

    package static func < (one: Self, other: Self) -> Bool {
        one.identity == other.identity ? one.kind.rawValue < other.kind.rawValue : one.identity < other.identity
    }

    package var description: String { "\(identity) (\(kind.rawValue))" }
}

/// What is asked, and how.
package enum ProbeTarget: Sendable, Hashable {
    case tcp(TCPTarget)
    case unix(UnixTarget)
    case http(HTTPTarget)
    case redis(RedisTarget)
    case rabbitmq(RabbitMQTarget)
    case postgresql(PostgreSQLTarget)
    case pgbouncer(PgBouncerTarget)
    case sql(SQLTarget)
    case file(FileTarget)

    package var kind: ProbeKind {
        switch self {
        case .tcp: .tcp
        case .unix: .unix
        case .http: .http
        case .redis: .redis
        case .rabbitmq: .rabbitmq
        case .postgresql: .postgresql
        case .pgbouncer: .pgbouncer
        case .sql: .sql
        case .file: .file
        }
    }

    /// Families that services report too, and that this kind serves of the probe's own identity: what is reported of that is left out.
    package var sharedFamilies: [MetricFamily] {
        if case .postgresql = self { [Contract.databaseConnections.family] } else { [] }
    }

    /// The gauges that the file names, of what has any.
    package var gauges: [MetricFamily] { if case .sql(let target) = self { target.families } else { [] } }
}

/// What a server said.
package enum ProbeFigures: Sendable, Equatable {
    /// It took the connection; nothing else was asked.
    case connected
    case http(HTTPHealthFigures)
    case redis(RedisFigures)
    case rabbitmq(RabbitMQFigures)
    case postgresql(PostgreSQLFigures)
    case pgbouncer(PgBouncerFigures)
    case gauges(SQLFigures)
    case file(FileFigures)
}
