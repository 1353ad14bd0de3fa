import AgentMetrics
import ApusAgent
import Testing

@Suite struct `The history` {
    private static func point(_ name: String, cpu: Float = 1, process: UInt64? = 1, state: SubjectState = .up) -> HistoryPoint {
        point(name, owner: 1000, isExpected: false, cpu: cpu, process: process, state: state)
    }

    private static func point(
        _ name: String, owner: UInt32?, isExpected: Bool, cpu: Float = 1, process: UInt64? = 1, state: SubjectState = .up
    ) -> HistoryPoint {
        var point = HistoryPoint(
            InstanceIdentity(service: "s", instance: name), owner: owner, isExpected: isExpected, state: state)
        point[.cpu] = cpu
        point[.up] = state == .up ? 1 : 0
        point.process = process
        return point
    }

    private static func identity(_ name: String) -> InstanceIdentity { InstanceIdentity(service: "s", instance: name) }

    private static func values(_ history: History, _ name: String, _ series: HistorySeries) -> [Float] {
        history.lines(of: identity(name))?.values.first { $0.series == series }?.values ?? []
    }

    @Test(arguments: [
        (Duration.milliseconds(100), 150, 240), (Duration.seconds(1), 15, 240), (Duration.seconds(7), 3, 172),
        (Duration.seconds(15), 1, 240),
        (Duration.seconds(60), 1, 60), (Duration.seconds(3600), 1, 2),
    ])
    func `an hour fits at every interval`(interval: Duration, turns: Int, points: Int) {
        let history = History(interval: interval)
        #expect(history.turnsPerPoint == turns)
        #expect(history.mostPoints == points)
    }

    @Test func `what is older than an hour goes, and the times are those of the points`() {
        var history = History(interval: .seconds(15))
        for turn in 0..<1000 { history.take([Self.point("a", cpu: Float(turn))], at: Double(turn) * 15) }
        let values = Self.values(history, "a", .cpu)
        #expect(values == (760..<1000).map { Float($0) })
        #expect(history.lines(of: Self.identity("a"))?.times == (760..<1000).map { Double($0) * 15 })
        #expect(history.lines(of: Self.identity("a"), after: 14_955)?.times == [14_970, 14_985])
    }

    @Test(arguments: [0, 1, 15, 16, 17, 63, 64, 65, 239, 240, 241, 500])
    func `a ring has the last points, however many came`(count: Int) {
        var ring = HistoryRing(most: 240)
        ring.insert(column: 0)
        for value in 0..<count { ring.append([Float(value)]) }
        #expect(ring.last(1000, column: 0) == (max(0, count - 240)..<count).map { Float($0) })
        #expect(ring.last(3, column: 0) == (max(0, count - 3)..<count).map { Float($0) })
    }

    @Test(arguments: [0, 1, 3, 4, 5, 9, 10, 11, 25])
    func `a column that comes later is a gap before, and leaves the others as they are`(count: Int) {
        var ring = HistoryRing(most: 10, missing: 2)
        ring.insert(column: 0)
        for value in 0..<count { ring.append([Float(value)]) }
        ring.insert(column: 1)
        ring.insert(column: 0)
        for value in count..<count + 3 { ring.append([-1, Float(value), Float(-value)]) }
        let kept = ring.last(100, column: 1)
        #expect(kept.count == min(10, count + 5))
        #expect(kept.filter { !$0.isNaN } == (max(0, count - 7)..<count + 3).map { Float($0) })
        #expect(ring.last(3, column: 0) == [-1, -1, -1])
        #expect(ring.last(3, column: 2) == (count..<count + 3).map { Float(-$0) })
        #expect(ring.last(100, column: 0).dropLast(3).allSatisfy { $0.isNaN })
        #expect(ring.last(100, column: 2).dropLast(3).allSatisfy { $0.isNaN })
    }

    @Test func `several turns are one point: of CPU the mean, of others the largest`() {
        var history = History(interval: .seconds(1))
        // Two turns pass before a subject is given room.
        for turn in 0..<2 { history.take([Self.point("a", cpu: 999)], at: Double(turn)) }
        for turn in 2..<30 {
            var point = Self.point("a", cpu: turn < 15 ? 2 : Float(turn - 14))
            point[.queue] = Float(turn)
            history.take([point], at: Double(turn))
        }
        #expect(Self.values(history, "a", .cpu) == [2, 8])
        #expect(Self.values(history, "a", .queue) == [14, 29])
    }

    @Test func `a gap is no number, and a series that never had a value is not there`() {
        var history = History(interval: .seconds(15))
        for turn in 0..<6 { history.take([Self.point("a", cpu: turn == 4 ? .nan : 1)], at: Double(turn) * 15) }
        let values = Self.values(history, "a", .cpu)
        #expect(values.map { $0.isNaN } == [false, false, true, false])
        #expect(Self.values(history, "a", .heap).isEmpty)
    }

