package import AgentMetrics
package import ApusLimits

/// The last hour of every instance and group of processes, in memory that is bounded for all of them together: a value that
/// takes turns of
/// the sampling loop, with their times.
///
/// All series have their points at the same times. At intervals below 15 s a point is made of several turns, so that an hour
/// fits.
package struct History: Sendable {
    /// Turns of which a point is made.
    package let turnsPerPoint: Int
    /// Points of a series at most.
    package let mostPoints: Int
    /// Seconds between two turns.
    private let interval: Double
    /// Subjects that may have series at a time.
    private let mostTracks: Int
    private var tracks: [InstanceIdentity: HistoryTrack] = [:]
    /// When each point was made, in seconds since the Unix epoch, the oldest first.
    private var times: [Double] = []
    /// How many subjects have series.
    package private(set) var recorded = 0
    private var turn: UInt64 = 0

    /// - Parameters:
    ///   - interval: of the sampling loop.
    ///   - memory: bytes for the series of all subjects.
    package init(interval: Duration, memory: Int = HistoryLimits.memory.value.bytes) {
        let seconds = max(0.001, interval / .seconds(1))
        let hour = HistoryLimits.span.value / .seconds(1)
        let points = Double(HistoryLimits.points.value)
        self.interval = seconds
        turnsPerPoint = max(1, Int((hour / points / seconds).rounded(.up)))
        mostPoints = max(2, min(HistoryLimits.points.value, Int((hour / (seconds * Double(turnsPerPoint))).rounded(.up))))
        mostTracks = memory / HistoryTrack.Rings.bytes(points: mostPoints)
    }

    /// Seconds between two points.
    package var step: Double { interval * Double(turnsPerPoint) }
    /// When the newest point was made; `nil` before the first.
    package var newest: Double? { times.last }
    package var count: Int { tracks.count }

    /// What is known of a subject besides its series.
    package struct Standing: Sendable, Equatable {
        package let state: SubjectState
        /// When it came into its state, in seconds since the Unix epoch.
        package let since: Double
        /// How often another process was seen than before.
        package let restarts: Int
    }

    package func standing(of identity: InstanceIdentity) -> Standing? {
        tracks[identity].map { Standing(state: $0.state, since: $0.since, restarts: $0.restarts) }
    }

    /// Takes in a turn; subjects that are not in it are forgotten.
    ///
    /// - Returns: whether a point was made.
    @discardableResult
    package mutating func take(_ points: some Sequence<HistoryPoint>, at time: Double) -> Bool {
        turn += 1
        var waiting: [HistoryPoint] = []
        for point in points {
            guard let place = tracks.index(forKey: point.identity) else {
                tracks[point.identity] = HistoryTrack(point, turn: turn, at: time)
                continue
            }
            tracks.values[place].turn(point, turn: turn, at: time)
            if tracks.values[place].rings == nil, tracks.values[place].isSettled(at: turn) { waiting.append(point) }
        }
        forgetUnseen()
        if !waiting.isEmpty { admit(waiting) }
        guard turn % UInt64(turnsPerPoint) == 0 else { return false }
        for place in tracks.values.indices { tracks.values[place].close(most: mostPoints) }
        if times.count == mostPoints { times.removeFirst() }
        times.append(time)
        return true
    }

    private mutating func forgetUnseen() {
        guard tracks.values.contains(where: { $0.seen != turn }) else { return }
        tracks = tracks.filter { $0.value.seen == turn }
        recorded = tracks.values.count { $0.rings != nil }
    }

    // MARK: - Room

    /// Gives those room that have none, as long as there is any. Then who is expected takes it from who is not, and the names of users
    /// with few take it from the one with most.
    private mutating func admit(_ waiting: [HistoryPoint]) {
        var held: [UInt32?: Int]?
        var refused: Set<UInt32?> = []
        // Expected ones first; of the others who has been there longer.
        let ordered = waiting.map { (rank: rank($0.identity), point: $0) }.sorted { $0.rank < $1.rank }
        for (_, point) in ordered {
            guard let place = tracks.index(forKey: point.identity) else { continue }
            let track = tracks.values[place]
            if recorded >= mostTracks {
                guard track.isExpected || !refused.contains(track.owner) else { continue }
                var counts = held ?? recordedByOwner()
                guard let victim = victim(for: track, counts), let loser = tracks.index(forKey: victim) else {
                    refused.insert(track.owner)
                    continue
                }
                tracks.values[loser].end()
                counts[tracks.values[loser].owner, default: 1] -= 1
                recorded -= 1
                if !track.isExpected { counts[track.owner, default: 0] += 1 }
                held = counts
            }
            tracks.values[place].begin(with: point)
            recorded += 1
        }
    }

    private func rank(_ identity: InstanceIdentity) -> (Int, UInt64, InstanceIdentity) {
        let track = tracks[identity]
        return (track?.isExpected == true ? 0 : 1, track?.first ?? 0, identity)
    }

    /// How many subjects that nobody expects have series, by whose names they are.
    private func recordedByOwner() -> [UInt32?: Int] {
        tracks.values.reduce(into: [:]) { if $1.rings != nil, !$1.isExpected { $0[$1.owner, default: 0] += 1 } }
    }

    private func victim(for track: HistoryTrack, _ held: [UInt32?: Int]) -> InstanceIdentity? {
        guard let most = held.max(by: { ($0.value, $1.key ?? 0) < ($1.value, $0.key ?? 0) }), most.value > 0 else { return nil }
        // Nobody gains by an exchange between two that would hold the same.
        guard track.isExpected || held[track.owner, default: 0] + 1 < most.value else { return nil }
        return tracks.filter { $0.value.rings != nil && !$0.value.isExpected && $0.value.owner == most.key }
            .max { ($0.value.first, $0.key) < ($1.value.first, $1.key) }?.key
    }

    // MARK: - Reading

    /// The series of one subject.
    package struct Lines: Sendable {
        /// When each point was made, in seconds since the Unix epoch.
        package let times: [Double]
        /// A value for each of the times; of series that had any.
        package let values: [(series: HistorySeries, values: [Float])]
        /// When another process was seen than before.
        package let restarts: [Double]
    }

    /// How many points came after one, which is known by its time.
    ///
    /// The clock may have been set back meanwhile, so that later points have earlier times.
    private func points(after moment: Double) -> Int {
        // As documents have times: to the millisecond.
        if let place = times.lastIndex(where: { abs($0 - moment) < 0.001 }) { return times.count - 1 - place }
        return times.reversed().prefix { $0 > moment }.count
    }

    /// The series of a subject, from after a moment; `nil` where it has none.
    package func lines(of identity: InstanceIdentity, after moment: Double = -.infinity) -> Lines? {
        guard let rings = tracks[identity]?.rings else { return nil }
        let times = Array(times.suffix(min(rings.count, points(after: moment))))
        let values = HistorySeries.allCases.compactMap { series in
            rings.last(times.count, of: series).map { (series: series, values: $0) }
        }
        let restarts = zip(times, rings.restarts(times.count)).filter(\.1).map(\.0)
        return Lines(times: times, values: values, restarts: restarts)
    }

    /// A few series of every subject, with fewer points.
    package struct Sketch: Sendable {
        package let step: Double
        package let times: [Double]
        /// Values that end with the last of the times, and begin with it or later.
        package let subjects: [(identity: InstanceIdentity, values: [(series: HistorySeries, values: [Float])])]
    }

    /// What small pictures of all subjects are drawn of.
    ///
    /// - Parameters:
    ///   - points: as many as are wanted; several are one then.
    ///   - moment: after which points are wanted, each of them; `nil`: all, folded.
    package func sketch(points: Int, after moment: Double? = nil) -> Sketch {
        let kept = moment.map { self.points(after: $0) } ?? times.count
        let fold = moment == nil ? max(1, (mostPoints + points - 1) / max(1, points)) : 1
        let drawn: [HistorySeries] = [.cpu, .resident, .queue]
        let subjects = tracks.sorted { $0.key < $1.key }.compactMap { identity, track in
            track.rings.map { rings in
                let count = min(kept, rings.count)
                return (
                    identity: identity,
                    values: drawn.compactMap { series in
                        rings.last(count, of: series).map { (series: series, values: Self.folded($0, by: fold, series)) }
                    }
                )
            }
        }
        return Sketch(step: step * Double(fold), times: Self.every(fold, of: Array(times.suffix(kept))), subjects: subjects)
    }

    /// Groups that end with the last value are one value each.
    private static func folded(_ values: [Float], by fold: Int, _ series: HistorySeries) -> [Float] {
        guard fold > 1 else { return values }
        return groups(of: values.count, by: fold).map { series.folded(values[$0]) }
    }

    private static func every(_ fold: Int, of times: [Double]) -> [Double] {
        groups(of: times.count, by: fold).map { times[$0.upperBound - 1] }
    }

    private static func groups(of count: Int, by fold: Int) -> [Range<Int>] {
        stride(from: count % fold == 0 ? fold : count % fold, through: count, by: fold).map { max(0, $0 - fold)..<$0 }
    }
}
