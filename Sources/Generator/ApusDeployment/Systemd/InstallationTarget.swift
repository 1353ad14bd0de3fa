import Foundation

/// The place of a file under a root.
struct InstallationTarget {
    enum State {
        case missing, same, changed
    }

    let source: InstallationSource
    let url: URL
    let state: State

    func install() throws(InstallationError) -> SystemdInstallation.Outcome {
        guard state != .same else { return .unchanged }
        let data = try source.data()
        let manager = FileManager.default
        let new = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).new")
        do {
            try manager.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
            try data.write(to: new)
            try manager.setAttributes([.posixPermissions: source.permissions], ofItemAtPath: new.path)
        } catch {
            unlink(new.path)
            throw .unwritable(path: url.path, reason: error.reason)
        }
        let former = try keepFormer()
        guard rename(new.path, url.path) == 0 else { throw failure(url.path) }
        return state == .changed ? .replaced(former: former) : .written
    }

    /// Gives a changed file a second name, under which systemd does not read it; an executable is not kept.
    private func keepFormer() throws(InstallationError) -> String? {
        guard state == .changed, case .bytes = source.content else { return nil }
        let old = url.path + ".old"
        guard unlink(old) == 0 || errno == ENOENT, link(url.path, old) == 0 else { throw failure(old) }
        return source.path + ".old"
    }

    private func failure(_ path: String) -> InstallationError {
        .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
}

extension Error {
    /// The error number under one of Foundation's errors.
    var posixCode: Int32? {
        let cause = (self as? CocoaError)?.underlying ?? self
        return (cause as? POSIXError)?.code.rawValue
    }

    var reason: String { posixCode.map { String(cString: strerror($0)) } ?? localizedDescription }
}
