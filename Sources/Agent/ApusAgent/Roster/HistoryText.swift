import AgentMetrics
import ApusLimits
import ApusText

/// The history in JSON.
enum HistoryText {
    /// What `/api/v1/history` answers about one subject.
    ///
    /// - Parameter isKnown: whether the agent knows the subject, though it may have no history.
    static func one(_ identity: InstanceIdentity, _ history: History, after moment: Double?) -> [UInt8] {
        let lines = history.lines(of: identity, after: moment ?? -.infinity)
        var writer = JSONBytes(capacity: 8192)
        writer.object { writer in
            RosterText.identity(identity, &writer)
            writer.member("stepSeconds", history.step)
            writer.member("mostPoints", history.mostPoints)
            times("times", lines?.times ?? [], &writer)
            writer.name("series")
            writer.object { writer in
                for (series, values) in lines?.values ?? [] {
                    name(series, &writer)
                    writer.array { writer in for value in values { writer.number(value) } }
                }
            }
            times("restarts", lines?.restarts ?? [], &writer)
            if lines == nil {
                writer.member(
                    "reason",
                    "no history of it is kept: it has come just now, or there is no memory left (docs/limits.md, History)")
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// What `/api/v1/history?all=1` answers.
    static func all(_ sketch: History.Sketch) -> [UInt8] {
        var writer = JSONBytes(capacity: 1024 + sketch.subjects.count * (128 + sketch.times.count * 16))
        writer.object { writer in
            writer.member("stepSeconds", sketch.step)
            times("times", sketch.times, &writer)
            writer.name("instances")
            writer.array { writer in
                for subject in sketch.subjects.prefix(RosterLimits.rows.value) {
                    writer.object { writer in
                        RosterText.identity(subject.identity, &writer)
                        for (series, values) in subject.values where values.contains(where: { !$0.isNaN }) {
                            name(series, &writer)
                            writer.array { writer in for value in values { writer.number(fourDigits(value)) } }
                        }
                    }
                }
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func times(_ member: StaticString, _ times: [Double], _ writer: inout JSONBytes) {
        writer.name(member)
        writer.array { writer in for time in times { writer.number(RosterText.moment(time)) } }
    }

    private static func name(_ series: HistorySeries, _ writer: inout JSONBytes) { writer.name(series.member) }

    /// As many digits as a small picture shows.
    private static func fourDigits(_ value: Float) -> Float {
        let number = Double(value)
        guard number.isFinite, number != 0 else { return value }
        // Powers of ten that a double has exactly.
        var unit = 1.0
        if abs(number) >= 10_000 {
            while abs(number) >= unit * 10_000, unit < 1e18 { unit *= 10 }
            return Float((number / unit).rounded() * unit)
        }
        while abs(number) * unit < 1000, unit < 1000 { unit *= 10 }
        return Float((number * unit).rounded() / unit)
    }
}
