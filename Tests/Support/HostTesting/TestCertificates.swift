/// Certificates for a test, made anew by openssl in a folder: `NAME.pem` and `NAME.key`.
package struct TestCertificates: Sendable {
    private let folder: TemporaryFolder

    package init(in folder: TemporaryFolder) { self.folder = folder }

    package func certificate(_ name: String) -> String { folder.path("\(name).pem") }
    package func key(_ name: String) -> String { folder.path("\(name).key") }

    /// Makes an authority, and certificates that it signs.
    ///
    /// - Parameters:
    ///   - authority: its name.
    ///   - signed: the names of the others, each with its alternative names as openssl writes them.
    package func make(_ authority: String, signing signed: [(name: String, names: String)]) throws {
        try make(authority, [])
        for (name, names) in signed { try sign(name, names, by: authority) }
    }

    /// Makes a certificate and its key anew, which an authority that is there signs.
    package func sign(_ name: String, _ names: String, by authority: String) throws {
        try make(
            name,
            ["-CA", certificate(authority), "-CAkey", key(authority), "-addext", "basicConstraints=CA:FALSE"]
                + (names.isEmpty ? [] : ["-addext", "subjectAltName=\(names)"]))
    }

    /// When a certificate ends, by openssl, in seconds since the Unix epoch.
    package func end(of name: String) throws -> Double {
        let shown = try Command.run(
            "openssl", ["x509", "-in", certificate(name), "-noout", "-enddate", "-dateopt", "iso_8601"])
        let date = try Command.run("date", ["-u", "-d", shown.output.replacing("notAfter=", with: ""), "+%s"])
        guard let seconds = Double(date.output.split(separator: "\n").first ?? "") else {
            throw NoCertificate(description: shown.text + date.text)
        }
        return seconds
    }

    private func make(_ name: String, _ options: [String]) throws {
        let made = try Command.run(
            "openssl",
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj"]
                + ["/CN=\(name)", "-keyout", key(name), "-out", certificate(name)] + options)
        guard made.passed else { throw NoCertificate(description: made.text) }
    }
}

/// Why openssl has made no certificate.
package struct NoCertificate: Error, CustomStringConvertible {
    package let description: String
}
