import CommandConventions
import ApusJournal
import ArgumentParser

/// Which units are watched, and where systemd is.
struct UnitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Unit whose state is served, absent or not, or a glob over loaded units; repeatable. [default: apus-*.service where systemd "
                + "is the init]", valueName: "unit"))
    var watchUnit: [String] = []

    @Option(
        help: ArgumentHelp(
            "D-Bus address of the system bus, unix:path=PATH; a path that ends in /systemd/private is systemd's own. [default: "
                + "$DBUS_SYSTEM_BUS_ADDRESS or this host's]", valueName: "address"))
    var systemBus: String?

    /// The units that are watched, and that have counts of their own of the journal.
    func patterns() throws -> [UnitPattern] {
        try (watchUnit.isEmpty ? ["apus-*.service"] : watchUnit).map { text in
            guard let pattern = UnitPattern(text) else {
                throw ValidationError(
                    "--watch-unit \(text): write a unit's name with its type, such as nginx.service, or a glob; a [ needs its ]"
                )
            }
            return pattern
        }
    }

    /// What is watched; `nil`: nothing.
    ///
    /// - Parameter interval: of the sampling loop: how often systemd is asked for a sign of life.
    func configuration(interval: Duration) throws -> UnitWatchConfiguration? {
        let patterns = try patterns()
        let address = try systemBus.map { text in
            guard let address = UnitBusAddress(text) else {
                throw ValidationError("--system-bus \(text): write unix:path=PATH")
            }
            return address
        }
        guard !watchUnit.isEmpty || address != nil || UnitBusAddress.isHostBooted else { return nil }
        var configuration = UnitWatchConfiguration(patterns: patterns, address: address)
        configuration.checkInterval = interval
        return configuration
    }
}
