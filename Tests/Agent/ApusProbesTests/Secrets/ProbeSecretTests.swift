import AgentMetrics
import ApusProbes
import Foundation
import Glibc
import HostTesting
import Testing

/// Where secrets are read from, and what of them an error never has.
@Suite struct ProbeSecretTests {
    private static let mark = "hunter2-marked"

    private func read(_ secret: ProbeSecret, folder: String? = nil) -> Result<String, ProbeFailure> {
        Result { () throws(ProbeFailure) in
            String(decoding: try secret.read("password", credentials: folder), as: UTF8.self)
        }
    }

    @Test(arguments: [("a", "a"), ("a\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("ü\r\n", "ü"), ("a\r", "a\r")])
    func `one line end behind a secret is not of it`(content: String, secret: String) throws {
        let folder = try TemporaryFolder()
        try content.write(toFile: "\(folder.path)/p", atomically: false, encoding: .utf8)
        #expect(read(.file("\(folder.path)/p")) == .success(secret))
        #expect(read(.credential("p"), folder: folder.path) == .success(secret))
    }

    @Test func `a new secret is taken in at the next attempt`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/p"
        for secret in ["first", "second"] {
            try secret.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(read(.file(path)) == .success(secret))
        }
    }

    @Test func `what is no secret is named with its key and what to do, and never with what is in it`() throws {
        let folder = try TemporaryFolder()
        let contents: [(String, String)] = [
            ("empty", ""), ("line", "\n"), ("long", Self.mark + String(repeating: "x", count: 5000)),
            ("null", Self.mark + "\0"),
        ]
        for (name, content) in contents {
            try content.write(toFile: "\(folder.path)/\(name)", atomically: false, encoding: .utf8)
        }
        #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        let expected = [
            ("empty", "is empty: write"), ("line", "is empty: write"), ("long", "is longer than 4 KiB"),
            ("null", "has a null byte"),
            ("pipe", "name a regular file"), (".", "name a regular file"), ("none", "is not there: write"),
        ]
        for (name, words) in expected {
            for secret in [ProbeSecret.file("\(folder.path)/\(name)"), .credential(name)] {
                guard case .failure(let failure) = read(secret, folder: folder.path) else {
                    Issue.record("\(name) was read")
                    continue
                }
                #expect(failure.reason == .file && failure.text.contains(words), "\(failure.text)")
                #expect(failure.text.hasPrefix("password_") && !failure.text.contains(Self.mark))
            }
        }
    }

    @Test func `a credential needs a folder of credentials`() {
        guard case .failure(let failure) = read(.credential("db")) else {
            Issue.record("a credential was read")
            return
        }
        #expect(failure.reason == .file && failure.text.contains("LoadCredential=db:/PATH"), "\(failure.text)")
    }

    @Test func `a failure is one line, without what is not seen, and not without end`() {
        let failure = ProbeFailure(.content, "a\n\u{1B}[31mb\u{202E}" + String(repeating: "ü", count: 1000))
        #expect(failure.text.hasPrefix("a??[31mb?ü") && failure.text.utf8.count <= 600 && failure.text.hasSuffix("…"))
        let quoted = ProbeFailure.quote(Array(repeating: UInt8(0xC3), count: 10_000))
        #expect(quoted.utf8.count <= 210)
    }
}
