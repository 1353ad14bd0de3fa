import ApusFiles
import Foundation

/// A file to install, and where.
struct InstallationSource: Sendable {
    enum Content: Sendable {
        case text(String)
        /// A copy of an executable.
        case copy(of: String)
    }

    /// The absolute path, as the host sees it.
    let path: String
    let content: Content

    /// Returns the place under a root, and what is there now.
    func target(under root: String) throws(InstallationError) -> InstallationTarget {
        let path = URL(fileURLWithPath: root, isDirectory: true).appendingPathComponent(String(path.dropFirst())).path
        do throws(OutputError) {
            // Readable by everyone whatever the mask of the installing user, as services run as others.
            let file =
                switch content {
                case .text(let text): FileOnDisk(path: path, contents: .text(text), permissions: 0o644)
                case .copy(let executable):
                    FileOnDisk(path: path, contents: .bytes(try Self.mapped(executable)), permissions: 0o755)
                }
            let state = try file.state
            if case .obstacle(let what) = state { throw file.obstructed(by: what) }
            return InstallationTarget(source: self, file: file, state: state)
        } catch {
            throw .failed(error)
        }
    }

    /// An executable's bytes, which are mapped and not read.
    private static func mapped(_ path: String) throws(OutputError) -> Data {
        guard access(path, R_OK | X_OK) == 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        } catch {
            let code = ((error as? CocoaError)?.underlying as? POSIXError)?.code.rawValue
            throw .unreadable(path: path, reason: code.map { String(cString: strerror($0)) } ?? error.localizedDescription)
        }
    }
}

/// The place of a file under a root, and what was there before.
struct InstallationTarget {
    let source: InstallationSource
    let file: FileOnDisk
    let state: FileOnDisk.State

    /// Whether something else has the file's name.
    var isTaken: Bool { state != .same && state != .missing }

    func install() throws(InstallationError) -> SystemdInstallation.Outcome {
        guard state != .same else { return .unchanged }
        do throws(OutputError) {
            try file.write(over: state, keepingFormerAs: keepsFormer ? file.path + Self.formerSuffix : nil)
        } catch {
            throw .failed(error)
        }
        return isTaken ? .replaced(former: keepsFormer ? source.path + Self.formerSuffix : nil) : .written
    }

    /// Whether a changed file gets a second name, under which systemd does not read it; an executable is not kept.
    private var keepsFormer: Bool {
        guard isTaken, case .text = source.content else { return false }
        return true
    }

    private static let formerSuffix = ".old"
}
