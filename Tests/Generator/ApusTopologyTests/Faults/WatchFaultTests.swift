import ApusTopology
import Testing

/// What is refused of services in other languages.
@Suite struct `A service that an agent finds` {
    private func node(
        _ name: String = "checkout", _ arguments: [ServiceArgument] = [["/srv/server.mjs"]], reports: ServiceReporting = .text,
        runtime: ServiceRuntime = .node, records: Set<RecordedMetrics> = [], instances: Int = 1
    ) -> FleetService {
        FleetService(
            name, role: .worker, runtime: runtime, reports: reports,
            program: ServiceCommand(ServiceExecutable(runtime.rawValue), arguments: arguments), records: records
        ) {
            for number in 1...instances { Instance("\(name)-\(number)", metricsPort: 9100 + number) }
        }
    }

    private func found(_ name: String = "reports", _ matches: ProcessMatch..., named: String? = nil) -> FleetService {
        FleetService(name, runtime: .ruby, found: matches, named: named) {
            if named == nil { Instance("\(name)-1", metricsPort: 9120) }
        }
    }

    private func faults(_ parts: any FleetPart...) -> [String] {
        Fleet("f") { for part in parts { part } }.faults.map {
            String($0.description.split(separator: ": ", maxSplits: 1).last ?? "")
        }
    }

    @Test func `is without fault where all is told apart`() {
        #expect(
            faults(
                node(
                    "checkout", [["/srv/server.mjs"], ["--name", "\(.instance)"]], records: [.heap, .eventLoopLag], instances: 3
                ),
                node("billing", [["/srv/billing.mjs"]]), found("database", .unit("postgresql@*.service")),
                found("reports", ProcessMatch(command: #"^ruby (?<site>\w+)"#), named: "reports-${site}"),
                found("containers", ProcessMatch(controlGroup: "/system.slice/docker-*.scope"), named: "${container}")) == [])
    }

    @Test func `needs an agent for the host`() {
        #expect(
            faults(node(), Agents(.besideEachInstance)) == [
                "checkout reports no segment, and an agent beside each instance watches nobody else: declare Agents(.perHost)"
            ])
    }

    @Test func `reports as its runtime can, and only what it reports is recorded`() {
        #expect(
            faults(node(reports: .segment)) == [
                "checkout runs on node, and a segment is written by ApusReporting in Swift alone: let it report by .openTelemetry or .text"
            ])
        #expect(
            faults(node(reports: .nothing, records: [.heap])) == [
                "checkout records heap and reports nothing: say how it reports, or leave the records out"
            ])
        #expect(
            faults(node(runtime: .java, records: [.eventLoopLag])) == [
                "checkout records the lag of an event loop and runs on java, which has none that is measured so: leave eventLoopLag out"
            ])
    }

    @Test func `says how it is started`() {
        let service = FleetService("checkout", role: .worker, runtime: .node) { Instance("checkout-1", metricsPort: 9101) }
        #expect(faults(service) == ["nothing says how checkout is started: give it a program, or found: what starts it"])
    }

    @Test func `is behind a load balancer only where the fleet starts it`() {
        let shop = FleetService("shop", role: .api, runtime: .java, found: [.unit("tomcat.service")]) {
            Instance("shop-1", port: 8080, metricsPort: 9130)
        }
        #expect(
            faults(shop, LoadBalancer(service: "shop", port: 80)) == [
                "nginx leads to shop, which the fleet does not start and so reaches nowhere but on its host: name a service with a program"
            ])
    }

    @Test func `has processes that no other one has`() {
        let same = { (holder: String, first: String) in
            "the processes of \(holder) are those of \(first), as far as can be told: name \\(.instance) or \\(.port) in what tells"
                + " them apart"
        }
        #expect(faults(node(instances: 2)) == [same("checkout-2", "checkout-1")])
        #expect(faults(node(), node("billing")) == [same("billing-1", "checkout-1")])
        let any = found("reports", ProcessMatch(executable: "ruby"))
        #expect(
            faults(any, found("mails", ProcessMatch(executable: "ruby", command: "mails"))) == [same("mails-1", "reports-1")])
        // The narrower one comes first.
        #expect(faults(found("mails", ProcessMatch(executable: "ruby", command: "mails")), any) == [])
    }

    @Test func `has a name only of what is captured`() {
        #expect(
            faults(found("reports", ProcessMatch(command: #"^ruby (?<place>\w+)"#), named: "reports-${site}")) == [
                #"the instances of reports are named by ${site}, which the command “^ruby (?<place>\w+)” does not capture: write"#
                    + " (?<site>…) into it"
            ])
        #expect(
            faults(found("reports", .unit("reports@*.service"), named: "reports-${site}")) == [
                "the instances of reports are named by ${site}, which the command that a match lacks does not capture: write"
                    + " (?<site>…) into it"
            ])
        // The machine's name needs no capture, unless there is one.
        #expect(faults(found("reports", .unit("reports@*.service"), named: "${host}-reports")) == [])
        #expect(
            faults(
                found("reports", .unit("reports.service"), ProcessMatch(command: "(?<host>a)"), named: "${host}")
            ).count == 1)
        #expect(
            faults(found("reports", .unit("reports@*.service"), named: "reports-1")).map {
                $0.hasPrefix("the name “reports-1”")
            } == [true])
    }

    @Test(arguments: [
        (ProcessMatch(), "a match of reports says nothing, and so chooses every process"),
        (ProcessMatch(unit: "nginx"), "the unit “nginx” of reports has no type"),
        (ProcessMatch(controlGroup: "system.slice"), "the control group “system.slice” of reports does not begin with a slash"),
        (ProcessMatch(pidFile: "run/x.pid"), "the pid file “run/x.pid” of reports is no absolute path"),
        (ProcessMatch(command: ""), "the command of reports is empty"),
        (ProcessMatch(command: "a\nb"), "the command of reports has a control character"),
        (
            ProcessMatch(command: ProcessText(stringLiteral: String(repeating: "a", count: 1025))),
            "the command of reports has more than 1024 bytes"
        ),
    ]) func `is found by what a process can be`(match: ProcessMatch, message: String) {
        #expect(faults(found("reports", match)).map { $0.hasPrefix(message) } == [true], "\(faults(found("reports", match)))")
    }
}
