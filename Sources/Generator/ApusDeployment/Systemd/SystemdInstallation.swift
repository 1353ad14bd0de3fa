public import ApusTopology

/// The fleet's units, users, folders and executables, each with its place on a host.
///
/// ```swift
/// let executables = ["apus": "bin/apus", "apus-agent": "bin/apus-agent"]
/// let installation = try SystemdInstallation(fleet: fleet, executables: executables)
/// for file in try installation.install(under: "/") { print(file) }
/// ```
public struct SystemdInstallation: Sendable {
    /// What came of one file.
    public enum Outcome: Hashable, Sendable {
        case written
        /// It was there, with the same contents.
        case unchanged
        /// Another one was there; it is now at the path, or gone when that is nil.
        case replaced(former: String?)
    }

    /// A file on the host.
    public struct InstalledFile: Hashable, Sendable {
        /// Absolute, as the host sees it.
        public let path: String
        public let outcome: Outcome
    }

    /// By default what changed stays as it is.
    public enum ChangedFiles: Sendable {
        /// Refuse to install anything.
        case refuse
        /// Keep a unit or a configuration as `NAME.old`, and put the new file in its place.
        case replace
    }

    private let sources: [InstallationSource]

    /// - Parameters:
    ///   - fleet: a valid fleet.
    ///   - prefix: the executables go into its `bin`; what systemd reads into its `lib` when that is where systemd looks, below
    ///     `/usr` and `/usr/local`, and into `/etc` otherwise. Nil is the fleet's.
    ///   - executables: the paths of the executables to install, by the names that they get there.
    /// - Throws: ``InstallationError`` when the prefix is not an absolute, plain path, or an executable is missing that a unit starts.
    public init(fleet: Fleet, prefix: String? = nil, executables: [String: String]) throws(InstallationError) {
        let prefix = prefix ?? fleet.installation.prefix
        guard Installation.isPlainPath(prefix) else { throw .illegalPrefix(prefix) }
        let own = fleet.startedServices.filter { fleet.path(of: $0) == nil }
        let needed = own.map { fleet.command(of: $0).executable.name } + [ProcessCommand.agentExecutable]
        if let missing = needed.first(where: { executables[$0] == nil }) { throw .missingExecutable(missing) }
        let files: [SystemdFile]
        do { files = try systemdFiles(for: fleet, prefix: prefix) } catch { throw .unwritable("\(error)") }
        sources =
            executables.sorted { $0.key < $1.key }.map { name, executable in
                InstallationSource(path: "\(prefix)/bin/\(name)", content: .copy(of: executable))
            }
            + files.map { file in
                InstallationSource(
                    path: "\(Self.parent(of: file.kind, prefix: prefix))/\(file.kind.folder)/\(file.name)",
                    content: .text(file.contents))
            }
    }

    private static func parent(of kind: SystemdFile.Kind, prefix: String) -> String {
        switch kind {
        // journalctl looks for catalogs in these two places only.
        case .catalog: prefix == "/usr" ? "/usr/lib" : "/usr/local/lib"
        // The host's own from the first day on.
        case .agentSettings: "/etc"
        case .unit, .users, .folders: ["/usr", "/usr/local"].contains(prefix) ? "\(prefix)/lib" : "/etc"
        }
    }

    /// Where the files go, as the host sees it.
    public var paths: [String] { sources.map(\.path) }

    /// Puts each file where it belongs, by renaming a whole new file to its name; folders that are missing are made.
    ///
    /// - Parameters:
    ///   - root: the root of the host's file system: `/`, or the folder of an image or a package.
    ///   - changed: what to do where another file has the name. With ``ChangedFiles/refuse`` nothing is written unless all can be.
    /// - Returns: what came of each file.
    /// - Throws: ``InstallationError``; with ``ChangedFiles/replace`` the files before the one that failed are in place.
    public func install(
        under root: String, changed: ChangedFiles = .refuse
    ) throws(InstallationError) -> [InstalledFile] {
        let targets = try sources.map { source throws(InstallationError) in try source.target(under: root) }
        let others = targets.filter(\.isTaken).map(\.source.path)
        if case .refuse = changed, !others.isEmpty { throw .changed(others, root: root) }
        return try targets.map { target throws(InstallationError) in
            InstalledFile(path: target.source.path, outcome: try target.install())
        }
    }
}

extension SystemdInstallation.InstalledFile: CustomStringConvertible {
    public var description: String {
        switch outcome {
        case .written: "written    \(path)"
        case .unchanged: "unchanged  \(path)"
        case .replaced(let former): "replaced   \(path)" + (former.map { ", whose former contents are in \($0)" } ?? "")
        }
    }
}
