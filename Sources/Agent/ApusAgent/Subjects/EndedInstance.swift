import AgentMetrics

/// What an instance still takes whose process has ended, and that nobody expects back.
struct EndedInstance: Equatable, Sendable {
    let identity: InstanceIdentity
    /// The user that the memory belongs to.
    let owner: UInt32
    /// The memory that its series take.
    let bytes: Int

    /// Who has to go so that no user's ended instances take more than `limit` bytes: those that take the most.
    static func toForget(among ended: [EndedInstance], limit: Int) -> [EndedInstance] {
        Dictionary(grouping: ended, by: \.owner).values.flatMap { ofOwner in
            var rest = ofOwner.reduce(0) { $0 + $1.bytes }
            return ofOwner.sorted { ($0.bytes, $0.identity) > ($1.bytes, $1.identity) }.prefix { instance in
                defer { rest -= instance.bytes }
                return rest > limit
            }
        }
    }
}
