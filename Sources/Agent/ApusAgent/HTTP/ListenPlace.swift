package import ApusLinux
package import ApusText

/// A place that an HTTP endpoint listens at, as its option names it: an address, or a Unix socket with those who may connect to it.
package struct ListenPlace: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        case address(ListenAddress)
        case socket(path: String, SocketFile.Access)
    }

    package let kind: Kind
    /// The place as it was written.
    package let description: String

    package init(_ address: ListenAddress) {
        kind = .address(address)
        description = "\(address)"
    }

    /// A Unix socket for owner and group.
    package init(socket path: String) {
        kind = .socket(path: path, SocketFile.Access())
        description = "\(Self.scheme)\(path)"
    }

    /// Reads `HOST:PORT`, or `unix:PATH` and behind it, where they are said, `mode=OCTAL` and `group=NAME`.
    ///
    /// - Parameter others: the places that are named already.
    /// - Throws: ``ListenPlaceFault``.
    package init(_ text: String, besides others: [ListenPlace] = []) throws(ListenPlaceFault) {
        description = text
        if text.hasPrefix(Self.scheme) {
            kind = try Self.socket(text.dropFirst(Self.scheme.count))
        } else if let rest = Self.behindScheme(text) {
            throw .url(rest)
        } else {
            do throws(ListenAddressFault) { kind = .address(try ListenAddress(text)) } catch { throw .address(error) }
        }
        if let other = others.first(where: overlaps) { throw .overlap(other.description) }
    }

    private static let scheme = "unix:"

    /// The address in what is written as a URL; `nil` of a text without a scheme.
    private static func behindScheme(_ text: String) -> String? {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        return String(text[colon...].dropFirst(3).prefix { $0 != "/" })
    }

    /// The host of an address, which may be a name; `nil` of a socket.
    var host: String? { if case .address(let address) = kind { address.host } else { nil } }

    /// Where it is reached from this host; `nil` of a socket.
    var target: String? {
        guard case .address(let address) = kind else { return nil }
        return isEverywhere || ["0.0.0.0", "::"].contains(address.host) ? "localhost:\(address.port)" : "\(address)"
    }

    /// Whether it was written as all addresses of both families.
    var isEverywhere: Bool { description.hasPrefix("*:") || description.hasPrefix(":") }

    /// Whether both cannot be listened at together.
    private func overlaps(_ other: Self) -> Bool {
        switch (kind, other.kind) {
        case (.address(let one), .address(let other)): one.overlaps(other)
        case (.socket(let one, _), .socket(let other, _)): one == other
        default: false
        }
    }

    // MARK: - Unix sockets

    private static func socket(_ text: Substring) throws(ListenPlaceFault) -> Kind {
        var path = text
        var access = SocketFile.Access()
        var said: Set<Substring> = []
        // A path may have spaces in it: only last words of the form count.
        while let space = path.lastIndex(of: " "), let equals = path[space...].firstIndex(of: "=") {
            let (key, value) = (path[path.index(after: space)..<equals], path[path.index(after: equals)...])
            guard said.insert(key).inserted else { throw .repeated(String(key)) }
            switch key {
            case "mode": access.mode = try mode(value)
            case "group": access.group = try group(value)
            default: throw .setting(String(key))
            }
            path = path[..<space]
            while path.hasSuffix(" ") { path.removeLast() }
        }
        return .socket(path: try self.path(path), access)
    }

    private static func path(_ text: Substring) throws(ListenPlaceFault) -> String {
        // unix:///run/a.sock is meant as a URL; the first word of unix://run/a.sock would be a host.
        let path = text.hasPrefix("///") ? text.dropFirst(2) : text
        guard path.hasPrefix("/"), !path.hasPrefix("//"), !path.utf8.contains(0) else { throw .path }
        guard path.utf8.count <= SocketFile.longestPath else { throw .tooLong }
        return String(path)
    }

    private static func mode(_ text: Substring) throws(ListenPlaceFault) -> UInt32 {
        guard (3...4).contains(text.utf8.count), let mode = UInt32(text, radix: 8), mode <= 0o777 else {
            throw .mode(String(text))
        }
        guard mode & 0o222 != 0 else { throw .closed(String(text)) }
        return mode
    }

    private static func group(_ text: Substring) throws(ListenPlaceFault) -> UInt32 {
        // The largest number stands for none, chown(2).
        if let number = UInt32(text), number != .max { return number }
        guard let number = UserAccount.gid(of: String(text)) else { throw .group(String(text)) }
        return number
    }
}

/// Why a text names no place to listen at.
package enum ListenPlaceFault: Error, Equatable, CustomStringConvertible {
    case address(ListenAddressFault)
    /// It is written as a URL, with this address in it.
    case url(String)
    /// Another place that is named takes what comes there.
    case overlap(String)
    case path
    case tooLong
    /// A word behind the path that is no setting.
    case setting(String)
    /// A setting that is there twice.
    case repeated(String)
    case mode(String)
    /// A mode by which nobody could connect.
    case closed(String)
    case group(String)

    package var description: String {
        switch self {
        case .address(let fault): fault.description
        case .url(let address):
            "an address has no scheme: write \(address.isEmpty ? "HOST:PORT" : address); TLS comes with --web-config"
        case .overlap(let other): "\(other), which is named too, takes what comes there: leave one of the two out"
        case .path: "the path of a Unix socket is absolute: write unix:/PATH, such as unix:/run/apus/http.sock"
        case .tooLong:
            "the path of a Unix socket has \(SocketFile.longestPath) bytes at most, as Linux takes no more: choose a shorter one"
        case .setting(let key): "“\(key)=” is no setting of a Unix socket: write mode=0660 or group=NAME behind the path"
        case .repeated(let key): "\(key)= is there twice: write it once"
        case .mode(let text): "mode=\(text) is no mode: write it in octal, such as mode=0660"
        case .closed(let text): "mode=\(text) lets nobody connect, who has to write: such as mode=0660"
        case .group(let name): "there is no group \(name): make it, or write group=NUMBER"
        }
    }
}
