import ApusLinux
import Glibc
import NIOCore

/// The names under which an agent answers, so that nobody's domain that is made to lead here lets a browser read its pages (DNS
/// rebinding).
///
/// An address is no name, and nobody can register a name without a dot, one below a domain for private use, or one below a domain that
/// this host searches: these are the ways in which a Prometheus reaches agents that it finds by Compose, Kubernetes, Consul or a file.
package struct OwnNames: Sendable {
    private let names: Set<String>
    private let domains: [String]
    private let isOpen: Bool

    /// Domains that are registered to nobody: RFC 6761, RFC 8375, ICANN's `internal`, and those within a Kubernetes cluster.
    private static let privateDomains = ["localhost", "internal", "local", "home.arpa", "test", "svc", "consul", "lan"]

    /// - Parameters:
    ///   - listening: the addresses that the agent was told to listen at, which may be names.
    ///   - hosts: the text of /etc/hosts.
    ///   - resolver: the text of /etc/resolv.conf.
    package init(
        configured: [AllowedHost], listening: [String], hostname: String = Self.hostname,
        hosts: String = Self.text("/etc/hosts"), resolver: String = Self.text("/etc/resolv.conf")
    ) {
        let hostname = hostname.lowercased()
        var names: Set<String> = Set([hostname] + listening.map { $0.lowercased() })
        for line in hosts.split(separator: "\n") {
            let aliases = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).dropFirst().map { $0.lowercased() }
            if aliases.contains(hostname) { names.formUnion(aliases) }
        }
        var domains = Self.privateDomains
        for line in resolver.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.first == "search" || words.first == "domain" else { continue }
            // A top-level domain is everybody's.
            domains += words.dropFirst().map { $0.lowercased().trimmed }.filter { $0.contains(".") }
        }
        for host in configured {
            switch host {
            case .any: break
            case .name(let name): names.insert(name)
            case .below(let domain): domains.append(domain)
            }
        }
        self.names = names
        self.domains = domains.map { "." + $0 }
        isOpen = configured.contains(.any)
    }

    /// Whether a request with this Host field may be answered; one without it comes from no browser.
    package func include(host: String?) -> Bool {
        guard !isOpen, let host, !host.isEmpty else { return true }
        // As bytes: the longest name, and a port; text that is none is not compared with names.
        guard host.utf8.count <= 262, host.utf8.allSatisfy({ $0 < 0x80 }) else { return false }
        if host.hasPrefix("[") { return Self.isAddress(String(host.dropFirst().prefix { $0 != "]" })) }
        let name = host.prefix { $0 != ":" }.lowercased().trimmed
        if names.contains(name) || Self.isAddress(name) { return true }
        return !name.contains(".") || domains.contains { name.hasSuffix($0) }
    }

    private static func isAddress(_ text: String) -> Bool { (try? SocketAddress(ipAddress: text, port: 0)) != nil }

    package static var hostname: String { HostName.current }

    /// The first bytes of a file of the system; empty where there is none.
    package static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

extension String {
    /// Without the dot that ends a name at the root.
    fileprivate var trimmed: String { hasSuffix(".") ? String(dropLast()) : self }
}
