public import ApusDashboards
import ApusPromQL
public import ApusTopology
public import MonitoringPacks

/// The monitoring of the notification platform: whether notifications are taken up and delivered, and how much waits.
///
/// It belongs in a fleet with a service that records ``RecordedMetrics/deliveries``.
public struct NotificationPack: MonitoringPack {
    public let place: SourcePlace
    public var concern: String { "delivery" }

    public init(fileID: String = #fileID, line: Int = #line) {
        place = SourcePlace(fileID: fileID, line: line)
    }

    public func alerts(in fleet: Fleet) -> [Alert] { DeliveryAlerts(fleet: fleet).all }

    public func inhibitions(in fleet: Fleet) -> [Inhibition] {
        [
            Inhibition(of: [.deliveriesStalled], while: [.databaseDown, .poolerDown]),
            Inhibition(
                of: [.throughputTooLow, .oldQueue, .deepQueue], while: [.deliveriesStalled], equal: [TargetKey.service]),
        ]
    }

    public func dashboards(of fleet: Fleet) -> [Dashboard] {
        guard fleet.records(.deliveries) else { return [] }
        return [
            NotificationOverview(fleet: fleet).dashboard, DeliveriesDashboard(fleet: fleet).dashboard,
            QueueDashboard(fleet: fleet).dashboard,
        ]
    }
}

extension FleetDashboard {
    static let deliveries = FleetDashboard("deliveries", of: NotificationPack.self) { $0.records(.deliveries) }
    /// The notifications that wait, and before them what waits at brokers: in place of the dashboard of brokers alone.
    static let workQueue = FleetDashboard("queue", of: NotificationPack.self) { $0.records(.deliveries) }
}
