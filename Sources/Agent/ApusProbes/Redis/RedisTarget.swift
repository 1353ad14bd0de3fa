/// A Redis, or a server that speaks as it does, such as Valkey and KeyDB.
package struct RedisTarget: Sendable, Hashable {
    package var place: ProbePlace
    /// The user of an access control list; nil for the user `default`.
    package var user: String?
    package var password: ProbeSecret?
    /// How TLS is spoken; nil for none.
    package var tls: ProbeTLS?

    package init(_ place: ProbePlace) { self.place = place }
}
