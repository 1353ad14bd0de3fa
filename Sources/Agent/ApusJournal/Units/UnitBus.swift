import ApusThreads
import CSystemd
import Glibc

/// A connection to the bus, or to systemd itself, on which nothing waits but ``wait(_:atMost:)``.
///
/// Belongs to one thread, as sd-bus has it.
final class UnitBus {
    // Valid until `deinit`: `apus_bus_open` gave it and only `deinit` closes it.
    private let bus: OpaquePointer

    /// Begins to connect.
    init(_ address: UnitBusAddress) throws(UnitBusError) {
        var opened: OpaquePointer?
        let code: Int32 =
            switch address {
            case .bus(let text): apus_bus_open(&opened, text, 1)
            case .manager(let text): apus_bus_open(&opened, text, 0)
            }
        guard code >= 0, let opened else { throw .connect(address, code: -code) }
        bus = opened
    }

    deinit { apus_bus_close(bus) }

    /// Whether the connection is made and answers.
    var isReady: Bool { sd_bus_is_ready(bus) > 0 }

    /// Sends or queues a call, and returns the cookie of its answer.
    func send(_ call: UnitCall) throws(UnitBusError) -> UInt64 {
        var cookie: UInt64 = 0
        let code: Int32 =
            switch call {
            case .match(let rule): apus_bus_match(bus, rule, &cookie)
            case .subscribe: apus_bus_subscribe(bus, &cookie)
            case .list(let patterns): list(patterns, &cookie)
            case .properties(let unit): apus_bus_get_unit(bus, unit, &cookie)
            case .fileState(let unit): apus_bus_get_unit_file_state(bus, unit, &cookie)
            case .ping: apus_bus_ping(bus, &cookie)
            }
        guard code >= 0 else { throw .disconnected }
        return cookie
    }

    private func list(_ patterns: [String], _ cookie: inout UInt64) -> Int32 {
        let texts: [UnsafeMutablePointer<CChar>?] = patterns.map { strdup($0) }
        defer { texts.forEach { free($0) } }
        // Ends with a null pointer, as the call wants it; sd-bus copies the texts.
        let list: [UnsafePointer<CChar>?] = texts.map { UnsafePointer($0) } + [nil]
        return apus_bus_list_units(bus, list, &cookie)
    }

    /// The next event that is there, `nil` when there is none for now.
    func next() throws(UnitBusError) -> UnitBusEvent? {
        var event = apus_bus_event()
        let code = apus_bus_next(bus, &event)
        guard code >= 0 else { throw .disconnected }
        guard code > 0 else { return nil }
        guard let message = event.message.map(UnitBusMessage.init) else { return .other }
        switch event.kind {
        case APUS_BUS_REPLY: return .reply(event.cookie, message)
        case APUS_BUS_REFUSAL: return .refusal(event.cookie, name: UnitBusMessage.text(event.text))
        case APUS_BUS_UNIT_CHANGED: return .unitChanged(UnitBusMessage.text(event.text))
        case APUS_BUS_UNIT_NEW: return .unitLoaded(UnitBusMessage.text(event.text))
        case APUS_BUS_UNIT_REMOVED: return .unitUnloaded(UnitBusMessage.text(event.text))
        case APUS_BUS_RELOADING: return .reloading(event.flag != 0)
        case APUS_BUS_OWNER_CHANGED: return .ownerChanged
        case APUS_BUS_DISCONNECTED: return .disconnected
        default: return .other
        }
    }

    /// Blocks until there is something to read or to write, the wake-up is raised, or the time is up.
    func wait(_ wake: WakeUp, atMost limit: Duration) {
        // With nothing that could wake it, it looks up now and then.
        let longest = wake.descriptor < 0 ? min(limit, .milliseconds(500)) : limit
        apus_bus_wait(bus, wake.descriptor, UInt64(max(0, longest / .microseconds(1))))
    }
}

/// What comes from the bus.
enum UnitBusEvent {
    /// The answer to the call with a cookie.
    case reply(UInt64, UnitBusMessage)
    /// The refusal of the call with a cookie, by an error of a name.
    case refusal(UInt64, name: String)
    case unitChanged(String)
    case unitLoaded(String)
    case unitUnloaded(String)
    /// systemd begins to load its configuration anew, or is done with it.
    case reloading(Bool)
    /// systemd has come to the bus, or left it.
    case ownerChanged
    case disconnected
    case other
}
