import AgentMetrics
import ApusAgent
import ApusJournal
import ApusLimits
import ApusMetrics
import ApusProbes
import ApusReporting
import ClusterSupervisor
import DeliveryWorker
import FleetTop
import Foundation
import NotificationAPI
import NotificationMetrics
import NotificationStore
import SQLiteStore
import Testing

/// docs/limits.md against the limits of the code. `APUS_RENEW_LIMITS=1` writes the page's tables anew.
@Suite struct LimitsTests {
    private static let catalogs: [any LimitCatalog.Type] = [
        ReportLimits.self, HTTPReportLimits.self, ScrapeLimits.self, DescriptorStoreLimits.self, ReporterLimits.self,
        SamplingLimits.self,
        SegmentLimits.self,
        SeriesLimits.self, EndpointLimits.self, TrustLimits.self, JournalFollowingLimits.self, WatchLimits.self,
        GroupLimits.self, HistoryLimits.self, RosterLimits.self,
        ProbeLimits.self, ChildLimits.self, NetworkProbeLimits.self,
        APILimits.self, RequestLimits.self,
        DeliveryLimits.self, LeaseLimits.self, StoreLimits.self, SupervisorLimits.self, TopLimits.self,
    ]
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let begin =
        "<!-- The tables are written from the code: APUS_RENEW_LIMITS=1 Tests/run --filter LimitsTests -->\n"

    @Test func `the page holds every limit as the code has it`() throws {
        let file = Self.repository.appending(path: "docs/limits.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let start = try #require(page.range(of: Self.begin), "docs/limits.md has no line \(Self.begin)")
        let wanted = page[..<start.upperBound] + "\n" + LimitTable.markdown(Self.catalogs)
        if ProcessInfo.processInfo.environment["APUS_RENEW_LIMITS"] != nil {
            try wanted.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(page == wanted, "docs/limits.md is not the code's: APUS_RENEW_LIMITS=1 Tests/run --filter LimitsTests")
        }
    }

    @Test func `no catalog of the sources is left out`() throws {
        let sources = Self.repository.appending(path: "Sources")
        let files =
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        var declared: Set<String> = []
        for file in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /(?m)^(?:package |public )?(?:enum|struct) (\w+)[^{\n]*\bLimitCatalog\b/) {
                declared.insert(String(match.1))
            }
        }
        #expect(declared == Set(Self.catalogs.map { "\($0)" }))
        #expect(!declared.isEmpty)
    }

    @Test func `what is counted is counted by a metric that is declared`() {
        let names = Set(
            (MetricCatalog.families + Notifications.families).map(\.name))
        for limit in Self.catalogs.flatMap { $0.all } {
            if let metric = limit.metric { #expect(names.contains(metric), "\(limit.subject)") }
        }
    }

    @Test func `each says who pays and what to do`() {
        for limit in Self.catalogs.flatMap { $0.all } {
            #expect(
                !limit.subject.isEmpty && !limit.owner.isEmpty && limit.remedy.split(separator: " ").count >= 3,
                "\(limit.subject)")
        }
    }
}
