import AgentMetrics
import ApusPromQL
import ApusTopology
import Testing

/// What is refused of services that serve pages of metrics.
@Suite struct `A service with a page` {
    private func service(
        _ page: MetricsPage, found: Bool = true, reports: ServiceReporting = .nothing, port: Int? = nil, named: String? = nil,
        words: ServiceArgument = ["--metrics", "\(.metricsPort)"], instances: Int = 1, metricsPort: Int = 9500
    ) -> FleetService {
        func declared() -> [Instance] {
            named == nil ? (0..<instances).map { Instance("mailer-\($0)", port: port, metricsPort: metricsPort + $0) } : []
        }
        guard found else {
            return FleetService(
                "mailer", role: .worker, runtime: .go, reports: reports, page: page,
                program: ServiceCommand("mailer", arguments: [["--name", "\(.instance)"], words])
            ) { for instance in declared() { instance } }
        }
        return FleetService(
            "mailer", runtime: .go, found: named == nil ? [] : [ProcessMatch(command: "(?<site>x)")], named: named,
            reports: reports,
            page: page
        ) { for instance in declared() { instance } }
    }

    private func faults(_ service: FleetService, host: String = "127.0.0.1", _ parts: any FleetPart...) -> [String] {
        Fleet("f", host: host) {
            service
            for part in parts { part }
        }.faults.map { String($0.description.split(separator: ": ", maxSplits: 1).last ?? "") }
    }

    @Test func `is without fault at ports and sockets`() {
        #expect(faults(service(MetricsPage(), found: false, instances: 3)) == [])
    }

    @Test(arguments: [
        (9090, "Prometheus"), (9480, "the agent"), (9100, "the exporter of the host"), (8080, "shop-1"),
    ]) func `has a port that nobody else has`(port: Int, holder: String) {
        let shop = FleetService("shop", role: .api) { Instance("shop-1", port: 8080, metricsPort: 9199) }
        let all = faults(service(MetricsPage(), metricsPort: port), shop, HostMonitoring())
        #expect(all.count == 1)
        #expect(all.first?.hasPrefix("port \(port) is used by ") == true && all.first?.contains("the page of mailer-0") == true)
        #expect(all.first?.contains(holder) == true, "\(all)")
    }

    @Test func `is told its port, and has one`() {
        #expect(
            faults(service(MetricsPage(), found: false, words: ["--quiet"])).first?.hasPrefix(
                "mailer serves its page at a port that nothing tells it: name \\(.metricsPort) in its program") == true)
        #expect(
            faults(service(MetricsPage(at: .port))) == [
                "the page of mailer is at the port of its instances, and mailer-0 has none: give it one"
            ])
        #expect(faults(service(MetricsPage(at: .port), port: 8123)) == [])
    }

    @Test func `is at an address that an agent reaches without looking up a name`() {
        #expect(
            faults(service(MetricsPage()), host: "prod-1") == [
                "the page of mailer is at “prod-1”, and an agent looks up no name: give the fleet its host as an address, such as 127.0.0.1"
            ])
        #expect(faults(service(MetricsPage()), host: "localhost") == [])
        #expect(faults(service(MetricsPage(at: .socket("/run/mailer.sock"))), host: "prod-1") == [])
    }

    @Test(
        arguments: [
            ("run/mailer.sock", "is illegal: write an absolute path"), ("/run/mailer/", "is illegal"),
            ("/run/a b", "is illegal"),
            (ProcessText(stringLiteral: "/" + String(repeating: "a", count: 107)), "is illegal"),
            ("/run/\(.logLevel).sock", "names what there is not"),
        ] as [(ProcessText, String)]) func `is at a socket that there can be`(path: ProcessText, message: String)
    {
        let all = faults(service(MetricsPage(at: .socket(path))))
        #expect(all.map { $0.contains(message) } == [true], "\(all)")
    }

    @Test func `of the fleet's own is at a port, as containers share no folder`() {
        #expect(
            faults(service(MetricsPage(at: .socket("/run/mailer.sock")), found: false)) == [
                "mailer serves its page at a Unix socket, which no container shares with its agent: serve it at a port"
            ])
    }

    @Test(arguments: ["metrics", "", "/a b", "/a#b", "/“"]) func `has a path of a URL`(path: String) {
        #expect(
            faults(service(MetricsPage(path: path))).map { $0.hasPrefix("the path “\(path)” of the page of mailer") } == [true])
    }

    @Test(arguments: [.milliseconds(9), .milliseconds(5001), .microseconds(20_500)] as [Duration])
    func `is given a time that a scrape has`(timeout: Duration) {
        let all = faults(service(MetricsPage(timeout: timeout)))
        #expect(all.map { $0.hasSuffix("it must be from 10ms to 5s, in whole milliseconds") } == [true], "\(all)")
    }

    @Test func `is nobody's but the page's, and of one instance each`() {
        #expect(
            faults(service(MetricsPage(), reports: .text)).first
                == "mailer serves a page and reports by .text: its name is the page's alone, so leave out one of the two")
        #expect(
            faults(service(MetricsPage(), named: "mailer-${site}")) == [
                "the instances of mailer are named by what is captured, and a page is of one instance: declare them"
            ])
    }

    @Test func `can name what its agent can be told`() {
        #expect(
            PageName.Subject.allCases.map(\.name).sorted { $0.key < $1.key } == KnownName.allCases.sorted { $0.key < $1.key })
    }

    @Test func `names each series once, and none that is known by itself`() {
        let heap = PageName(.heap, ServiceProcess.heap.series)
        #expect(
            faults(service(MetricsPage(names: [heap]))) == [
                "service_process_heap_bytes on the page of mailer is the heap by itself: leave it out of its names"
            ])
        let threads = ServiceProcess.threads.series
        let twice = MetricsPage(names: [PageName(.queueDepth, threads), PageName(.queueLocked, threads)])
        #expect(
            faults(service(twice)) == [
                "service_process_threads on the page of mailer is the queue_depth already: it is one of the two"
            ])
    }

    @Test func `is one of no more than an agent fetches`() {
        func all(_ instances: Int) -> [String] {
            // So many instances have too few connections as well.
            faults(service(MetricsPage(), instances: instances, metricsPort: 20_000)).filter { !$0.contains("connections") }
        }
        #expect(all(256) == [])
        #expect(all(257) == ["the agent of a host fetches 256 pages, and the fleet has 257: describe a fleet for each host"])
    }

    @Test(arguments: ["10", "11.1", "10.256", "10.1.0", "172.15", "010.1"]) func `is in a network that is private`(
        network: String
    ) {
        #expect(
            faults(service(MetricsPage()), Containers(network: network)) == [
                "the network “\(network)” of containers is none: write the first two numbers of a private one, such as 10.119"
            ])
    }
}
