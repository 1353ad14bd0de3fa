package import Glibc

/// The addresses of a host's name (getaddrinfo(3)).
package enum HostAddresses {
    /// One address, whose port is 0 until ``with(port:)``.
    package enum Address: Sendable {
        case four(sockaddr_in)
        case six(sockaddr_in6)

        /// The address with a port.
        package func with(port: UInt16) -> Address {
            switch self {
            case .four(var address):
                address.sin_port = port.bigEndian
                return .four(address)
            case .six(var address):
                address.sin6_port = port.bigEndian
                return .six(address)
            }
        }
    }

    /// Looks up a name, or reads an address, which may have a zone. It may take as long as name servers do, many seconds.
    ///
    /// - Parameter most: how many of the addresses are returned.
    /// - Throws: ``HostLookupFault``.
    package static func look(up name: String, most: Int) throws(HostLookupFault) -> [Address] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        let number = errno
        guard code == 0 else { throw HostLookupFault(code: code, number: number) }
        defer { freeaddrinfo(list) }
        var addresses: [Address] = []
        var next = list
        // In bounds: the list ends with a null, and each address is of the size that its family has.
        while let entry = next, addresses.count < most {
            next = entry.pointee.ai_next
            guard let address = entry.pointee.ai_addr else { continue }
            if entry.pointee.ai_family == AF_INET {
                address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { addresses.append(.four($0.pointee)) }
            } else if entry.pointee.ai_family == AF_INET6 {
                address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    addresses.append(.six($0.pointee))
                }
            }
        }
        return addresses
    }
}

/// Why a name has no address.
package struct HostLookupFault: Error, Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
        /// Nobody knows the name.
        case unknown
        /// Who would know it did not answer.
        case noAnswer
        /// This process lacks descriptors or memory.
        case process
        case other
    }

    package let cause: Cause
    /// As the system says it.
    package let words: String

    init(code: Int32, number: Int32) {
        words = code == EAI_SYSTEM ? String(cString: strerror(number)) : String(cString: gai_strerror(code))
        switch code {
        // EAI_NODATA and EAI_ADDRFAMILY, which are GNU's: the name has no address of the families that are asked for.
        case EAI_NONAME, -5, -9: cause = .unknown
        case EAI_AGAIN, EAI_FAIL: cause = .noAnswer
        case EAI_MEMORY: cause = .process
        case EAI_SYSTEM: cause = [EMFILE, ENFILE, ENOMEM].contains(number) ? .process : .other
        default: cause = .other
        }
    }
}
