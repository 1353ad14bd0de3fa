import ApusFiles

/// A file that systemd reads, by its place among those of its kind.
struct SystemdFile: Sendable {
    enum Kind: Sendable {
        case unit, users, folders, catalog
        /// What only agents read.
        case agentSettings

        /// Below `lib` or `/etc`.
        var folder: String {
            switch self {
            case .unit: "systemd/system"
            case .users: "sysusers.d"
            case .folders: "tmpfiles.d"
            case .catalog: "systemd/catalog"
            case .agentSettings: "apus"
            }
        }
    }

    let kind: Kind
    let name: String
    let contents: String
    let origins: [FileOrigin]

    init(_ kind: Kind, _ name: String, _ contents: String, origins: [FileOrigin] = []) {
        self.kind = kind
        self.name = name
        self.contents = contents
        self.origins = origins
    }

    /// A drop-in of an instance of a template, systemd.unit(5): the variables that the template's command names.
    static func instanceSettings(of unit: String, environment: [ProcessCommand.Variable]) -> SystemdFile {
        let settings = environment.map { UnitFile.Line.setting("Environment", "\($0.name)=\($0.value)") }
        let file = UnitFile(sections: [.init(name: "Service", lines: settings)])
        return SystemdFile(.unit, "\(unit).d/50-fleet.conf", file.contents)
    }

    /// In the tree of generated files.
    var generated: GeneratedFile {
        let folder =
            switch kind {
            case .unit: ""
            case .users, .folders, .agentSettings: "\(kind.folder)/"
            case .catalog: "catalog/"
            }
        return GeneratedFile(path: "deploy/systemd/\(folder)\(name)", contents: contents, origins: origins)
    }
}
