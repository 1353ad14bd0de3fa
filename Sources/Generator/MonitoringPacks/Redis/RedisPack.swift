import ApusDashboards
import ApusPromQL
import ApusTopology

/// The monitoring of Redis servers.
struct RedisPack: StandardPack {
    static let subject = StandardPacks.Subject.caches
    let concern = "cache"

    func alerts(in fleet: Fleet) -> [Alert] { CacheAlerts(fleet: fleet).all }

    func inhibitions(in fleet: Fleet) -> [Inhibition] {
        [
            Inhibition(
                of: [.cacheMemoryNearLimit, .cacheRejectsConnections, .keysEvicted], while: [.cacheDown],
                equal: [TargetKey.service, .instance])
        ]
    }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.cache.ifPart(of: fleet) { CacheDashboard(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    static let cache = FleetDashboard("cache", ofStandard: RedisPack.self) { !$0.caches.isEmpty }
}
