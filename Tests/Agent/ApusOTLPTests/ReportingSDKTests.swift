import AgentMetrics
import ApusMetrics
import ApusOTLP
import HostTesting
import Testing

@Suite struct `What OpenTelemetry's SDK reports` {
    @Test(arguments: ["cumulative", "delta"], ["protobuf", "json"])
    func `is served as the SDK has recorded it, round for round`(temporality: String, encoding: String) throws {
        for seed in 1...3 {
            let sdk = try ReportingSDK(temporality: temporality, seed: seed)
            var ledger = OTLPLedger(limits: ReportingSDK.limits)
            for (number, round) in sdk.rounds.enumerated() {
                let request =
                    encoding == "json"
                    ? try OTLPRequest(json: round.json, limits: ReportingSDK.limits)
                    : try OTLPRequest(protobuf: round.protobuf, limits: ReportingSDK.limits)
                let taken = ledger.take(request, at: UInt64(number) * 1_000_000_000)
                #expect(taken.rejectedPoints == 0, "\(taken.reasons)")
                #expect(taken.reports.keys.map(\.description) == ["eu.shop_checkout/one"])
                let report = try #require(taken.reports.values.first)
                try Self.compare(report, round.expected)
            }
            #expect(ledger.byteCount > 0)
            ledger.forget(InstanceIdentity(service: "eu.shop_checkout", instance: "one"))
            #expect(ledger.byteCount == 0)
        }
    }

    private static func compare(_ report: ReceivedReport, _ expected: [ExpectedSeries]) throws {
        let served = report.families.filter { $0.kind != .info }
        #expect(Set(served.map(\.name)) == Set(expected.map(\.family)))
        #expect(served.reduce(0) { $0 + $1.series.count } == expected.count)
        for one in expected {
            let family = try #require(served.first { $0.name == one.family })
            #expect(family.kind.rawValue == one.kind)
            let series = try #require(family.series.first { $0.labels == one.rendered }, "\(one)")
            let difference = try one.difference(from: series.value)
            #expect(difference == nil, "\(one.family) \(one.labels)")
            #expect((series.created != nil) == (family.kind != .gauge))
        }
    }

    @Test func `has its resource and its scopes in infos, its units in names and its help`() throws {
        let sdk = try ReportingSDK(temporality: "cumulative", seed: 9)
        var ledger = OTLPLedger(limits: ReportingSDK.limits)
        let request = try OTLPRequest(protobuf: sdk.rounds[0].protobuf, limits: ReportingSDK.limits)
        #expect(request == (try OTLPRequest(json: sdk.rounds[0].json, limits: ReportingSDK.limits)))
        let report = try #require(ledger.take(request, at: 0).reports.values.first)
        func labels(_ name: String) -> String? {
            report.families.first { $0.name == name }?.series.first.map { String(decoding: $0.labels, as: UTF8.self) }
        }
        #expect(
            labels("target_info") == #"host_name="a \"b\"",process_tags="[\"x\",\"y\"]",service_namespace="eu","#
                + #"telemetry_sdk_language="python",telemetry_sdk_name="opentelemetry",telemetry_sdk_version="1.45.2""#)
        #expect(labels("otel_scope_info") == #"flavour="mint",otel_scope_name="shop.metrics",otel_scope_version="1.2""#)
        #expect(report.families.first { $0.name == "http_server_requests_total" }?.help == "Requests \\ of\nall kinds.")
        #expect(report.families.first { $0.name == "shift_celsius_per_minute" }?.unit == "celsius_per_minute")
    }

    @Test(arguments: ["protobuf", "json"])
    func `is refused with a reason or read in five thousand mutants, in no time, and what is kept stays small`(
        encoding: String
    ) throws {
        let round = try ReportingSDK(temporality: "delta", seed: 5).rounds[0]
        let body = encoding == "json" ? round.json : round.protobuf
        var random = SeededGenerator(seed: encoding == "json" ? 3 : 4)
        var limits = ReportingSDK.limits
        limits.bytes = 1 << 20
        var ledger = OTLPLedger(limits: limits)
        var refused = 0
        let start = ContinuousClock.now
        for number in 0..<5000 {
            let mutant = Self.mutant(of: body, using: &random)
            do throws(OTLPError) {
                let request =
                    encoding == "json"
                    ? try OTLPRequest(json: mutant, limits: limits) : try OTLPRequest(protobuf: mutant, limits: limits)
                let taken = ledger.take(request, at: UInt64(number) * 1_000_000)
                #expect(taken.rejectedPoints == 0 || !taken.reasons.isEmpty)
                #expect(taken.rejectedPoints <= request.pointCount)
                Self.write(taken)
            } catch {
                refused += 1
                #expect(!error.reason.isEmpty && error.description.utf8.count < 1000)
            }
            #expect(ledger.byteCount <= limits.bytes + 200_000)
        }
        #expect(refused > 500 && refused < 4900, "\(refused)")
        #expect(ContinuousClock.now - start < .seconds(120))
    }

    /// Writes what was taken in each format: whatever it is, that is no fault of the agent's.
    private static func write(_ taken: OTLPLedger.Taken) {
        for report in taken.reports.values.prefix(1) {
            for format in ExpositionFormat.allCases {
                var encoder = ExpositionEncoder(format: format)
                for family in report.families {
                    encoder.begin(family)
                    for series in family.series { encoder.received(series, of: family, target: Array("service=\"s\"".utf8)) }
                }
                encoder.finish()
            }
        }
    }

    private static func mutant(of body: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var bytes = body
        for _ in 0...Int.random(in: 0...2, using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let place = Int.random(in: bytes.indices, using: &random)
            let end = min(bytes.count, place + Int.random(in: 1...40, using: &random))
            switch Int.random(in: 0...5, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4:
                bytes.replaceSubrange(place..<end, with: (place..<end).map { _ in UInt8.random(in: 0...255, using: &random) })
            default: bytes = Array(bytes[..<max(place, bytes.count * 9 / 10)])
            }
        }
        return bytes
    }
}
