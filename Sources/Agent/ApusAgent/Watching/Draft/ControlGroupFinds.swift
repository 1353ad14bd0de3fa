import ApusLimits
import ApusLinux

/// The services of systemd and the containers that have control groups on a host at a moment.
struct ControlGroupFinds {
    /// In the order of their names; those of a template with many instances are one.
    private(set) var units: [UnitFolding] = []
    /// Patterns of the control groups of containers.
    private(set) var containers: [String] = []

    /// Instances of a template that are told apart.
    private static let mostInstances = 8

    init(units: [UnitFolding], containers: [String]) {
        self.units = units
        self.containers = containers
    }

    init(_ root: KernelRoot, below first: ControlGroups?) {
        var units: Set<UnitFolding> = []
        var containers: Set<String> = []
        _ = ControlGroupTree(root).walk(within: GroupLimits.walk, carrying: ()) { find, _ -> Void? in
            let folder = find.folder
            // No pattern names what is no text.
            guard folder.isText else { return nil }
            let name = ControlGroupName(folder.path, below: first)
            if let id = ControlGroups.containerID(in: folder.path) {
                containers.insert(Self.pattern(of: folder.path, id: String(id)))
                return nil
            }
            guard let unit = name.unit else { return () }
            if unit.hasSuffix(".service"), unit != "apus-agent.service" { units.insert(UnitFolding(unit)) }
            // A container may be below the service that has started it.
            return ()
        }
        let templates = Dictionary(grouping: units) { $0.template?.pattern ?? $0.pattern }
        self.units = Set(
            templates.values.flatMap { own in own.count > Self.mostInstances ? own.compactMap(\.template) : own }
        ).sorted { $0.pattern < $1.pattern }
        self.containers = containers.sorted()
    }

    /// The pattern of a container's control group and of those beside it.
    private static func pattern(of path: String, id: String) -> String {
        let parts = path.split(separator: "/")
        // Pods lie in folders of their own.
        if let place = parts.firstIndex(where: { $0.hasPrefix("kubepods") }) {
            return "/" + parts[...place].joined(separator: "/") + "/**"
        }
        return path.replacing(id, with: "*")
    }
}
