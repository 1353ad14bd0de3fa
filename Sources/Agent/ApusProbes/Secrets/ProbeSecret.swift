import AgentMetrics
import ApusLimits
import ApusLinux
import ApusText
import Glibc

/// Where a password or a token of a probe is: in a file, or in a credential that systemd passes to the agent's unit.
///
/// A secret is nowhere else. It is read anew for each attempt, so that a new one is taken in without a reload; what it is never stands in
/// a description, an error or a log. Before the first one is read, the memory of the process is left out of its core dumps (``CoreDump``).
package enum ProbeSecret: Sendable, Hashable {
    /// A file by its absolute path.
    case file(String)
    /// A file by its name below `$CREDENTIALS_DIRECTORY` (`LoadCredential=` of the unit).
    case credential(String)

    /// The folder of the unit's credentials; `nil` where the agent's unit has none.
    package static let credentialsFolder: String? = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }

    /// Reads the secret, without the one line end that an editor puts behind it.
    ///
    /// A file can be on a file system that does not answer: this is called on a thread that may wait (``ProbeSurroundings``).
    ///
    /// - Parameters:
    ///   - key: of the file of what is watched, without `_file` and `_credential`, such as `password`: for what an error says.
    ///   - folder: where credentials are.
    /// - Throws: ``ProbeFailure`` with ``ProbeFailureReason/file``, which names the file and what to do, and nothing of its content.
    package func read(
        _ key: String, credentials folder: String? = credentialsFolder
    ) throws(ProbeFailure) -> [UInt8] {
        let (place, path) = try place(key, folder)
        do throws(LinuxError) { try CoreDump.leaveOutMemory() } catch {
            throw .lacking("descriptors or memory to read \(place)")
        }
        var bytes: [UInt8]
        do throws(LinuxError) { bytes = try WholeFile.read(path, longest: ProbeLimits.secret.value.bytes) } catch {
            throw ProbeFailure(.file, "\(place) \(Self.reason(error))")
        }
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            // As editors on Windows end a line.
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard !bytes.isEmpty else { throw ProbeFailure(.file, "\(place) is empty: write the secret into it") }
        guard !bytes.contains(0) else { throw ProbeFailure(.file, "\(place) has a null byte: write the secret as a text") }
        return bytes
    }

    /// What an error calls it, and its path.
    private func place(_ key: String, _ folder: String?) throws(ProbeFailure) -> (name: String, path: String) {
        switch self {
        case .file(let path): return ("\(key)_file \(path.quotedExcerpt(200))", path)
        case .credential(let name):
            let shown = "\(key)_credential \(name.quotedExcerpt(200))"
            guard let folder, !folder.isEmpty else {
                throw ProbeFailure(
                    .file,
                    "\(shown) is not there, as the agent has no $CREDENTIALS_DIRECTORY: write LoadCredential=\(name.showingUnseen()):/PATH into its unit, or name a file with \(key)_file"
                )
            }
            return (shown, "\(folder)/\(name)")
        }
    }

    private static func reason(_ error: LinuxError) -> String {
        switch error.code {
        case ENOENT, ENOTDIR: "is not there: write the secret into it, and let the agent's user alone read it"
        case EACCES, EPERM:
            "may not be read by the user with the id \(geteuid()): make it the file's owner, or name a credential of the unit"
        case EFBIG: "is longer than \(ProbeLimits.secret.value.limitText): name the file that has the secret alone"
        case EMFILE, ENFILE, ENOMEM: "cannot be read: \(error.reason)"
        default: "cannot be read (\(error.reason)): name a regular file"
        }
    }
}
