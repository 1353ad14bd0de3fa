package import ApusSystemd
import Glibc

/// What the service manager passed to the agent's start, sorted: sockets to listen on, and what an earlier run let it keep.
///
/// What a socket is for follows from its kind, so that one socket unit with its one name can have both: a stream of any family is for
/// HTTP, a Unix socket of packets for reports. The names `http` and `report` are held to that. A stream by the name `report-http` is for reports
/// over HTTP.
package struct PassedDescriptors {
    package private(set) var http: [Int32] = []
    package private(set) var report: Int32?
    /// The sockets on which reports over HTTP are taken.
    package private(set) var reportHTTP: [Int32] = []
    /// What is no socket.
    package private(set) var stored: [ActivationSocket] = []

    /// - Throws: ``AgentError/unusableSocket(name:descriptor:reason:)`` for a socket that is for neither, or a second one for reports.
    package init(_ passed: [ActivationSocket]) throws(AgentError) {
        for one in passed {
            func refuse(_ reason: String) -> AgentError {
                .unusableSocket(name: one.name, descriptor: one.descriptor, reason: reason)
            }
            guard let type = Self.option(SO_TYPE, of: one.descriptor) else {
                stored.append(one)
                continue
            }
            guard Self.option(SO_ACCEPTCONN, of: one.descriptor) == 1 else {
                throw refuse("does not listen; Accept=yes is not supported")
            }
            let isUnix = Self.option(SO_DOMAIN, of: one.descriptor) == AF_UNIX
            switch type {
            case Int32(SOCK_STREAM.rawValue):
                guard one.name != "report" else {
                    throw refuse("is a stream: reports take ListenSequentialPacket=, and those over HTTP the name report-http")
                }
                if one.name == "report-http" { reportHTTP.append(one.descriptor) } else { http.append(one.descriptor) }
            case Int32(SOCK_SEQPACKET.rawValue) where isUnix:
                guard one.name != "http", one.name != "report-http" else {
                    throw refuse("is one of packets: HTTP takes ListenStream=")
                }
                guard report == nil else { throw refuse("is a second one for reports: one is possible") }
                report = one.descriptor
            default:
                throw refuse("is of no use: HTTP takes ListenStream=, reports take a Unix socket by ListenSequentialPacket=")
            }
        }
    }

    /// An option of a socket; nil of what is none.
    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
    }
}
