public import ApusDashboards
public import ApusTopology

/// The monitoring of one subject: alerts with their thresholds, and dashboards, for what a fleet has of it.
///
/// A pack is a part of the fleets that it watches, so that all files and commands have what is in it:
///
/// ```swift
/// struct ShopPack: MonitoringPack {
///     let place: SourcePlace
///     let concern = "shop"
///
///     init(fileID: String = #fileID, line: Int = #line) { place = SourcePlace(fileID: fileID, line: line) }
///
///     func alerts(in fleet: Fleet) -> [Alert] { fleet.records(.orders) ? [ordersFail] : [] }
/// }
///
/// let fleet = Fleet("shop") {
///     FleetService("shop", role: .api, records: [.requests, .orders]) { … }
///     ShopPack()
/// }
/// ```
public protocol MonitoringPack: FleetPart {
    /// The name of the pack's files: `rules/CONCERN-alerts.yml`.
    var concern: String { get }

    /// The alerts of a fleet: none on what nothing in it serves.
    func alerts(in fleet: Fleet) -> [Alert]

    /// The alerts that say nothing new while others fire, of the pack and of others.
    ///
    /// Each alert that is named must be one of the fleet's; those with a name ``AlertName/ofSomeFleets(_:)`` may be missing.
    func inhibitions(in fleet: Fleet) -> [Inhibition]

    /// The dashboards of a fleet; one of the name of another replaces that.
    func dashboards(of fleet: Fleet) -> [Dashboard]
}

extension MonitoringPack {
    public func inhibitions(in fleet: Fleet) -> [Inhibition] { [] }
    public func dashboards(of fleet: Fleet) -> [Dashboard] { [] }
}

extension Fleet {
    /// Whether some service records a group of metrics.
    public func records(_ metrics: RecordedMetrics) -> Bool { services.contains { $0.records.contains(metrics) } }
}
