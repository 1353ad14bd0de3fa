import NIOCore
import NIOSSL

/// When the certificates that a server shows end, in seconds since the Unix epoch.
package struct CertificateEnds: Sendable, Hashable {
    /// The server's own.
    package var leaf: Double
    /// The first of all that it shows; nil where they were not seen.
    package var chain: Double?

    package init(leaf: Double, chain: Double? = nil) {
        self.leaf = leaf
        self.chain = chain
    }
}

/// Finds out when the certificates of a server end: those that it shows besides its own are looked at over a connection of its own, once
/// for each of the server's own and again after a while, as others of an authority may come with the same one.
final class CertificateEndLook {
    private struct Known {
        let leaf: NIOSSLCertificate
        /// When the first of all that came with it ends.
        let end: Double
        /// When to look again.
        let until: NIODeadline
    }

    /// Certificates that were looked at: each of several servers behind one address may have its own.
    private var known: [Known] = []

    /// How many of a server's certificates are remembered, and for how long.
    private static let most = 8
    private static let age = TimeAmount.minutes(10)

    /// - Parameter then: is called with the ends; nil where no TLS was spoken.
    func find(_ facts: ConnectionFacts, _ attempt: NetworkAttempt, _ then: @escaping (CertificateEnds?) -> Void) {
        guard let leaf = facts.certificate else { return then(nil) }
        let end = Double(leaf.notValidAfter)
        known.removeAll { $0.until <= .now() }
        if let known = known.first(where: { $0.leaf == leaf }) { return then(CertificateEnds(leaf: end, chain: known.end)) }
        attempt.look { [self] certificates in
            // Another server behind the address may have answered: what it shows is not this one's.
            let chain = certificates.leaf == leaf ? certificates.firstEnd.map { min($0, end) } : nil
            if let chain {
                if known.count >= Self.most { known.removeFirst() }
                known.append(Known(leaf: leaf, end: chain, until: .now() + Self.age))
            }
            then(CertificateEnds(leaf: end, chain: chain))
        }
    }
}
