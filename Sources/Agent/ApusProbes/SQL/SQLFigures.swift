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

    /// The gauges that have an answer.
    package let gauges: [Gauge]
    /// Why others have none.
    package let failures: [ProbeFailure]

    /// - Throws: the first gauge's failure where none has an answer.
    package init(_ outcomes: [ChildOutcome], of target: SQLTarget) throws(ProbeFailure) {
        guard outcomes.count == target.gauges.count else {
            throw ProbeFailure(.agent, "the process that asks has answered what is no answer")
        }
        var gauges: [Gauge] = []
        var failures: [ProbeFailure] = []
        for (gauge, outcome) in zip(target.gauges, outcomes) {
            switch outcome {
            case .failure(let failure): failures.append(failure)
            case .success(let table):
                do throws(SQLFault) {
                    gauges.append(Gauge(name: gauge.name, series: try Self.series(of: gauge, table, target.takenLabels)))
                } catch { failures.append(ProbeFailure(error.reason, "\(gauge.name): \(error.text)")) }
            }
        }
        if gauges.isEmpty, let first = failures.first { throw first }
        self.gauges = gauges
        self.failures = failures
    }

    /// - Parameter taken: labels that no column can be.
    private static func series(
        of gauge: SQLTarget.Gauge, _ table: ChildTable, _ taken: Set<String>
    ) throws(SQLFault) -> [Series] {
        let columns = table.columns
        guard let place = columns.firstIndex(of: ByteText(gauge.value)) else {
            throw SQLFault("the query has no column \(gauge.value.quotedExcerpt()): write AS \(gauge.value) behind the number")
        }
        guard columns.count - 1 <= ChildLimits.labels.value else {
            throw SQLFault(
                "the query has more than \(ChildLimits.labels.value) columns besides the value: select fewer", .limit)
        }
        var names: Set<ByteText> = []
        for (column, name) in columns.enumerated() {
            guard names.insert(name).inserted else {
                throw SQLFault("two columns are called \(name.text.quotedExcerpt()): name them by AS")
            }
            guard column == place || ProbeBounds.isLabel(name.text) && !taken.contains(name.text) else {
                throw SQLFault("the column \(name.text.quotedExcerpt()) can be no label: name it by AS")
            }
        }
        var series: [Series] = []
        // By bytes: texts that look alike are different labels.
        var seen: Set<[ByteText]> = []
        for (number, row) in table.rows.enumerated() {
            // Nothing is known of it, which is not 0.
            guard let text = row[place] else { continue }
            guard let value = Self.number(text) else {
                // The cell itself is not shown: what is stored there is nobody's who may see a page of the agent's.
                throw SQLFault(
                    "row \(number + 1) has no number in the column \(gauge.value.quotedExcerpt()): select one, or leave the row out"
                )
            }
            var labels: [Label] = []
            for (column, value) in row.enumerated() where column != place {
                guard let given = value?.text, !given.isEmpty else { continue }
                // A label is compared as it is served, so that no two series are one there.
                let value = String(decoding: LabelBytes.withoutNull(Array(given.utf8)), as: UTF8.self)
                guard value.utf8.count <= ChildLimits.label.value.bytes else {
                    throw SQLFault(
                        "row \(number + 1) has a label longer than \(ChildLimits.label.value.limitText): \(ChildLimits.label.remedy)",
                        .limit)
                }
                labels.append(Label(name: columns[column].text, value: value))
            }
            labels.sort { $0.name < $1.name }
            guard seen.insert(labels.flatMap { [ByteText($0.name), ByteText($0.value)] }).inserted else {
                throw SQLFault("row \(number + 1) has the labels of another row: group the rows by all labels")
            }
            series.append(Series(labels: labels, value: value))
        }
        return series
    }

    /// A number as databases write it. Words such as `inf` are none of a count.
    private static func number(_ text: ByteText) -> Double? {
        switch text {
        case "t", "true": 1
        case "f", "false": 0
        default: text.text.wholeDouble.flatMap { $0.isFinite ? $0 : nil }
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
