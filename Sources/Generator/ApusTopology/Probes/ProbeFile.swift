/// A file that a probe reads and no topology holds: of a password, a token, a certificate or a key.
public enum ProbeFile: Hashable, Sendable {
    /// A credential of the agent's unit: systemd looks for a file of its name in `/etc/credstore` and `/run/credstore`. Docker Compose has
    /// a secret of that name.
    case credential(String)
    /// A file by its absolute path, which the agent's user may read. Docker Compose has a secret of its last part.
    case file(String)

    /// The name of the secret of Docker Compose.
    package var secretName: String {
        switch self {
        case .credential(let name): name
        case .file(let path): path.split(separator: "/").last.map(String.init) ?? path
        }
    }
}

extension Fleet {
    /// The files that the agent of the host reads for its probes, each once, in order.
    package var probeFiles: [ProbeFile] {
        var seen: Set<ProbeFile> = []
        return probes.flatMap { $0.target.files(in: self) }.filter { seen.insert($0).inserted }
    }
}
