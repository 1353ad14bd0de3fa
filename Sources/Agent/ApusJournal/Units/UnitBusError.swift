package import AgentMetrics
import Glibc

/// Why nothing can be heard of units.
package enum UnitBusError: Error, Equatable {
    /// There is no bus at the address.
    case connect(UnitBusAddress, code: Int32)
    /// No answer came within the deadline.
    case timeout(call: String)
    /// The bus, or systemd, has gone.
    case disconnected
    /// The bus or systemd refused a call, by an error of that name.
    case refused(call: String, name: String)
    /// An answer is not of the form that this version knows.
    case malformed(call: String)

    package var reason: BusErrorReason {
        switch self {
        case .connect: .connect
        case .timeout: .timeout
        case .disconnected: .disconnected
        case .refused: .refused
        case .malformed: .malformed
        }
    }
}

extension UnitBusError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .connect(let address, let code):
            "the bus at \(address) cannot be reached: \(String(cString: strerror(code))); does systemd run, and the package dbus?"
        case .timeout(let call): "the bus has not answered \(call) in time; is dbus-daemon, or systemd, stopped or overloaded?"
        case .disconnected: "the bus or systemd has closed the connection; it is made again"
        case .refused(let call, let name): "\(call) was refused: \(name); may this user talk to systemd on the bus?"
        case .malformed(let call): "the answer to \(call) is not of the form that this version knows"
        }
    }
}
