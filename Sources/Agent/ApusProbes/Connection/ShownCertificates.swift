import AgentMetrics
import Glibc
import NIOCore
import NIOSSL

/// The certificates that a server shows, its own first.
///
/// They are seen over a connection that is ended within its handshake, before anything is sent. BoringSSL says of a certificate that it
/// cannot trust nothing but that: whether it has ended, or is of an unknown authority, is seen here.
struct ShownCertificates {
    private let certificates: [NIOSSLCertificate]

    init(_ certificates: [NIOSSLCertificate]) { self.certificates = certificates }

    /// The server's own.
    var leaf: NIOSSLCertificate? { certificates.first }

    /// When the first of them ends, in seconds since the Unix epoch.
    var firstEnd: Double? { certificates.map { Double($0.notValidAfter) }.min() }

    /// Looks, and then calls with what was seen, which is nothing where the time is up.
    ///
    /// - Parameter connect: makes a connection that uses a session.
    static func look(
        _ session: ProbeTLSSession, _ connect: (ProbeTLSSession) -> ProbeConnection,
        _ then: @escaping (ShownCertificates) -> Void
    ) {
        final class Seen {
            var certificates: [NIOSSLCertificate] = []
        }
        let seen = Seen()
        var session = session
        session.onCertificates = { seen.certificates = $0 }
        let connection = connect(session)
        connection.open(
            prepare: { channel in
                try channel.pipeline.syncOperations.addHandler(ProbeStream<ByteBuffer>(connection, take: { _ in }))
            },
            opened: {
                connection.close()
                then(Self(seen.certificates))
            },
            failed: { _ in then(Self(seen.certificates)) })
    }

    /// Why they are not to be trusted, in words that help.
    ///
    /// - Parameter now: seconds since the Unix epoch.
    func failure(at place: ProbePlace, now: Double) -> ProbeFailure {
        for (index, certificate) in certificates.enumerated() {
            let whose =
                index == 0 ? "the certificate of \(place.text)" : "a certificate that \(place.text) shows of its authority"
            let (begins, ends) = (Double(certificate.notValidBefore), Double(certificate.notValidAfter))
            if ends < now { return ProbeFailure(.tls, "\(whose) ended on \(Self.day(ends)): renew it") }
            if begins > now {
                return ProbeFailure(.tls, "\(whose) begins only on \(Self.day(begins)): look at the clocks of both hosts")
            }
        }
        return ProbeFailure(
            .tls,
            "the certificate of \(place.text) is of an authority that is not known: name the authority's certificate as ca_file"
        )
    }

    /// The date of a time, in UTC.
    private static func day(_ seconds: Double) -> String {
        var time = time_t(exactly: seconds.rounded()) ?? 0
        var fields = tm()
        guard gmtime_r(&time, &fields) != nil else { return "an unknown day" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return
            "\(Int(fields.tm_year) + 1900)-\(two(fields.tm_mon + 1))-\(two(fields.tm_mday)) \(two(fields.tm_hour)):\(two(fields.tm_min)) UTC"
    }
}
