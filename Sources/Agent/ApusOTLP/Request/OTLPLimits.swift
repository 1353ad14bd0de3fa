package import ApusMetrics

/// What requests may hold and what may be kept of them.
package struct OTLPLimits: Sendable {
    /// What one identity may report.
    package var received: ReceivedLimits
    /// Resources, scopes, metrics, points, attributes and exemplars of one request, all together.
    package var elements = 200_000
    /// Values of a request in JSON, of which an element has two or more.
    package var jsonValues = 500_000
    /// The maximum number of attributes of one resource, scope, point or exemplar.
    package var attributes = 128
    /// The maximum number of buckets of an exponential histogram before they are united.
    package var rawBuckets = 4096
    /// The maximum depth of lists and maps within one another in the value of an attribute.
    package var depth = 8
    /// The maximum number of identities that are kept.
    package var identities = 1000
    /// The maximum size in bytes of what is kept of all identities, about.
    package var bytes = 32 << 20
    /// The maximum size in bytes of what is kept of one identity, about.
    package var identityBytes = 16 << 20
    /// Nanoseconds after which a series that was not heard of is let go.
    package var silence: UInt64 = 300_000_000_000

    package init(received: ReceivedLimits) { self.received = received }
}