    @Test func `a series that begins late has gaps before`() {
        var history = History(interval: .seconds(15))
        for turn in 0..<8 {
            var point = Self.point("a")
            if turn == 7 { point[.queue] = 5 }
            history.take([point], at: Double(turn) * 15)
        }
        let queue = Self.values(history, "a", .queue)
        #expect(queue.count == Self.values(history, "a", .cpu).count)
        #expect(queue.last == 5)
        #expect(queue.dropLast().allSatisfy { $0.isNaN })
    }

    @Test func `points after one are those that came later, whatever the clock says meanwhile`() {
        var history = History(interval: .seconds(15))
        let times = [100.0, 115, 130, -7000, -6985, -6970]
        for time in times { history.take([Self.point("a")], at: time) }
        for place in times.indices {
            let later = history.sketch(points: 240, after: times[place]).times
            #expect(later == Array(times[(place + 1)...]))
        }
        #expect(history.sketch(points: 240, after: -6980).times == [-6970])
        #expect(history.sketch(points: 240, after: 1000).times == [])
        #expect(history.lines(of: Self.identity("a"), after: 130)?.times == [-7000, -6985, -6970])
    }

    @Test func `another process is a restart, and the time in its state begins anew`() {
        var history = History(interval: .seconds(15))
        for turn in 0..<6 { history.take([Self.point("a", process: turn < 4 ? 1 : 2)], at: Double(turn) * 15) }
        #expect(history.standing(of: Self.identity("a"))?.restarts == 1)
        #expect(history.standing(of: Self.identity("a"))?.since == 60)
        #expect(history.lines(of: Self.identity("a"))?.restarts == [60])
        #expect(Self.values(history, "a", .up).allSatisfy { $0 == 1 })
    }

    @Test func `a group restarts when all of its processes are new, and not when one of several goes`() {
        var history = History(interval: .seconds(15))
        for turn in 0..<6 {
            var point = Self.point("a", process: turn < 2 ? 1 : turn < 4 ? 2 : 3)
            point.isSum = true
            // The second began before the first went.
            point.began = turn < 2 ? -100 : turn < 4 ? -50 : 50
            history.take([point], at: Double(turn) * 15)
        }
        #expect(history.standing(of: Self.identity("a"))?.restarts == 1)
    }

    @Test func `names that come and go take no room, and who is forgotten gives it back`() {
        var history = History(interval: .seconds(15))
        for turn in 0..<1000 {
            history.take((0..<10).map { Self.point("short-\(turn / 2)-\($0)") }, at: Double(turn) * 15)
            #expect(history.recorded == 0)
            #expect(history.count == 10)
        }
        for turn in 0..<4 { history.take([Self.point("long")], at: 15_000 + Double(turn) * 15) }
        #expect(history.recorded == 1)
        history.take([HistoryPoint](), at: 16_000)
        #expect(history.recorded == 0)
        #expect(history.count == 0)
    }

    @Test func `past the memory, who is expected has room, and a user with many names pays for it`() {
        var history = History(interval: .seconds(15), memory: 60_000)
        let many = (0..<100).map { Self.point("many-\($0)", owner: 1001, isExpected: false) }
        for turn in 0..<5 { history.take(many, at: Double(turn) * 15) }
        let most = history.recorded
        #expect(most > 2 && most < 20)
        let others = [
            Self.point("few", owner: 1002, isExpected: false), Self.point("expected", owner: nil, isExpected: true),
        ]
        for turn in 5..<12 { history.take(many + others, at: Double(turn) * 15) }
        #expect(history.recorded == most)
        #expect(!Self.values(history, "few", .cpu).isEmpty)
        #expect(!Self.values(history, "expected", .cpu).isEmpty)
        // Who has been there longest stays: none is exchanged for another of the same user.
        #expect((0..<100).count { !Self.values(history, "many-\($0)", .cpu).isEmpty } == most - 2)
    }

    @Test func `a sketch has as many points as are wanted, aligned at the end`() throws {
        var history = History(interval: .seconds(15))
        for turn in 0..<300 {
            var points = [Self.point("old", cpu: Float(turn))]
            if turn >= 200 { points.append(Self.point("young", cpu: 1)) }
            history.take(points, at: Double(turn) * 15)
        }
        let sketch = history.sketch(points: 60)
        #expect(sketch.times.count == 60)
        #expect(sketch.times.last == Double(299 * 15))
        let old = try #require(sketch.subjects.first { $0.identity.instance == "old" }?.values.first { $0.series == .cpu })
            .values
        #expect(old.count == 60)
        #expect(old.last == (296...299).reduce(0) { $0 + Float($1) } / 4)
        let young = try #require(sketch.subjects.first { $0.identity.instance == "young" })
        #expect((24...26).contains(try #require(young.values.first).values.count))
        #expect(history.sketch(points: 60, after: 298 * 15).times == [299 * 15])
    }
}
