import ApusTopology
import NotificationFleet

/// The notification platform in production, with ports moved.
func notifications(offset: Int) -> Fleet {
    notificationFleet(
        FleetParameters(scrapeInterval: .seconds(2), alertHold: .seconds(2), portOffset: offset)
    ).varied(for: .production)
}
