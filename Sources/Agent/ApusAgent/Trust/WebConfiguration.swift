import ApusLinux
import ApusLimits
import ApusYAML

/// Whom an agent answers, and how: the web configuration file that Prometheus and its exporters share
/// (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md).
///
/// ```yaml
/// tls_server_config:
///   cert_file: server.crt
///   key_file: server.key
/// basic_auth_users:
///   prometheus: $2y$10$…
/// ```
package struct WebConfiguration: Sendable {
    /// `nil`: without TLS.
    package var tls: ServerTLS?
    /// Fields of every answer.
    package var headers: [(name: String, value: String)] = []
    /// Hashes of the passwords by the users' names; nobody is asked where there are none.
    package var users: [String: BcryptHash] = [:] { didSet { costs = users.values.map(\.cost).sorted() } }
    private var costs: [Int] = []
    /// `nil`: as many as somebody likes.
    package var rate: RequestRate?
    /// What is no fault and may still not be meant, a line for each: `PATH:LINE:COLUMN: what it is: what to do`.
    package private(set) var remarks: [String] = []
    /// Whether nobody is asked for anything.
    var asksNobody: Bool { users.isEmpty && tls == nil }

    /// What a configuration in place of another one would open to everybody, as one does that was cut off while it was written; a line each.
    func openings(after former: WebConfiguration) -> [String] {
        var openings: [String] = []
        if former.tls != nil, tls == nil {
            openings.append("the file has no TLS any more, as one that was cut off: restart the agent if that is meant")
        }
        if !former.users.isEmpty, users.isEmpty {
            openings.append("the file has no users any more, as one that was cut off: restart the agent if that is meant")
        }
        return openings
    }
    /// How many requests a peer may send.
    package struct RequestRate: Hashable, Sendable {
        /// The time after which one more may be sent.
        package let interval: Duration
        /// How many may be sent at once by who has sent none for long enough.
        package let burst: Int

        package init(interval: Duration, burst: Int) {
            self.interval = interval
            self.burst = burst
        }
    }

    /// What is asked of clients, in words.
    package var summary: String {
        var parts = [tls.map { $0.authentication == .none ? "TLS" : "TLS with \($0.authentication.rawValue)" } ?? "no TLS"]
        parts.append(users.isEmpty ? "no passwords" : "\(users.count) user\(users.count == 1 ? "" : "s")")
        if !headers.isEmpty { parts.append("\(headers.count) header\(headers.count == 1 ? "" : "s")") }
        if rate != nil { parts.append("a limit of the rate") }
        return parts.joined(separator: ", ")
    }

    /// The cost of the check of a user who is not known.
    ///
    /// It is that of one of those who are, always the same one for a name: where they differ, its time tells nobody who is known.
    ///
    /// - Parameter key: a number that no client knows.
    package func cost(ofNobodyCalled name: String, key: UInt64) -> Int {
        guard !costs.isEmpty else { return 10 }
        var hasher = Hasher()
        hasher.combine(key)
        hasher.combine(name)
        return costs[Int(UInt(bitPattern: hasher.finalize()) % UInt(costs.count))]
    }

    /// Reads a file, and the certificates and keys that it names.
    ///
    /// - Throws: ``WatchFileError`` with all that is wrong, and nothing that is a secret.
    package static func read(_ path: String) throws(WatchFileError) -> WebConfiguration {
        var files: [FileStamp] = []
        return try read(path, noting: &files)
    }

    /// - Parameter files: takes those that were read or looked for, as they were just before.
    static func read(_ path: String, noting files: inout [FileStamp]) throws(WatchFileError) -> WebConfiguration {
        files = [FileStamp(path)]
        let bytes: [UInt8]
        do throws(LinuxError) {
            // Its hashes, its keys, and the passwords that clients send from now on.
            try CoreDump.leaveOutMemory()
            bytes = try WholeFile.read(path, longest: TrustLimits.file.value.bytes)
        } catch { throw WatchFileError(path: path, [WatchFault(reason: reason(error))]) }
        let text = PlacedYAMLReader.read(bytes)
        var parser = WebConfigurationParser(
            path: path, faults: text.faults.map { WatchFault(place: $0.place, reason: $0.reason) })
        // An empty file asks nobody, as with the exporters.
        let root = text.root.flatMap { $0.isNull ? nil : $0 }
        var configuration = root.map { parser.configuration($0) } ?? WebConfiguration()
        configuration.remarks = parser.remarks.map { $0.line(of: path) }
        files += parser.files
        guard parser.faults.isEmpty else { throw WatchFileError(path: path, parser.faults) }
        return configuration
    }

    static func reason(_ error: LinuxError) -> String {
        error.reading(longest: TrustLimits.file.value, "keep certificates in files of their own")
    }
}
