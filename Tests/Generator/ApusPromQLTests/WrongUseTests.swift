import Foundation
import HostTesting
import Testing

/// A use of the typed queries that must not compile, with its right twin, which must.
struct WrongUse: Sendable, CustomTestStringConvertible {
    let reason: String
    let wrong: String
    let right: String
    /// What the compiler says of the wrong one.
    let complaint: String

    var testDescription: String { reason }
}

/// The compiler itself judges, against the modules that these tests were built with.
@Suite struct `Wrong uses` {
    static let all: [WrongUse] = [
        WrongUse(
            reason: "a rate of a gauge", wrong: "Contract.cpuUsage.series.rate(over: .minutes(5))",
            right: "Notifications.delivered.series.rate(over: .minutes(5))",
            complaint: "conform to 'MonotonicDeclaration'"),
        WrongUse(
            reason: "a counter without a rate", wrong: "Notifications.delivered.series.value",
            right: "Contract.cpuUsage.series.value", complaint: "conform to 'InstantDeclaration'"),
        WrongUse(
            reason: "a slope of a counter", wrong: "Notifications.delivered.series.samples(over: .minutes(5)).derivative",
            right: "Contract.heapUsage.series.samples(over: .minutes(5)).derivative",
            complaint: "conform to 'InstantDeclaration'"),
        WrongUse(
            reason: "a quantile of a counter",
            wrong: "Notifications.delivered.series.bucketRates(over: .minutes(5)).quantile(0.9)",
            right: "Notifications.attemptDuration.series.bucketRates(over: .minutes(5)).quantile(0.9)",
            complaint: "conform to 'BucketedDeclaration'"),
        WrongUse(
            reason: "a quantile of a rate without buckets",
            wrong: "Notifications.attemptDuration.series.countRate(over: .minutes(5)).histogramQuantile(0.9)",
            right: "Notifications.attemptDuration.series.bucketRates(over: .minutes(5)).quantile(0.9)",
            complaint: "has no member 'histogramQuantile'"),
        WrongUse(
            reason: "a matcher by a label that the metric lacks",
            wrong: #"Contract.cpuUsage.series.matching(.label(.channel), "log").value"#,
            right: #"Notifications.delivered.series.matching(.label(.channel), "log").rate(over: .minutes(5))"#,
            complaint: "has no member 'channel'"),
        WrongUse(
            reason: "labels of another metric",
            wrong: "Queue.depth.series.matching(ChannelLabels(channel: .log)).value",
            right: "Queue.depth.series.matching(QueueStateLabels(state: .locked)).value",
            complaint: "cannot convert value of type 'ChannelLabels'"),
        WrongUse(
            reason: "a grouping by a label that the metric lacks",
            wrong: "Queue.depth.series.value.sum(by: .label(.route))",
            right: "Queue.depth.series.value.sum(by: .label(.state))", complaint: "has no member 'route'"),
        WrongUse(
            reason: "a grouping by a label that the sum took away",
            wrong: "Contract.cpuUsage.series.value.sum().max(by: .instance)",
            right: "Contract.cpuUsage.series.value.max(by: .instance)", complaint: "has no member 'instance'"),
        WrongUse(
            reason: "arithmetic between vectors whose labels differ",
            wrong: "Contract.cpuUsage.series.value + Queue.depth.series.value",
            right: "Contract.cpuUsage.series.value + Contract.memoryUsage.series.value",
            complaint: "cannot convert value of type"),
        WrongUse(
            reason: "a join by a label that the left side lacks",
            wrong: "Contract.cpuUsage.series.value.on(.label(.state)) / Queue.depth.series.value",
            right: "Contract.cpuUsage.series.value.on(.instance) / Contract.memoryUsage.series.value",
            complaint: "has no member 'state'"),
        WrongUse(
            reason: "a join that takes over a label which the other side lacks",
            wrong: "Contract.cpuUsage.series.value.on(.instance)"
                + ".joined(with: ServiceUnit.unit.series.value, adding: .label(.channel))",
            right: "Contract.cpuUsage.series.value.on(.instance)"
                + ".joined(with: ServiceUnit.unit.series.value, adding: .label(.unit))",
            complaint: "has no member 'channel'"),
        WrongUse(
            reason: "a range vector in place of an instant one",
            wrong: "Contract.cpuUsage.series.samples(over: .minutes(5)) > 70",
            right: "Contract.cpuUsage.series.samples(over: .minutes(5)).maximum > 70", complaint: "operator"),
    ]

    /// What the compiler says of each expression, by their order: empty for those that compile.
    private static func complaints(of expressions: [String]) throws -> [String] {
        let folder = try TemporaryFolder()
        let imports = ["import ApusMetrics", "import ApusPromQL", "import AgentMetrics", "import SampleMetrics"]
        let lines = imports + expressions.enumerated().map { "func use\($0.offset)() { _ = \($0.element) }" }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "uses.swift")
        let compiler = try Command.run(
            "swiftc", ["-typecheck", "-swift-version", "6"] + moduleOptions + [folder.path("uses.swift")])
        let output = compiler.text

        var complaints = Array(repeating: "", count: expressions.count)
        for line in output.split(separator: "\n") {
            guard let range = line.range(of: "uses.swift:"), line.contains(": error: ") || line.contains(": note: "),
                let number = line[range.upperBound...].split(separator: ":").first.flatMap({ Int($0) })
            else { continue }
            let index = number - 1 - imports.count
            try #require(complaints.indices.contains(index), "\(output)")
            complaints[index] += line + "\n"
        }
        // Errors elsewhere would mean that nothing was judged.
        try #require(compiler.passed || complaints.contains { !$0.isEmpty }, "\(output)")
        return complaints
    }

    /// Where the modules lie that this test was built with.
    private static var moduleOptions: [String] {
        let products = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(fileURLWithPath: ".")
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")
        return ["-I", products.appendingPathComponent("Modules").path, "-I", products.path]
            + ["-Xcc", "-I\(sources.appendingPathComponent("Base/CExposition/include").path)"]
    }

    @Test func `do not compile, each for its own reason, and their right twins do`() throws {
        let complaints = try Self.complaints(of: Self.all.map(\.wrong) + Self.all.map(\.right))
        for (use, complaint) in zip(Self.all, complaints) {
            #expect(complaint.contains(use.complaint), "\(use.reason): \(complaint.isEmpty ? "it compiles" : complaint)")
        }
        for (use, complaint) in zip(Self.all, complaints.dropFirst(Self.all.count)) {
            #expect(complaint.isEmpty, "the right twin of \(use.reason): \(complaint)")
        }
    }
}
