import ApusMetrics
import ApusReporting
import Glibc
import Logging

/// A process with many series, for measuring what a scrape of them costs: `Registry SOCKET INSTANCE COUNT`.
///
/// Counters with three labels, each counted up to a number of its own; it reports until it is ended.
@main
struct Registry {
    struct RequestLabels: LabelSet {
        enum Key: String, LabelKey { case method, route, status }
        let number: Int
        subscript(key: Key) -> String {
            switch key {
            case .method: ["GET", "POST", "PUT", "DELETE"][number % 4]
            case .route: "/api/v1/resource/\(number / 16)"
            case .status: ["200", "404", "500", "503"][number / 4 % 4]
            }
        }
    }

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[3]), count > 0 else {
            print("usage: Registry SOCKET INSTANCE COUNT")
            exit(64)
        }
        var logger = Logger(label: "registry")
        logger.logLevel = .warning
        let reporter = try Reporter(
            service: "registry", instance: arguments[2], socketPath: arguments[1], seriesLimit: count + 100,
            familySeriesLimit: count, logger: logger)
        let requests = ApusMetrics.Counter<RequestLabels>("requests_total", "Requests answered.")
        for number in 0..<count { requests.series(RequestLabels(number: number), in: reporter).increment(by: number * 37 + 1) }
        print("ready")
        fflush(nil)
        try await reporter.run()
    }
}
