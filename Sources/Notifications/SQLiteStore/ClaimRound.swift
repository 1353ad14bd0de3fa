import ApusLimits
import GRDB
import NotificationStore

/// Chooses what a claim leases: users take turns, and of one user what was never attempted takes turns with what was.
///
/// However much one user has in the queue, each of `n` users with something due has the `n`th part of a claim. What it reads is bounded,
/// and does not grow with the queue.
struct ClaimRound {
    /// A row that may be leased.
    private struct Candidate {
        let place: Int64
        let dueAt: Int64
    }

    /// What a claim can take of one user, in its order.
    private struct Line {
        let user: Int64
        var rows: [Candidate] = []
        /// Whether there may be more.
        var hasMore = true
    }

    private let db: Database
    private let now: Int64
    private let limit: Int
    private let excluded: Set<String>
    /// The number of rows that may still be looked at.
    private var budget = LeaseLimits.window.value
    /// Whether rows of closed destinations were looked at in place of others.
    private var hasPassedOver = false

    init(_ request: ClaimRequest, at now: Instant, in db: Database) {
        self.db = db
        self.now = now.milliseconds
        limit = request.limit
        excluded = Set(request.excluded.map(\.description))
    }

    /// The rows that are chosen, and the users whose turn it was.
    struct Choice {
        var places: [Int64] = []
        var users: [Int64] = []
        /// Whether another round may find more, of users who were not looked at.
        var hasMore = false
    }

    /// Chooses rows.
    ///
    /// - Parameters:
    ///   - turn: the turn of users of whom something has become due, behind those who have one.
    ///   - last: the destination from which on is looked where closed destinations hide what is due; it is moved on.
    mutating func choose(turn: Int64, after last: inout String) throws -> Choice {
        let most = min(limit, LeaseLimits.users.value)
        try db.cachedStatement(sql: TurnSQL.admit).execute(arguments: ["turn": turn, "now": now, "limit": most])
        let areMoreDue = db.changesCount == most
        let users = try Int64.fetchAll(
            db.cachedStatement(sql: TurnSQL.users), arguments: ["limit": LeaseLimits.users.value])
        let lines = try fill(users)
        var choice = Choice(places: Self.rounds(lines.map(\.rows), limit: limit), users: lines.map(\.user))
        // While rows are passed over, the way behind them is by their destination.
        choice.hasMore = !hasPassedOver && (areMoreDue || users.count == LeaseLimits.users.value)
        if choice.places.count < limit, hasPassedOver {
            choice.places += try behind(Set(choice.places), limit: limit - choice.places.count, after: &last)
        }
        return choice
    }

    private mutating func fill(_ users: [Int64]) throws -> [Line] {
        var lines: [Line] = []
        var missing = limit
        let share = Self.share(of: limit, among: users.count)
        for user in users {
            guard missing > 0, budget > 0 else { break }
            var line = Line(user: user)
            try read(share, into: &line)
            missing -= line.rows.count
            lines.append(line)
        }
        // What some leave is shared by those who have more.
        while missing > 0, budget > 0 {
            let hungry = lines.indices.filter { lines[$0].hasMore }
            guard !hungry.isEmpty else { break }
            let share = Self.share(of: missing, among: hungry.count)
            for index in hungry where missing > 0 && budget > 0 {
                let count = lines[index].rows.count
                try read(count + share, into: &lines[index])
                missing -= lines[index].rows.count - count
            }
        }
        return lines
    }

    private static func share(of count: Int, among users: Int) -> Int { max(1, (count + users - 1) / max(1, users)) }

    /// Reads the first rows of a user.
    private mutating func read(_ count: Int, into line: inout Line) throws {
        let fresh = try due(line.user, .fresh, count)
        let retries = try due(line.user, .retried, count)
        line.rows = Self.alternate([fresh.rows, retries.rows], limit: count)
        line.hasMore = fresh.hasMore || retries.hasMore || fresh.rows.count + retries.rows.count > count
    }

    private mutating func due(
        _ user: Int64, _ lane: TurnSQL.Lane, _ count: Int
    ) throws -> (rows: [Candidate], hasMore: Bool) {
        let most = excluded.isEmpty ? count : max(count, LeaseLimits.userWindow.value)
        let cursor = try Row.fetchCursor(
            db.cachedStatement(sql: TurnSQL.due(lane, destination: !excluded.isEmpty)),
            arguments: ["user": user, "now": now, "limit": most])
        var rows: [Candidate] = []
        var looked = 0
        while rows.count < count, let row = try cursor.next() {
            looked += 1
            if !excluded.isEmpty, let destination = row["destination"] as String?, excluded.contains(destination) { continue }
            rows.append(Candidate(place: row["place"], dueAt: row["due_at"]))
        }
        budget -= looked
        if looked > rows.count, rows.count < count { hasPassedOver = true }
        return (rows, rows.count == count)
    }

    /// Finds what is due behind rows of closed destinations, destination by destination.
    private func behind(_ chosen: Set<Int64>, limit: Int, after last: inout String) throws -> [Int64] {
        var found: [Candidate] = []
        func add(_ destination: String?) throws {
            let cursor = try Row.fetchCursor(
                db.cachedStatement(sql: TurnSQL.dueToDestination),
                arguments: ["destination": destination, "now": now, "limit": limit + chosen.count])
            while let row = try cursor.next() {
                let candidate = Candidate(place: row["place"], dueAt: row["due_at"])
                if !chosen.contains(candidate.place) { found.append(candidate) }
            }
        }
        // What has no destination stands before the first.
        if last.isEmpty { try add(nil) }
        let start = last
        var hasWrapped = false
        for _ in 0..<LeaseLimits.destinations.value {
            guard found.count < limit else { break }
            let next = try String.fetchOne(db.cachedStatement(sql: TurnSQL.nextDestination), arguments: ["last": last])
            if let next, !hasWrapped || next <= start {
                last = next
                if !excluded.contains(next) { try add(next) }
            } else {
                guard !hasWrapped, !start.isEmpty else { break }
                hasWrapped = true
                last = ""
                try add(nil)
            }
        }
        found.sort { ($0.dueAt, $0.place) < ($1.dueAt, $1.place) }
        return found.prefix(limit).map(\.place)
    }

    /// Has the users take turns, and within a round the longest due first.
    private static func rounds(_ lines: [[Candidate]], limit: Int) -> [Int64] {
        let numbered = lines.map { line in line.enumerated().map { (round: $0, row: $1) } }
        return alternate(numbered, limit: limit)
            .sorted { ($0.round, $0.row.dueAt, $0.row.place) < ($1.round, $1.row.dueAt, $1.row.place) }
            .map(\.row.place)
    }

    /// The first of each list, then the second of each, and so on.
    private static func alternate<Element>(_ lists: [[Element]], limit: Int) -> [Element] {
        var result: [Element] = []
        for index in 0..<(lists.map(\.count).max() ?? 0) {
            for list in lists where index < list.count && result.count < limit { result.append(list[index]) }
        }
        return result
    }
}
