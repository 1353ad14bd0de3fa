package import AgentMetrics
package import ApusMetrics
import ApusText
import ApusText

/// One thing that an agent asks from outside, again and again: who answers, how it is asked, how often, and how long an answer may take.
///
/// No two probes of a kind have the same identity and the same name: all series of a probe carry these as labels.
package struct ProbeDeclaration: Sendable, Hashable {
    package var identity: InstanceIdentity
    /// What tells it from other probes of its kind and identity; nil of one that has no such label.
    package var name: String?
    package var target: ProbeTarget
    package var interval: Duration
    /// The whole attempt: the name's resolution, the connection, TLS, the login and the answer.
    package var timeout: Duration

    package init(
        _ identity: InstanceIdentity, name: String? = nil, _ target: ProbeTarget, interval: Duration, timeout: Duration
    ) {
        self.identity = identity
        self.name = name
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
    package var id: ProbeID { ProbeID(identity: identity, kind: target.kind, name: name) }

    /// The labels of all its series, before a series' own.
    package var labels: [(String, String)] { identity.labels + (name.map { [(MetricCatalog.probeName, $0)] } ?? []) }

    /// Whether both ask the same, however often and for however long.
    package func asksSame(as other: ProbeDeclaration) -> Bool {
        target == other.target && "\(target)".hasSameBytes(as: "\(other.target)")
    }

    /// The families of gauges that the file itself names, which no service can report while the probe is set.
    package var gauges: [MetricFamily] { target.gauges }
}

/// What tells a probe from all others of an agent.
package struct ProbeID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let identity: InstanceIdentity
    package let kind: ProbeKind
    package let name: String?

    package init(identity: InstanceIdentity, kind: ProbeKind, name: String? = nil) {
        self.identity = identity
        self.kind = kind
        self.name = name
    }

    package static func < (one: Self, other: Self) -> Bool {
        guard one.identity == other.identity else { return one.identity < other.identity }
        guard one.kind == other.kind else { return one.kind.rawValue < other.kind.rawValue }
        return ByteText(one.name ?? "") < ByteText(other.name ?? "")
    }

    package static func == (one: Self, other: Self) -> Bool {
        one.identity == other.identity && one.kind == other.kind
            && one.name.map { ByteText($0) } == other.name.map { ByteText($0) }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(identity)
        hasher.combine(kind)
        hasher.combine(name.map { ByteText($0) })
    }

    package var description: String { "\(identity) (\(kind.rawValue)\(name.map { " \($0)" } ?? ""))" }
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
    /// It took the connection and spoke TLS; nothing else was asked.
    case secured(CertificateEnds)
    case http(HTTPHealthFigures)
    case redis(RedisFigures)
    case rabbitmq(RabbitMQFigures)
    case postgresql(PostgreSQLFigures)
    case pgbouncer(PgBouncerFigures)
    case gauges(SQLFigures)
    case file(FileFigures)

    /// When the certificates end that a server has shown; nil where it has shown none.
    package var certificates: CertificateEnds? {
        switch self {
        case .secured(let ends): ends
        case .http(let figures): figures.certificateEnd.map { CertificateEnds(leaf: $0, chain: figures.chainEnd) }
        case .redis(let figures): figures.certificates
        case .rabbitmq(let figures): figures.certificates
        default: nil
        }
    }
}

extension ProbeFigures {
    /// Why a part of what was asked has no answer, where the others have theirs.
    package var failures: [ProbeFailure] {
        switch self {
        case .gauges(let figures): figures.failures
        case .postgresql(let figures): figures.failures
        case .connected, .secured, .http, .redis, .rabbitmq, .pgbouncer, .file: []
        }
    }
}
