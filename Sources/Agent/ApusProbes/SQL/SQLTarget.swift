package import ApusMetrics

/// Gauges that the configuration file selects from a database.
package struct SQLTarget: Sendable, Hashable {
    package enum Store: Sendable, Hashable {
        /// A file by its absolute path.
        case sqlite(String)
        case postgresql(PostgreSQLTarget)
    }

    /// One gauge: a row of the query is a series, its columns but for the value are labels.
    package struct Gauge: Sendable, Hashable {
        package var name: String
        package var help: String
        package var query: String
        /// The name of the column with the number.
        package var value: String

        package init(name: String, help: String, query: String, value: String) {
            self.name = name
            self.help = help
            self.query = query
            self.value = value
        }
    }

    package var store: Store
    package var gauges: [Gauge]
    /// Labels that all series of the probe have besides those that every probe has, and no column can be.
    package var takenLabels: Set<String> = []

    package init(_ store: Store, gauges: [Gauge]) {
        self.store = store
        self.gauges = gauges
    }

    /// The families of its gauges, whose labels are known once they are asked.
    package var families: [MetricFamily] {
        gauges.map { MetricFamily(name: $0.name, kind: .gauge, help: $0.help) }
    }
}
