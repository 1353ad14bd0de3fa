import ApusHTTP
import ApusLimits
import ApusText
import NIOCore
import Synchronization

/// Hands every turn of the sampling loop to whoever follows it: the same bytes to all, made only while somebody does.
///
/// A follower is a connection, and costs no thread. It gets all rows first, and then those that have changed.
final class LiveFeed: Sendable {
    typealias Identifier = UInt64

    private struct Follower {
        let peer: ConnectionPeer
        let channel: any Channel
    }

    private struct State {
        var followers: [Identifier: Follower] = [:]
        var held: [ConnectionPeer: Int] = [:]
        var last: Identifier = 0
        /// What the followers have; `nil` while there are none.
        var shown: RosterText?
        /// Events since all had all rows.
        var changes = 0
        /// All rows of a turn, made once for those who need them.
        var whole: (number: UInt64, event: ByteBuffer)?
    }

    private let roster: Roster
    /// Whether events have the texts of the journal's entries: they are the same for all who follow.
    private let withMessages: Bool
    /// That of the agent.
    private let status: @Sendable () -> HealthDocument.Status
    private let state = Mutex(State())

    init(roster: Roster, messages: JournalMessagePolicy, status: @escaping @Sendable () -> HealthDocument.Status) {
        self.status = status
        self.roster = roster
        withMessages = messages == .all
    }

    /// Every so many events all rows are sent again.
    private static let changesBetweenWholes = 20

    var count: Int { state.withLock { $0.followers.count } }

    /// Takes a follower in, until its place is let go.
    ///
    /// - Returns: `nil` where there is no place for it.
    func join(_ peer: ConnectionPeer, _ channel: any Channel) -> LivePlace? {
        let identifier = state.withLock { state -> Identifier? in
            guard state.followers.count < RosterLimits.followers.value,
                state.held[peer, default: 0] < RosterLimits.followerShare.value
            else { return nil }
            state.last += 1
            state.followers[state.last] = Follower(peer: peer, channel: channel)
            state.held[peer, default: 0] += 1
            return state.last
        }
        return identifier.map { LivePlace(self, $0) }
    }

    fileprivate func leave(_ identifier: Identifier) {
        // The channel may go with it: let go without the lock.
        _ = state.withLock { state -> (Follower?, RosterText?, ByteBuffer?) in
            guard let follower = state.followers.removeValue(forKey: identifier) else { return (nil, nil, nil) }
            let held = state.held[follower.peer, default: 1] - 1
            state.held[follower.peer] = held == 0 ? nil : held
            guard state.followers.isEmpty else { return (follower, nil, nil) }
            defer { (state.shown, state.whole, state.changes) = (nil, nil, 0) }
            return (follower, state.shown, state.whole?.event)
        }
    }

    /// Tells those who follow of a turn of the sampling loop.
    func turn() {
        guard count > 0 else { return roster.forgetTexts() }
        guard let text = roster.text(withMessages: withMessages, status: status) else { return }
        let (channels, event) = state.withLock { state -> ([any Channel], LiveEvent) in
            let isWhole = state.shown == nil || state.changes >= Self.changesBetweenWholes - 1
            let changes = isWhole ? nil : state.shown.map { Self.changes(from: $0, to: text) }
            state.changes = changes == nil ? 0 : state.changes + 1
            state.shown = text
            return (state.followers.values.map(\.channel), LiveEvent(number: text.number, changes: changes))
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(event) }
    }

    /// All rows of the last turn; `nil` before the first.
    func whole() -> (number: UInt64, event: ByteBuffer)? {
        guard let text = roster.text(withMessages: withMessages, status: status) else { return nil }
        if let whole = state.withLock({ $0.whole }), whole.number == text.number { return whole }
        var writer = JSONBytes(capacity: 1024)
        writer.object { writer in
            writer.member("full", true)
            writer.member("agent", written: text.agent)
            text.appendRows(to: &writer)
        }
        let event = Self.event(text, writer.bytes)
        state.withLock { state in
            guard !state.followers.isEmpty else { return }
            state.whole = (text.number, event)
            // The first one who comes has all rows now, and next what has changed since.
            if state.shown == nil { (state.shown, state.changes) = (text, 0) }
        }
        return (text.number, event)
    }

    /// The rows that are new or other ones than before, and the names of those that are gone.
    private static func changes(from old: RosterText, to new: RosterText) -> ByteBuffer {
        var gone: [RosterText.Row] = []
        var writer = JSONBytes(capacity: 1024)
        writer.object { writer in
            writer.member("full", false)
            writer.member("agent", written: new.agent)
            writer.name("instances")
            writer.array { writer in
                var place = 0
                for row in new.rows {
                    // Both are in the order of their names.
                    while place < old.rows.count, old.rows[place].identity < row.identity {
                        gone.append(old.rows[place])
                        place += 1
                    }
                    let isKnown = place < old.rows.count && old.rows[place].identity == row.identity
                    if !isKnown || old.rows[place].text != row.text { writer.append(written: row.text) }
                    if isKnown { place += 1 }
                }
                gone += old.rows[place...]
            }
            writer.name("gone")
            writer.array { writer in
                for row in gone { writer.object { RosterText.identity(row.identity, &$0) } }
            }
            if let probes = new.probes, probes != old.probes { writer.member("probes", written: probes) }
            writer.member("rowsLeftOut", new.rowsLeftOut)
        }
        return event(new, writer.bytes)
    }

    private static func event(_ text: RosterText, _ data: [UInt8]) -> ByteBuffer {
        // No line ends in JSON that is not pretty, so that it is one line of data.
        var buffer = ByteBuffer()
        buffer.reserveCapacity(data.count + 96)
        buffer.writeString("id: \(text.boot)-\(text.number)\nevent: state\ndata: ")
        buffer.writeBytes(data)
        buffer.writeString("\n\n")
        return buffer
    }
}

/// What those who follow are told of one turn.
struct LiveEvent: Sendable {
    /// That of the turn.
    let number: UInt64
    /// What has changed since the turn before; `nil` where all rows are due.
    let changes: ByteBuffer?
}

/// The place of one follower; given back when it is let go.
final class LivePlace: Sendable {
    private let feed: LiveFeed
    private let identifier: LiveFeed.Identifier

    fileprivate init(_ feed: LiveFeed, _ identifier: LiveFeed.Identifier) {
        self.feed = feed
        self.identifier = identifier
    }

    deinit { feed.leave(identifier) }
}
