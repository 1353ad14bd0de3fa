/// The processes that were refused a place while the places were as they are.
struct RefusedPlaces {
    /// What a refusal rests on: who has a place, and where each is in its life.
    struct Changes: Equatable {
        let instances: Int
        let lives: UInt64
    }

    private var peers: Set<ReportPeer> = []
    private var changes: Changes?

    /// More processes than these look at the places each time.
    private static let most = 1024

    func contains(_ peer: ReportPeer, at changes: Changes) -> Bool { self.changes == changes && peers.contains(peer) }

    /// - Parameter changes: as they were before the places were looked at.
    mutating func note(_ peer: ReportPeer, after changes: Changes) {
        if changes != self.changes || peers.count >= Self.most { peers.removeAll(keepingCapacity: true) }
        self.changes = changes
        // Without the groups, which may be hundreds.
        peers.insert(ReportPeer(pid: peer.pid, uid: peer.uid))
    }
}
