import Foundation

/// A file to install, and where.
struct InstallationSource: Sendable {
    enum Content: Sendable {
        case bytes(Data)
        case copy(of: String)
    }

    /// Absolute, as the host sees it.
    let path: String
    let content: Content

    /// The place under a root, and what is there now.
    func target(under root: String) throws(InstallationError) -> InstallationTarget {
        let url = URL(fileURLWithPath: root, isDirectory: true).appendingPathComponent(String(path.dropFirst()))
        return InstallationTarget(source: self, url: url, state: try state(of: url))
    }

    private func state(of url: URL) throws(InstallationError) -> InstallationTarget.State {
        let new = try data()
        do {
            let type = try FileManager.default.attributesOfItem(atPath: url.path)[.type] as? FileAttributeType
            if type == .typeDirectory {
                throw InstallationError.unwritable(path: url.path, reason: "a folder is in the way; remove it")
            }
            guard type == .typeRegular else { return .changed }
            return try Data(contentsOf: url, options: .alwaysMapped) == new ? .same : .changed
        } catch let error as InstallationError {
            throw error
        } catch {
            if error.posixCode == ENOENT { return .missing }
            throw .unreadable(path: url.path, reason: error.reason)
        }
    }

    /// The contents; an executable's are mapped, not read.
    func data() throws(InstallationError) -> Data {
        switch content {
        case .bytes(let data): return data
        case .copy(let path):
            guard access(path, R_OK | X_OK) == 0 else {
                throw .unreadable(path: path, reason: String(cString: strerror(errno)))
            }
            do {
                return try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
            } catch {
                throw .unreadable(path: path, reason: error.reason)
            }
        }
    }

    /// Readable by everyone whatever the mask of the installing user, as services run as others.
    var permissions: Int {
        switch content {
        case .bytes: 0o644
        case .copy: 0o755
        }
    }
}
