/// What comes from the bus.
enum UnitBusEvent {
    /// The answer to the call with a cookie.
    case reply(UInt64, UnitBusMessage)
    /// Its refusal, by an error of a name.
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
