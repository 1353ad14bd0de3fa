/// What is asked of the bus or of systemd.
package enum UnitCall: Sendable, Equatable {
    /// That signals of a match rule are passed on.
    case match(String)
    /// That systemd sends signals.
    case subscribe
    /// Which units are loaded, of those that match a pattern.
    case list([String])
    /// The properties of a loaded unit.
    case properties(String)
    /// Whether there is a file of a unit that is not loaded.
    case fileState(String)
    case ping

    /// As the man pages call it.
    var name: String {
        switch self {
        case .match: "AddMatch"
        case .subscribe: "Subscribe"
        case .list: "ListUnitsByPatterns"
        case .properties(let unit): "GetAll of \(unit)"
        case .fileState(let unit): "GetUnitFileState of \(unit)"
        case .ping: "Ping"
        }
    }

    /// What makes signals come; systemd's private socket sends all of them to everyone.
    static let matches: [UnitCall] = [
        .match(
            "type='signal',sender='org.freedesktop.systemd1',path_namespace='/org/freedesktop/systemd1/unit',"
                + "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'"),
        .match(
            "type='signal',sender='org.freedesktop.systemd1',path='/org/freedesktop/systemd1',"
                + "interface='org.freedesktop.systemd1.Manager'"),
        .match(
            "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
                + "arg0='org.freedesktop.systemd1'"),
    ]
}
