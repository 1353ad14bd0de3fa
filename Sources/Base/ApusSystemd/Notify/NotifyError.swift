/// Why the service manager was not told, or what it passed cannot be used.
package enum NotifyError: Error, Equatable, CustomStringConvertible {
    /// `NOTIFY_SOCKET` names something that does not take datagrams.
    case cannotReach(socket: String, errno: Int32)
    /// The manager's queue stayed full.
    case timedOut(socket: String)
    /// A variable that the manager sets, such as `WATCHDOG_USEC` or `LISTEN_FDS`, is not of its form.
    case malformed(variable: String, value: String)
    /// The sockets that the manager passed could not be taken.
    case cannotListen(errno: Int32)

    package var description: String {
        switch self {
        case .cannotReach(let socket, let code):
            "the service manager's socket \(socket) cannot be reached (errno \(code)): is NOTIFY_SOCKET inherited from a manager that has ended?"
        case .timedOut(let socket):
            "the service manager did not take a message on \(socket) in time"
        case .malformed(let variable, let value):
            "\(variable)=\(value) is not as systemd sets it: unset it, or let the unit's WatchdogSec= or a socket unit set it"
        case .cannotListen(let code):
            "the sockets that the service manager passed cannot be taken (errno \(code)): LISTEN_FDS is not what it set"
        }
    }
}
