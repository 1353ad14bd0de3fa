import ApusText
public import ArgumentParser
import CLinux
import Foundation

/// How a server is asked that does not answer everybody.
public struct AccessArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Header of each request, as 'NAME: VALUE', or @FILE with one a line; repeatable. What is on a command line is seen by everybody "
                + "on the host: let a secret be in a file.", valueName: "header"))
    var header: [String] = []

    @Option(
        help: ArgumentHelp(
            "Whose data a server of several tenants is asked for (Mimir, Cortex, Thanos): sent as X-Scope-OrgID.",
            valueName: "name"))
    var tenant: String?

    @Option(
        help: ArgumentHelp(
            "File of Prometheus' http_config with users, tokens, TLS and headers, as for promtool --http.config.file.",
            valueName: "path"))
    var httpConfig: String?

    @Option(
        help: ArgumentHelp(
            "Certificates in PEM of authorities that are trusted in place of those of this host.", valueName: "path"))
    var caFile: String?

    @Option(help: ArgumentHelp("Certificate in PEM that is shown to the server; needs --client-key.", valueName: "path"))
    var clientCertificate: String?

    @Option(help: ArgumentHelp("Private key in PEM of --client-certificate.", valueName: "path"))
    var clientKey: String?

    /// What to give a server that asks who asks.
    package static let remedy = "give a user in the URL, --header 'Authorization: …' by @FILE, --http-config, or --tenant"

    public init() {}

    /// How the server at a URL is asked.
    ///
    /// - Parameter url: with `USER:PASSWORD@` before the host where it asks for a user.
    /// - Throws: ``AccessFault``.
    package func access(to url: String) throws(AccessFault) -> ServerAccess {
        var settings = HTTPConfig()
        if let httpConfig { settings = try HTTPConfig(path: httpConfig) }
        if let caFile {
            try refuse(settings.security.authorities, "the authorities", "--ca-file")
            settings.security.authorities = PEMText(bytes: try SecretFile.bytes(of: caFile, for: "--ca-file"), place: caFile)
        }
        if let clientCertificate {
            try refuse(settings.security.certificate, "the client's certificate", "--client-certificate")
            settings.security.certificate = PEMText(
                bytes: try SecretFile.bytes(of: clientCertificate, for: "--client-certificate"), place: clientCertificate)
        }
        if let clientKey {
            try refuse(settings.security.key, "the client's key", "--client-key")
            settings.security.key = PEMText(bytes: try SecretFile.bytes(of: clientKey, for: "--client-key"), place: clientKey)
        }
        try settings.security.requirePair(of: "--client-certificate and --client-key")
        if let tenant { _ = try RequestHeader(name: "X-Scope-OrgID", value: tenant, of: "--tenant") }
        return try ServerAccess(url: url, headers: headers(), tenant: tenant, settings: settings)
    }

    /// Hides users and passwords in the URLs of the command line, which everybody on the host can read, once it is parsed.
    package func hideUsers() { apus_hide_users_of_urls() }

    private func refuse(_ known: PEMText?, _ what: String, _ option: String) throws(AccessFault) {
        guard let known else { return }
        throw AccessFault("\(option): \(known.place) says \(what) already: leave one of both out")
    }

    private func headers() throws(AccessFault) -> [RequestHeader] {
        var headers: [RequestHeader] = []
        for text in header {
            guard text.hasPrefix("@") else {
                headers.append(try RequestHeader(line: text, of: "--header"))
                continue
            }
            let path = String(text.dropFirst())
            let lines = try SecretFile.text(of: path, for: "--header").split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            for (number, line) in lines.enumerated() where !line.isEmpty {
                headers.append(try RequestHeader(line: String(line), of: "\(path):\(number + 1)"))
            }
        }
        return headers
    }
}
