/// Units of systemd that the agent of a host watches beside the fleet's own: timers and what they trigger, sockets, mounts, servers.
///
/// ```swift
/// HostUnits("backup.timer", "backup.service", "srv-data.mount", "sshd@*.service")
/// ```
///
/// Alerts and panels are generated of the types that are named. A timer whose service fails is told of where the service is named, too.
public struct HostUnits: FleetPart {
    /// Names with their types, or globs over the units that are loaded (`*`, `?`, `[…]`), in order.
    public let names: [String]
    public let place: SourcePlace

    public init(_ names: String..., fileID: String = #fileID, line: Int = #line) {
        self.names = names
        place = SourcePlace(fileID: fileID, line: line)
    }

    /// The types of systemd's units.
    private static let types: Set<Substring> = [
        "service", "socket", "target", "device", "mount", "automount", "swap", "timer", "path", "slice", "scope",
    ]

    private static func isGlob(_ name: String) -> Bool { name.contains { "*?[".contains($0) } }

    private static func type(of name: String) -> Substring {
        name.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
    }

    /// Whether some unit may be of a type: one that is named with it, or a glob that does not say its type.
    package func mayHave(_ types: String...) -> Bool {
        names.contains { name in
            let type = Self.type(of: name)
            return types.contains(String(type)) || Self.isGlob(name) && !Self.types.contains(type)
        }
    }

    /// Whether some unit is named in full, so that it is missed where there is none.
    package var namesSome: Bool { names.contains { !Self.isGlob($0) } }

    /// Finds names that systemd has not, or that would not reach the agent as they are.
    public func faults(in fleet: Fleet) -> [FleetFault] {
        var remarks: [String] = []
        if names.isEmpty { remarks.append("no unit is watched: name one, such as backup.timer, or leave HostUnits out") }
        if fleet.agents.placement != .perHost {
            remarks.append(
                "an agent beside each instance watches that one's unit alone: declare Agents(.perHost), or leave HostUnits out"
            )
        }
        var seen: Set<String> = []
        for name in names {
            let dot = name.lastIndex(of: ".")
            if !seen.insert(name).inserted {
                remarks.append("the unit \(name) is watched twice: leave one out")
            } else if !LegalText.isPlain(name) || name.contains("%") || name.utf8.count > 255 {
                // A mount's name has a backslash for each hyphen of its path.
                remarks.append(
                    "the unit “\(name)” is illegal: write it without white space, quotes, % and $, and ? for a backslash")
            } else if !Self.isGlob(name), dot == nil || dot == name.startIndex || !Self.types.contains(Self.type(of: name)) {
                remarks.append("the unit “\(name)” has no type: write it as systemctl does, such as backup.timer, or as a glob")
            }
        }
        return remarks.map { .contradiction($0, place: place) }
    }
}

extension Fleet {
    /// What the agent of a host watches beside the fleet's own units.
    public var hostUnits: HostUnits? { part(of: HostUnits.self) }
}
