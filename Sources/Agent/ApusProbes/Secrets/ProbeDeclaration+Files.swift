import ApusLimits
import ApusLinux
import ApusText
import Glibc

extension ProbeDeclaration {
    /// Looks at the files that an attempt of the probe reads, as it would itself: secrets, certificates and keys, a database of SQLite.
    ///
    /// - Parameter credentials: where credentials are; nil where the process has none, so that none is looked at.
    /// - Returns: what is wrong with each and what to do, in one line without any secret. None where all is well.
    package func fileFaults(credentials: String? = ProbeSecret.credentialsFolder) -> [String] {
        switch target {
        case .tcp(let target): faults(of: target.tls)
        case .http(let target):
            faults(of: target.login, credentials) + (target.url.isSecure ? faults(of: target.tls) : [])
                + target.secretHeaders.flatMap { faults(of: $0.value, "headers: \($0.name): value", credentials) }
        case .redis(let target): faults(of: target.password, "password", credentials) + faults(of: target.tls)
        case .rabbitmq(let target):
            faults(of: target.login, credentials) + (target.url.isSecure ? faults(of: target.tls) : [])
        case .postgresql(let target): faults(of: target, credentials)
        case .pgbouncer(let target): faults(of: target.server, credentials)
        case .sql(let target):
            switch target.store {
            case .postgresql(let server): faults(of: server, credentials)
            case .sqlite(let path): faults(ofDatabase: path)
            }
        case .unix, .file: []
        }
    }

    private func faults(of login: HTTPLogin, _ credentials: String?) -> [String] {
        guard let (secret, key) = login.secret else { return [] }
        return faults(of: secret, key, credentials)
    }

    private func faults(of secret: ProbeSecret?, _ key: String, _ credentials: String?) -> [String] {
        guard let secret else { return [] }
        if case .credential(let name) = secret, credentials == nil {
            return ["\(key)_credential \(name.quotedExcerpt(200)) is not looked at: the agent's unit alone has it"]
        }
        do throws(ProbeFailure) { _ = try secret.read(key, credentials: credentials) } catch { return [error.text] }
        return []
    }

    private func faults(of tls: ProbeTLS?) -> [String] {
        guard let tls else { return [] }
        var (contents, faults) = (ProbeTLSContents(), [String]())
        func read(_ path: String?, _ key: String) -> [UInt8]? {
            guard let path else { return nil }
            do throws(ProbeFailure) { return try Self.read(path, key) } catch { faults.append(error.text) }
            return nil
        }
        contents.authority = read(tls.authorityFile, "ca_file")
        contents.certificate = read(tls.certificateFile, "cert_file")
        contents.key = read(tls.keyFile, "key_file")
        guard faults.isEmpty else { return faults }
        do throws(ProbeFailure) { _ = try ProbeTLSMaking(tls).session(contents, with: "localhost") } catch {
            return [error.text]
        }
        return []
    }

    private func faults(of server: PostgreSQLTarget, _ credentials: String?) -> [String] {
        let files = [
            (server.tls.authorityFile, "sslrootcert"), (server.tls.certificateFile, "sslcert"), (server.tls.keyFile, "sslkey"),
        ]
        return faults(of: server.password, "password", credentials)
            + files.compactMap { path, key -> String? in
                guard let path else { return nil }
                do throws(ProbeFailure) { _ = try Self.read(path, key) } catch { return error.text }
                return nil
            }
    }

    private func faults(ofDatabase path: String) -> [String] {
        guard access(path, R_OK) != 0 else { return [] }
        let shown = "sqlite \(path.quotedExcerpt(200))"
        return [ProbeFailure(.open(path: path, code: errno), reading: shown, longest: NetworkProbeLimits.tlsFile.value).text]
    }

    /// The bytes of a file of TLS, of which none is shown.
    private static func read(_ path: String, _ key: String) throws(ProbeFailure) -> [UInt8] {
        let longest = NetworkProbeLimits.tlsFile.value
        do throws(LinuxError) {
            try CoreDump.leaveOutMemory()
            return try WholeFile.read(path, longest: longest.bytes)
        } catch { throw ProbeFailure(error, reading: "\(key) \(path.quotedExcerpt(200))", longest: longest) }
    }
}
