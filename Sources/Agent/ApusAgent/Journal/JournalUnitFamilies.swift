import ApusMetrics
import ApusJournal
import AgentMetrics

/// The life of units on a scrape.
struct JournalUnitFamilies {
    /// What ends of a unit may come to that an alert wants to see rise from 0.
    private static let usualCauses = ["success", "exit-code", "signal", "core-dump", "watchdog", "timeout", "oom-kill"]

    private let counts: JournalCounts
    private var byEvent: [JournalEvent: [(series: JournalEventSeries, count: Double)]] = [:]
    /// Those that are known, and those of which a start or an end is.
    private var units: Set<String>

    init(_ counts: JournalCounts, known: Set<String>) {
        self.counts = counts
        units = known
        for (series, count) in counts.events {
            byEvent[series.event, default: []].append((series, Double(count)))
            switch series.event {
            case .started, .succeeded, .failed: units.insert(series.unit)
            default: break
            }
        }
    }

    func write(to encoder: inout ExpositionEncoder) {
        writeByUnit(JournalUnits.starts, .started, to: &encoder)
        writeByUnit(JournalUnits.startFailures, .startFailed, to: &encoder)
        encoder.family(JournalUnits.exits, exits)
        encoder.family(
            JournalUnits.processExits,
            series(.processExited).map {
                (JournalProcessExitLabels(unit: $0.series.unit, code: $0.series.cause, status: $0.series.status), $0.count)
            })
        writeByUnit(JournalUnits.restarts, .restartScheduled, to: &encoder)
        encoder.family(
            JournalUnits.oomKills,
            [(JournalEvent.outOfMemory, "kernel"), (.oomdKilled, "oomd")].flatMap { event, killer in
                countsByUnit(event).map { (JournalOOMLabels(unit: $0.unit, killer: killer), $0.count) }
            })
        encoder.family(
            JournalUnits.coreDumps,
            series(.coreDumped).map { (JournalCoreDumpLabels(unit: $0.series.unit, signal: $0.series.cause), $0.count) })
        writeByUnit(Journal.suppressed, .messagesSuppressed, to: &encoder)
        encoder.family(Journal.kernelMissed, series(.kernelMessagesMissed).reduce(0) { $0 + $1.count })
        writeConsumption(to: &encoder)
    }

    /// In an order that stays.
    private func series(_ event: JournalEvent) -> [(series: JournalEventSeries, count: Double)] {
        (byEvent[event] ?? []).sorted {
            ($0.series.unit, $0.series.cause, $0.series.status) < ($1.series.unit, $1.series.cause, $1.series.status)
        }
    }

    private func writeByUnit(
        _ family: Counter<JournalUnitLabels>, _ event: JournalEvent, to encoder: inout ExpositionEncoder
    ) {
        encoder.family(family, countsByUnit(event).map { (JournalUnitLabels(unit: $0.unit), $0.count) })
    }

    /// Of each unit, 0 of those of which only other events are known: the first one is a rise that a query sees.
    private func countsByUnit(_ event: JournalEvent) -> [(unit: String, count: Double)] {
        var byUnit = Dictionary(uniqueKeysWithValues: units.map { ($0, 0.0) })
        for (series, count) in byEvent[event] ?? [] { byUnit[series.unit, default: 0] += count }
        return byUnit.sorted { $0.key < $1.key }.map { (unit: $0.key, count: $0.value) }
    }

    private var exits: [(JournalExitLabels, Double)] {
        var byLabels: [JournalExitLabels: Double] = [:]
        for unit in units {
            for cause in Self.usualCauses { byLabels[JournalExitLabels(unit: unit, cause: cause)] = 0 }
        }
        for (series, count) in byEvent[.succeeded] ?? [] {
            byLabels[JournalExitLabels(unit: series.unit, cause: "success"), default: 0] += count
        }
        for (series, count) in byEvent[.failed] ?? [] {
            byLabels[JournalExitLabels(unit: series.unit, cause: series.cause), default: 0] += count
        }
        return byLabels.sorted { ($0.key.unit, $0.key.cause) < ($1.key.unit, $1.key.cause) }
            .map { ($0.key, $0.value) }
    }

    private func writeConsumption(to encoder: inout ExpositionEncoder) {
        let consumptions = counts.consumptions
        func samples<Labels>(
            _ parts: [(resource: UnitResource, labels: (String) -> Labels)], scale: Double = 1
        ) -> [(labels: Labels, value: Double)] {
            consumptions.flatMap { unit, used in
                parts.compactMap { part in used[part.resource].map { (part.labels(unit), Double($0) * scale) } }
            }
        }
        encoder.family(
            JournalConsumption.cpu, samples([(.cpuNanoseconds, { JournalUnitLabels(unit: $0) })], scale: 1e-9))
        encoder.family(
            JournalConsumption.io,
            samples([
                (.ioReadBytes, { JournalIOLabels(unit: $0, direction: "read") }),
                (.ioWrittenBytes, { JournalIOLabels(unit: $0, direction: "write") }),
            ]))
        encoder.family(
            JournalConsumption.ioOperations,
            samples([
                (.ioReads, { JournalIOLabels(unit: $0, direction: "read") }),
                (.ioWrites, { JournalIOLabels(unit: $0, direction: "write") }),
            ]))
        encoder.family(
            JournalConsumption.ip,
            samples([
                (.ipReceivedBytes, { JournalIPLabels(unit: $0, direction: "receive") }),
                (.ipSentBytes, { JournalIPLabels(unit: $0, direction: "send") }),
            ]))
        encoder.family(
            JournalConsumption.ipPackets,
            samples([
                (.ipReceivedPackets, { JournalIPLabels(unit: $0, direction: "receive") }),
                (.ipSentPackets, { JournalIPLabels(unit: $0, direction: "send") }),
            ]))
        encoder.family(JournalConsumption.memoryPeak, samples([(.memoryPeakBytes, { JournalUnitLabels(unit: $0) })]))
    }
}
