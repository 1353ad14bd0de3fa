import ApusPromQL
import ApusRules
package import ApusTopology

/// What a fleet is alerted on, by concern: only what something in the fleet exports.
package struct FleetAlerts {
    let fleet: Fleet

    package init(fleet: Fleet) { self.fleet = fleet }

    /// In the order in which the files are read.
    package var concerns: [(name: String, alerts: [Alert])] {
        [
            ("fleet", InstanceAlerts(fleet: fleet).all + ResourceAlerts(fleet: fleet).all),
            ("delivery", DeliveryAlerts(fleet: fleet).all),
            ("request", RequestAlerts(fleet: fleet).all),
            ("database", DatabaseAlerts(fleet: fleet).all),
            ("broker", BrokerAlerts(fleet: fleet).all),
            ("cache", CacheAlerts(fleet: fleet).all),
            ("traffic", TrafficAlerts(fleet: fleet).all),
            ("host", HostAlerts(fleet: fleet).all),
            ("monitoring", MonitoringAlerts(fleet: fleet).all),
            ("unit", UnitAlerts(fleet: fleet).all),
            ("objective", fleet.objectives.flatMap { ObjectiveRules($0).alerts }),
            ("own", fleet.alerts),
        ]
    }
}

extension Fleet {
    /// The window of rates in rules.
    var rateWindow: RateWindow { .fixed(alertWindow) }

    /// The window in which a single event counts: longer than the alert waits, so that one is enough to fire.
    var eventWindow: RateWindow {
        .fixed(max(alertWindow, alerting.hold + max(scraping.interval, scraping.evaluationInterval) * 4))
    }

    /// Whether some service records a group of metrics.
    func records(_ metrics: RecordedMetrics) -> Bool { services.contains { $0.records.contains(metrics) } }
}
