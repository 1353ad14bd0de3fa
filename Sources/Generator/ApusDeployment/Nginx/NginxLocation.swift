import ApusTopology

/// What becomes of the requests whose path begins so.
struct NginxLocation {
    let path: String
    /// Nil: unlimited.
    let zone: RateZone?
    let upgrades: Bool
    let place: SourcePlace

    /// The paths of the rate zones, those of WebSockets, and all others; a path of WebSockets is limited by the zone that would
    /// have taken it.
    static func all(of balancer: LoadBalancer) -> [NginxLocation] {
        let zones = balancer.rateZones.flatMap { zone in zone.paths.map { (path: $0, zone: zone) } }
        func zone(of path: String) -> RateZone? {
            zones.filter { path.hasPrefix($0.path) }.max { $0.path.utf8.count < $1.path.utf8.count }?.zone
        }
        let sockets = balancer.webSocketPaths
        let limited = zones.filter { !sockets.contains($0.path) }
            .map { NginxLocation(path: $0.path, zone: $0.zone, upgrades: false, place: $0.zone.place) }
        let upgraded = sockets.map {
            NginxLocation(path: $0, zone: zone(of: $0), upgrades: true, place: balancer.place)
        }
        let all = limited + upgraded
        return all.contains { $0.path == "/" }
            ? all : all + [NginxLocation(path: "/", zone: nil, upgrades: false, place: balancer.place)]
    }
}
