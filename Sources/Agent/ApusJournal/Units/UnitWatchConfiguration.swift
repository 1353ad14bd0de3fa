/// Which units are watched, and how patiently.
package struct UnitWatchConfiguration: Sendable {
    /// Where systemd is; `nil` is this host's, looked for at each connection.
    package var address: UnitBusAddress?
    package var patterns: [UnitPattern]
    /// For each call, and for a connection to be made.
    package var deadline = Duration.seconds(2)
    /// Between two signs of life of systemd. What it accounts without telling of changes (memory, tasks, CPU time) is read anew as
    /// often, while somebody reads snapshots.
    package var checkInterval = Duration.seconds(15)
    /// After which everything is read anew, in case that a signal was lost.
    package var recheckInterval = Duration.seconds(300)

    package init(patterns: [UnitPattern], address: UnitBusAddress? = nil) {
        self.patterns = patterns
        self.address = address
    }
}
