import CommandConventions
import ApusText
import ArgumentParser
import FoundationEssentials
import LoadTest
import Logging

/// `apus load`: an open-loop load test of the notification API, from the request to the delivery.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Sends notifications at a fixed rate, receives their deliveries, and reports what came of them.",
        discussion: """
            Requests are due at fixed instants whatever the answers to earlier ones do, and latencies count from those instants. \
            Each notification is to be delivered to a receiver within this process, which counts what arrives, what arrives \
            twice and what never does. The exit code is 1 when a threshold is missed or the test was stopped. Ctrl-C or SIGTERM \
            stops it: what was sent is waited for two seconds longer, and what came until then is reported.
            """)

    @Option(help: "Requests a second.")
    var rate = 12.0

    @Option(help: "How long requests are sent.")
    var duration: Duration = .seconds(60)

    @Option(help: "The number of different recipients.")
    var users = 10_000

    @Option(help: ArgumentHelp("An API's address; several take turns: repeat the option, or separate them by commas."))
    var url: [String] = ["http://127.0.0.1:3001"]

    @Option(help: "The longest wait for deliveries after the last request.")
    var settle: Duration = .seconds(30)

    @Option(help: "The form of the report: text or json.")
    var report: ReportForm = .text

    @Option(help: ArgumentHelp("Write the report to a file instead of standard output.", valueName: "file"))
    var output: String?

    @Option(help: "The highest average latency of a request.")
    var maxAverage: Duration = .milliseconds(200)

    @Option(help: "The highest 95th percentile of the latency of a request.")
    var maxP95: Duration = .milliseconds(300)

    @Option(help: "The highest 99th percentile of the latency of a request.")
    var maxP99: Duration = .milliseconds(500)

    @Option(help: "The highest ratio of requests that fail or are dropped, and of notifications that die.")
    var maxErrorRate = 0.01

    @Option(help: "The highest number of notifications that arrive once more.")
    var maxDuplicates = 0

    @Option(help: "The highest number of accepted notifications that never arrive.")
    var maxLost = 0

    @Option(help: "How long the receiver takes to answer.")
    var receiverLatency: Duration = .zero

    @Option(help: ArgumentHelp("Where the receiver listens; port 0 takes a free one.", valueName: "host:port"))
    var receiverListen = "127.0.0.1:0"

    @Flag(help: "Allow APIs that are not on this machine.")
    var allowRemote = false

    func run() async throws {
        let plan = LoadPlan(
            rate: rate, duration: duration, users: users,
            apis: url.flatMap { $0.split(separator: ",") }.map(String.init), settle: settle)
        do {
            try plan.validate(allowsRemote: allowRemote)
        } catch .remote {
            throw CommandFailure("\(LoadPlanError.remote(url.joined(separator: ","))): --allow-remote")
        } catch {
            throw CommandFailure("\(error)")
        }
        let (host, port) = try receiverAddress()
        var logger = Logger(label: "apus-load")
        logger.logLevel = .error
        let generator = LoadGenerator(
            plan: plan, thresholds: thresholds, receiverHost: host, receiverPort: port, receiverLatency: receiverLatency,
            logger: logger)
        let result: LoadReport
        do {
            result = try await generator.perform(stopsOnSignals: true)
        } catch let error as ReceiverError {
            throw CommandFailure("\(error)")
        }
        try write(report == .json ? try result.json() : result.text)
        if !result.passed || result.interrupted { throw ExitCode.failure }
    }

    private var thresholds: LoadThresholds {
        LoadThresholds(
            duplicates: maxDuplicates, lost: maxLost, errorRate: maxErrorRate, average: maxAverage / .milliseconds(1),
            p95: maxP95 / .milliseconds(1), p99: maxP99 / .milliseconds(1))
    }

    private func receiverAddress() throws -> (host: String, port: Int) {
        do throws(ListenAddressFault) {
            let address = try ListenAddress(receiverListen)
            return (address.host, address.port)
        } catch { throw CommandFailure("--receiver-listen \(receiverListen): \(error)") }
    }

    private func write(_ text: String) throws {
        guard let output else {
            print(text, terminator: "")
            return
        }
        do {
            try Data(text.utf8).write(to: URL(filePath: output))
        } catch {
            // The test took its time, and its result is worth more than the place that it was meant for.
            print(text, terminator: "")
            throw CommandFailure(
                "the report cannot be written to \(output): \(Self.reason(error)); it is on standard output instead")
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileWriteOutOfSpace: "the disk is full"
        case .fileNoSuchFile: "there is no such folder"
        case .fileWriteNoPermission: "this user may not write there"
        case .fileWriteVolumeReadOnly: "the disk is read-only"
        default: "\(error)"
        }
    }
}

/// The forms of a load test's report.
enum ReportForm: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
}
