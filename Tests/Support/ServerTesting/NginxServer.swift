package import HostTesting

/// An nginx of a test's own.
package final class NginxServer: Sendable {
    package let folder: TemporaryFolder
    private let process: ServerProcess

    /// - Parameters:
    ///   - configuration: of nginx.conf, given its folder, in which all files of this nginx may be.
    ///   - port: the one that answers when it is ready.
    ///   - globals: directives that the configuration lacks, in nginx's own words.
    package init(port: Int, globals: String = "daemon off;", configuration: (TemporaryFolder) throws -> String) throws {
        folder = try TemporaryFolder()
        try folder.write(try configuration(folder), to: "nginx.conf")
        process = try ServerProcess(
            "nginx", ["-p", folder.path, "-c", folder.path("nginx.conf"), "-e", "stderr", "-g", globals], of: "nginx")
        try process.wait(until: "ready") { LoopbackPort.answers(port) }
    }

    package var log: String { process.log }
    package func stop() { process.stop() }
    package func reload() { process.signal(1) }

    /// Where everything lies that nginx would keep in /var: directives of the context http.
    package static func temporaryPaths(in folder: TemporaryFolder) -> String {
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder.path($0));" }
            .joined(separator: "\n")
    }
}
