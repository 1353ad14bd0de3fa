import CSystemd
import Glibc

/// The place where systemd is to be reached.
package enum UnitBusAddress: Sendable, Equatable {
    /// A system bus, by its D-Bus address.
    case bus(String)
    /// The private socket of systemd itself, for root only and without a bus, by its D-Bus address.
    case manager(String)

    /// - Parameter text: a D-Bus address such as `unix:path=/run/dbus/system_bus_socket`; `nil` for one that is not of a Unix socket.
    ///   A path that ends in `/systemd/private` is that of systemd's own socket.
    package init?(_ text: String) {
        guard text.hasPrefix("unix:") else { return nil }
        self = text.hasSuffix("/systemd/private") ? .manager(text) : .bus(text)
    }

    /// The address of this host's systemd: what `DBUS_SYSTEM_BUS_ADDRESS` says, or the usual socket; for root, while no bus is
    /// there, systemd's own.
    package static var ofHost: UnitBusAddress {
        if let named = getenv("DBUS_SYSTEM_BUS_ADDRESS").flatMap({ UnitBusAddress(String(cString: $0)) }) { return named }
        let (bus, own) = ("/run/dbus/system_bus_socket", "/run/systemd/private")
        let isBusMissing = access(bus, F_OK) != 0
        return isBusMissing && geteuid() == 0 && access(own, F_OK) == 0
            ? .manager("unix:path=\(own)") : .bus("unix:path=\(bus)")
    }

    /// Whether systemd is this host's init.
    package static var isHostBooted: Bool { sd_booted() > 0 }
}

extension UnitBusAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .bus(let text), .manager(let text): text
        }
    }
}
