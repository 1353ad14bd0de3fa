import ApusText
import FoundationEssentials

/// The rules for the address of a webhook.
enum WebhookAddress {
    /// The maximum length, in bytes.
    static let longest = 2048
    static let expected =
        "an absolute http or https URL with a host, such as https://example.com/hook, of at most \(longest) bytes"

    /// Says what is wrong with an address; nil when nothing is.
    static func problem(in text: String) -> String? {
        guard text.utf8.count <= longest else { return "has \(text.utf8.count) bytes" }
        guard let url = URL(string: text, encodingInvalidCharacters: false) else { return "is not a URL" }
        guard let scheme = url.scheme?.lowercased() else { return "is not absolute" }
        guard scheme == "http" || scheme == "https" else { return "has the scheme \(scheme.excerpt(32))" }
        guard let host = url.host(), !host.isEmpty else { return "has no host" }
        if let port = url.port, !(1...65535).contains(port) { return "has the port \(port)" }
        guard URLPort.isReachable(in: text) else { return "has no port from 1 to 65535 behind the colon" }
        // They would lie in the database and in logs for all to read, and no client sends them from there.
        guard url.user() == nil, url.password() == nil else { return "holds a user name or a password" }
        return nil
    }
}
