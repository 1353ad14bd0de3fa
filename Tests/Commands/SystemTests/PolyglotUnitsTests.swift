import ApusMetrics
import Foundation
import HostTesting
import Testing

/// The units that are generated for Examples/Polyglot, under a real systemd, with the real interpreters.
@Suite struct `Units of services in other languages` {
    private let host: BootedHost

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path()
    private static let example = repository + "Examples/Polyglot/"
    private static let units = [
        "apus-agent.service", "apus-checkout@checkout-1.service", "apus-checkout@checkout-2.service",
        "apus-packing@packing-1.service", "apus-shipping@shipping-1.service",
    ]

    init() throws {
        host = try BootedHost()
        let strip = try Command.run("strip", ["-o", "\(host.root)/usr/bin/apus-agent", BuiltProgram.path("apus-agent")])
        #expect(strip.status == 0, "\(strip.errors)")
        try install("deploy/systemd/apus", at: "etc/apus")
        for folder in ["sysusers.d", "tmpfiles.d"] {
            try install("deploy/systemd/\(folder)/apus.conf", at: "etc/\(folder)/apus.conf")
        }
        try install("Services", at: "srv/polyglot")
        try copy(Self.repository + ".build/opentelemetry", "srv/opentelemetry")
        for unit in try FileManager.default.contentsOfDirectory(atPath: Self.example + "deploy/systemd")
        where unit.hasPrefix("apus-") || unit == "apus.target" {
            try install("deploy/systemd/\(unit)", at: "etc/systemd/system/\(unit)")
        }
        // What its operator has installed in a place of their own, and reports that come soon.
        let own = "\(host.root)/etc/systemd/system/apus-packing@.service.d"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        try Data("[Service]\nEnvironment=PYTHONPATH=/srv/opentelemetry OTEL_METRIC_EXPORT_INTERVAL=500\n".utf8).write(
            to: URL(fileURLWithPath: "\(own)/own.conf"))
        try succeed("systemd-sysusers", "apus.conf")
        try succeed("systemd-tmpfiles", "--create", "apus.conf")
        try succeed("systemctl", "daemon-reload")
        try succeed("systemctl", "start", "apus.target")
    }

    private func install(_ file: String, at path: String) throws { try copy(Self.example + file, path) }

    private func copy(_ file: String, _ path: String) throws {
        let target = "\(host.root)/\(path)"
        let folder = URL(fileURLWithPath: target).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: file, toPath: target)
        try succeed("chmod", "-R", "a+rX", "/\(path)")
    }

    private func succeed(_ command: String...) throws {
        let step = try host.run(command)
        try #require(step.status == 0, "\(command): \(step.errors)")
    }

    private func scrape() throws -> [String: Double] {
        let text = try host.run(["curl", "--silent", "--max-time", "5", "http://127.0.0.1:7480/metrics"]).output
        return Dictionary(
            try ExpositionReader.samples(in: text, as: .text).compactMap { sample in sample.value.map { (sample.series, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    @Test(.timeLimit(.minutes(2))) func `let them run, be found and report`() throws {
        let instances = [
            ("checkout", "checkout-1"), ("checkout", "checkout-2"), ("packing", "packing-1"), ("shipping", "shipping-1"),
        ]
        let allUp = comesTrue(within: .seconds(40)) {
            let samples = (try? scrape()) ?? [:]
            return instances.allSatisfy { samples[#"apus_service_up{service="\#($0)",instance="\#($1)"}"#] == 1 }
        }
        let log = try host.run(["journalctl", "--no-pager", "--unit=apus-*"]).output
        #expect(allUp, "\(log)")
        #expect(try host.run(["systemctl", "is-active"] + Self.units).status == 0, "\(log)")
        // A process is up before it listens.
        let isListening = try comesTrue(within: .seconds(30)) {
            try host.run(["bash", "-c", ": </dev/tcp/127.0.0.1/7102"]).status == 0
        }
        #expect(isListening, "\(log)")
        // What the unit has of the service's processes, and what they say themselves.
        let order = try host.run([
            "curl", "--silent", "--show-error", "--fail", "--max-time", "20", "http://127.0.0.1:7102/orders", "--data",
            #"{"items": [{"name": "book", "size": 60}, {"name": "lamp", "size": 40}]}"#,
        ])
        #expect(order.status == 0, "\(order.errors)\(log)")
        // Of one scrape: at the next one a process may be running.
        var samples: [String: Double] = [:]
        let isReported = comesTrue(within: .seconds(30)) {
            samples = (try? scrape()) ?? [:]
            return samples[#"checkout_orders_total{service="checkout",instance="checkout-2"}"#] == 1
                && samples[#"packing_parcels_total{service="packing",instance="packing-1",size="full"}"#] == 1
                // From the page that it serves, at the port that its unit tells it.
                && samples[#"service_scrape_up{service="shipping",instance="shipping-1"}"#] == 1
                && samples[#"shipping_parcels_total{service="shipping",instance="shipping-1"}"#] == 1
                // One that was seen before it was in its unit's control group is asked again at the next turn of the sampling loop.
                && instances.allSatisfy {
                    samples[#"service_processes{service="\#($0)",instance="\#($1)",state="sleeping"}"#] ?? 0 >= 1
                }
        }
        #expect(isReported, "\(samples.filter { $0.key.contains("packing") })\(log)")
        for (service, instance) in instances {
            let labels = #"{service="\#(service)",instance="\#(instance)"}"#
            #expect(samples["service_process_resident_memory_bytes\(labels)"] ?? 0 > 1_000_000)
            #expect(samples["service_process_open_fds_ratio\(labels)"].map { $0 > 0 } ?? false)
            #expect(samples[#"service_processes{service="\#(service)",instance="\#(instance)",state="sleeping"}"#] ?? 0 >= 1)
        }
        #expect(!log.contains("not reported"), "\(log)")
    }
}
