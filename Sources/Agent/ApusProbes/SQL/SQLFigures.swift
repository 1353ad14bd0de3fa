import AgentMetrics
import ApusLimits
import ApusMetrics
import ApusText

/// The series of gauges that a database was asked for.
package struct SQLFigures: Sendable, Equatable {
    package struct Gauge: Sendable, Equatable {
        package let name: String
        package let series: [Series]
    }

    package struct Series: Sendable, Equatable {
        /// By name, those with an empty value left out.
        package let labels: [Label]
        package let value: Double
    }

    package struct Label: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    package let gauges: [Gauge]

    package init(_ tables: [ChildTable], of target: SQLTarget) throws(ProbeFailure) {
        guard tables.count == target.gauges.count else {
            throw ProbeFailure(.agent, "the process that asks has answered what is no answer")
        }
        var gauges: [Gauge] = []
        for (gauge, table) in zip(target.gauges, tables) {
            do throws(SQLFault) {
                gauges.append(Gauge(name: gauge.name, series: try Self.series(of: gauge, table)))
            } catch { throw ProbeFailure(error.reason, "\(gauge.name): \(error.text)") }
        }
        self.gauges = gauges
    }

    private static func series(of gauge: SQLTarget.Gauge, _ table: ChildTable) throws(SQLFault) -> [Series] {
        let columns = table.columns
        guard let place = columns.firstIndex(of: gauge.value) else {
            throw SQLFault("the query has no column \(gauge.value.quotedExcerpt()): write AS \(gauge.value) behind the number")
        }
        guard columns.count - 1 <= ChildLimits.labels.value else {
            throw SQLFault(
                "the query has more than \(ChildLimits.labels.value) columns besides the value: select fewer", .limit)
        }
        var names: Set<String> = []
        for (column, name) in columns.enumerated() {
            guard names.insert(name).inserted else {
                throw SQLFault("two columns are called \(name.quotedExcerpt()): name them by AS")
            }
            guard column == place || Self.isLabel(name) else {
                throw SQLFault("the column \(name.quotedExcerpt()) can be no label: name it by AS")
            }
        }
        var series: [Series] = []
        // By bytes: texts that look alike are different labels.
        var seen: Set<[ByteText]> = []
        for (number, row) in table.rows.enumerated() {
            // Nothing is known of it, which is not 0.
            guard let text = row[place] else { continue }
            guard let value = Self.number(text) else {
                throw SQLFault("row \(number + 1) has \(text.quotedExcerpt()) where a number is expected")
            }
            var labels: [Label] = []
            for (column, value) in row.enumerated() where column != place {
                guard let value, !value.isEmpty else { continue }
                guard value.utf8.count <= ChildLimits.label.value.bytes else {
                    throw SQLFault(
                        "row \(number + 1) has a label longer than \(ChildLimits.label.value.limitText): \(ChildLimits.label.remedy)",
                        .limit)
                }
                labels.append(Label(name: columns[column], value: value))
            }
            labels.sort { $0.name < $1.name }
            guard seen.insert(labels.flatMap { [ByteText($0.name), ByteText($0.value)] }).inserted else {
                throw SQLFault("row \(number + 1) has the labels of another row: group the rows by all labels")
            }
            series.append(Series(labels: labels, value: value))
        }
        return series
    }

    /// Whether a column's name can be that of a label: not one that every series of the agent has, or Prometheus gives a meaning.
    package static func isLabel(_ name: String) -> Bool {
        MetricName.isLegalLabel(name) && !name.hasPrefix("__")
            && !["service", "instance", "probe", "job", "le", "quantile"].contains(name)
    }

    /// A number as databases write it. Words such as `inf` are none of a count.
    private static func number(_ text: String) -> Double? {
        switch text {
        case "t", "true": 1
        case "f", "false": 0
        default: Double(text).flatMap { $0.isFinite ? $0 : nil }
        }
    }
}

/// What is wrong with the rows of a query.
private struct SQLFault: Error {
    let text: String
    let reason: ProbeFailureReason

    init(_ text: String, _ reason: ProbeFailureReason = .content) {
        self.text = text
        self.reason = reason
    }
}
