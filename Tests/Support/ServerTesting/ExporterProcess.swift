import HostTesting

/// An exporter of a test's own on 127.0.0.1.
package final class ExporterProcess: Sendable {
    package let port: Int
    private let process: ServerProcess

    /// - Parameters:
    ///   - package: the Debian package that has the program.
    ///   - port: where it listens; a free one by default.
    ///   - ready: the path that it answers with 200 once it serves.
    ///   - arguments: given the port that it should listen on.
    package init(
        _ program: String, of package: String, port: Int? = nil, environment: [String: String] = [:],
        ready: String = "/metrics", arguments: (Int) -> [String]
    ) throws {
        let port = try port ?? LoopbackPort.free()
        self.port = port
        process = try ServerProcess(program, arguments(port), of: package, environment: environment)
        try process.wait(until: "serving \(ready)") { (try? LoopbackHTTP.get(port: port, ready).status) == 200 }
    }

    package var log: String { process.log }
    package func signal(_ number: Int32) { process.signal(number) }
    package func stop() { process.stop() }

    /// What it serves at a path, in the text format 0.0.4.
    package func scrape(_ path: String = "/metrics") throws -> String {
        let answer = try LoopbackHTTP.get(port: port, path, headers: ["Accept: text/plain;version=0.0.4"])
        guard answer.status == 200 else {
            throw ServerFailure("the exporter answers \(path) with \(answer.status): \(answer.text)\n\(log)")
        }
        return answer.text
    }
}
