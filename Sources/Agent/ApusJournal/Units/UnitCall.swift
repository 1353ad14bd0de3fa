/// What is asked of the bus or of systemd.
package enum UnitCall: Sendable, Equatable {
    /// Asks the bus to pass on the signals of a match rule.
    case match(String)
    /// Asks systemd to send signals.
    case subscribe
    /// Asks which units are loaded, of those that match a pattern.
    case list([String])
    /// Asks for the properties of a loaded unit.
    case properties(String)
    /// Asks whether there is a file of a unit that is not loaded.
    case fileState(String)
    case ping

    /// The unit that is asked about; `nil` of a question about systemd.
    var unit: String? {
        switch self {
        case .properties(let unit), .fileState(let unit): unit
        case .match, .subscribe, .list, .ping: nil
        }
    }

    /// The method's name in the man pages, for errors.
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

    /// The calls that make signals come; systemd's private socket sends all of them to everyone.
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
