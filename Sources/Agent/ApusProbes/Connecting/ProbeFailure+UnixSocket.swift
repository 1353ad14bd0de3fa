import AgentMetrics
import ApusText
import Glibc

extension ProbeFailure {
    /// Why a Unix socket takes no connection, by the errno.
    static func connecting(_ code: Int32, to target: UnixTarget) -> ProbeFailure {
        let place = target.path.quotedExcerpt(200)
        let isAbstract = target.path.hasPrefix("@")
        switch code {
        case EAGAIN:
            return ProbeFailure(
                .timeout,
                "as many connections wait to be accepted at \(place) as may: see whether the service still accepts them")
        case ENOENT:
            return ProbeFailure(.connection, "there is no socket \(place): start the service, or write where it listens")
        case ECONNREFUSED where isAbstract:
            return ProbeFailure(.connection, "nobody listens on \(place): start the service, or write where it listens")
        case ECONNREFUSED:
            return ProbeFailure(
                .connection,
                "nobody listens on \(place), or it is no socket: start the service, and see `ls -l` of the path")
        case ENOTDIR: return ProbeFailure(.file, "\(place) leads through what is no folder: write the path of the socket")
        case EACCES, EPERM:
            return ProbeFailure(
                .file,
                "the user with the id \(geteuid()) may not connect to \(place): let the agent's user write to the socket and pass its folders"
            )
        case EPROTOTYPE:
            return ProbeFailure(
                .file,
                "\(place) is no socket of the type \(target.form.rawValue): write type: with the one that it is (`ss -xl` shows it)"
            )
        case ENAMETOOLONG, EINVAL: return ProbeFailure(.file, "\(place) is no path of a socket: write one of at most 107 bytes")
        default: return .connecting(code, to: place)
        }
    }
}
