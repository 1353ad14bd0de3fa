package import ApusMetrics
package import CoreMetrics
import Synchronization

/// A swift-metrics backend that keeps every value in a table: counters their sum, meters the last value, recorders the number of values.
package final class RecordedMetrics: MetricsFactory {
    private let table = Table()

    package init() {}

    /// A series' value; nil when nobody ever made it.
    package func value<Labels>(_ declaration: some MetricDeclaration<Labels>, _ labels: Labels) -> Double? {
        table.values.withLock { $0[Self.key(declaration.name, labels.pairs)] }
    }

    package func value(_ declaration: some MetricDeclaration<NoLabels>) -> Double? { value(declaration, NoLabels()) }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { series(label, dimensions) }
    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, dimensions)
    }
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { series(label, dimensions) }
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions)
    }
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { series(label, dimensions) }
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private static func key(_ name: String, _ labels: [(String, String)]) -> String {
        name + labels.map { " \($0.0)=\($0.1)" }.sorted().joined()
    }

    private func series(_ name: String, _ labels: [(String, String)]) -> Series {
        let key = Self.key(name, labels)
        table.values.withLock { $0[key] = $0[key] ?? 0 }
        return Series(key: key, table: table)
    }
}

private final class Table: Sendable {
    let values = Mutex<[String: Double]>([:])
}

private final class Series: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    private let key: String
    private let table: Table

    init(key: String, table: Table) {
        self.key = key
        self.table = table
    }

    private func change(_ change: (Double) -> Double) { table.values.withLock { $0[key] = change($0[key] ?? 0) } }

    func increment(by amount: Int64) { change { $0 + Double(amount) } }
    func increment(by amount: Double) { change { $0 + amount } }
    func decrement(by amount: Double) { change { $0 - amount } }
    func reset() { change { _ in 0 } }
    func set(_ value: Int64) { change { _ in Double(value) } }
    func set(_ value: Double) { change { _ in value } }
    func record(_ value: Int64) { change { $0 + 1 } }
    func record(_ value: Double) { change { $0 + 1 } }
    func recordNanoseconds(_ duration: Int64) { change { $0 + 1 } }
}
