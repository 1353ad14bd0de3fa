import ApusHTTP
import ApusLimits
import ApusLinux
import ApusText
import Glibc
import Logging

extension HTTPEndpoint {
    /// Begins to listen at all places: who connects from now on waits for the endpoint to run.
    static func listen(at place: Place, logger: Logger) throws(AgentError) -> [ListeningSocket] {
        guard place.sockets.isEmpty else {
            return try place.sockets.map { socket throws(AgentError) in
                do { return try ListeningSocket(passed: socket) } catch {
                    throw AgentError.unusableSocket(
                        name: place.option == "--report-listen" ? "report-http" : "http", descriptor: socket,
                        reason: "cannot be served on: \(NetworkErrorText.listening(error))")
                }
            }
        }
        var listeners: [ListeningSocket] = []
        do throws(AgentError) {
            for one in place.places { listeners += try listen(at: one, place.option, besides: listeners, logger) }
        } catch {
            for listener in listeners { listener.close() }
            throw error
        }
        return listeners
    }

    private static func listen(
        at place: ListenPlace, _ option: String, besides others: [ListeningSocket], _ logger: Logger
    ) throws(AgentError) -> [ListeningSocket] {
        switch place.kind {
        case .socket(let path, let access):
            do throws(SocketFileFault) {
                return [try ListeningSocket(at: path, access: access, backlog: EndpointLimits.waiting.value)]
            } catch { throw .socketFile(path, error, option: option) }
        case .address(let address):
            do {
                guard address.host.lowercased() == "localhost" else {
                    if address.host == "0.0.0.0", place.isEverywhere { tell(place, logger) }
                    return [try listen(on: address.host, address.port)]
                }
                return try listenOnLoopback(place, address.port, logger)
            } catch { throw fault(error, place, address, option, others) }
        }
    }

    private static func listen(on host: String, _ port: Int) throws -> ListeningSocket {
        try ListeningSocket(host: host, port: port, backlog: EndpointLimits.waiting.value)
    }

    /// Listens on the loopback addresses of both families, since clients of `localhost` come to either (RFC 6761, 6.3).
    private static func listenOnLoopback(_ place: ListenPlace, _ port: Int, _ logger: Logger) throws -> [ListeningSocket] {
        let first = try listen(on: "127.0.0.1", port)
        do {
            return [first, try listen(on: "::1", first.port ?? port)]
        } catch let error as SocketFailure where error.code == EADDRNOTAVAIL || error.code == EAFNOSUPPORT {
            tell(place, logger)
            return [first]
        } catch {
            first.close()
            throw error
        }
    }

    private static func tell(_ place: ListenPlace, _ logger: Logger) {
        logger.notice("this host has no IPv6: only IPv4 is listened on", metadata: ["place": "\(place)"])
    }

    private static func fault(
        _ error: any Error, _ place: ListenPlace, _ address: ListenAddress, _ option: String, _ others: [ListeningSocket]
    ) -> AgentError {
        switch (error as? SocketFailure)?.code {
        case EADDRINUSE:
            // A name may lead to what another place names by its number.
            let isOwn = others.contains { $0.port == address.port }
            return .addressInUse(
                "\(place)", by: isOwn ? "another \(option), or by another process" : "another process", option: option)
        case EADDRNOTAVAIL where address.isNamed:
            return .cannotListen(
                "\(place)",
                reason:
                    "the name leads to no address of this host: `ip address` lists those that it has, *:\(address.port) takes all"
            )
        default: return .cannotListen("\(place)", reason: NetworkErrorText.listening(error))
        }
    }
}
