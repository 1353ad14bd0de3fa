import Glibc

/// What an errno of a socket means to a person, and what to do about it.
package enum SocketErrorText {
    /// The reason for which nothing can be reached at a place, such as `127.0.0.1:9480`.
    package static func connecting(_ code: Int32, to place: String) -> String {
        switch code {
        case ECONNREFUSED: "nothing listens on \(place)"
        case ECONNRESET, EPIPE: "\(place) closed the connection"
        case ENETUNREACH, EHOSTUNREACH: "there is no way to \(place): \(String(cString: strerror(code)))"
        case EAGAIN: "as many connections wait to be accepted at \(place) as may"
        case ETIMEDOUT: "\(place) does not answer"
        default: String(cString: strerror(code))
        }
    }

    /// The reason for which no connection can be accepted.
    package static func accepting(_ code: Int32) -> String { String(cString: strerror(code)) }

    /// The reason for which no server can listen on an address.
    package static func listening(_ code: Int32) -> String {
        switch code {
        case EADDRNOTAVAIL: "this host has no such address: `ip address` lists those that it has"
        case EACCES:
            "this user may not: ports below 1024 need the capability CAP_NET_BIND_SERVICE, such as by AmbientCapabilities= of a unit; "
                + "or choose a port from 1024 on"
        case EADDRINUSE: "another process listens there"
        default: String(cString: strerror(code))
        }
    }
}
