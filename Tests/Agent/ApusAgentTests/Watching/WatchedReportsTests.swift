import AgentMetrics
import ApusAgent
import ApusMetrics
import Testing

/// What the file says of services that report: where their pages are, and what they call things.
@Suite struct WatchedReportsTests {
    static let good = #"""
        scrape:
          - service: checkout
            instance: checkout-1
            url: http://127.0.0.1:9464/metrics?all=1
            timeout: 200ms
            names: { heap: 'x{y=~"a|b"} / 1000' }
          - { service: mailer, url: 'unix:/run/mailer.sock:/stats' }
        services:
          - service: report-*
            names:
              queue_depth: ['jobs{state="waiting", queue!~`s.s`}', "more"]
              event_loop_lag: lag_milliseconds * 0.001
        groups:
          - service: worker
            match: { executable: node }
            scrape: { url: "http://[::1]:81", timeout: 1s }
        """#

    private func parse(_ text: String) throws -> WatchFile { try WatchFile.parse(Array(text.utf8), path: "w.yaml") }

    private func errors(_ text: String) -> [String] {
        do throws(WatchFileError) { _ = try WatchFile.parse(Array(text.utf8), path: "w.yaml") } catch { return error.lines }
        return []
    }

    @Test func `a page has a service, an instance and a time`() throws {
        let file = try parse(
            """
            scrape:
              - service: checkout
                url: http://127.0.0.1:9464/metrics?all=1
              - { service: mailer, instance: mailer-1, url: unix:/run/mailer.sock, timeout: 1s500ms }
            groups:
              - service: worker
                match: { executable: node }
                scrape: http://[::1]:81
              - service: batch
                match: { executable: node }
                scrape: { url: 'unix:/run/batch.sock:/stats', timeout: 20ms }
            """)
        let found = file.scrapes.map { "\($0.identity) \($0.address) \($0.address.target) \($0.timeout)" }
        #expect(
            Set(found) == [
                "checkout/checkout http://127.0.0.1:9464/metrics?all=1 /metrics?all=1 0.5 seconds",
                "mailer/mailer-1 unix:/run/mailer.sock /metrics 1.5 seconds",
                "worker/worker http://[::1]:81 /metrics 0.5 seconds",
                "batch/batch unix:/run/batch.sock:/stats /stats 0.02 seconds",
            ])
        #expect(file.summary == "2 groups, 4 pages to scrape")
    }

    @Test(arguments: [
        ("http://example.com/metrics", "no name is looked up: write its address"),
        ("https://127.0.0.1/metrics", "is https, which is not spoken"),
        ("http://user:secret@127.0.0.1/metrics", "has a user in it"),
        ("http://127.0.0.1/metrics#a", "has a fragment"),
        ("http://127.0.0.1:0/", "has no port from 1 to 65535"), ("http://127.0.0.1:65536/", "has no port from 1 to 65535"),
        ("http://127.0.0.1:/", "has no port from 1 to 65535"), ("http://127.0.0.1:+1/", "has no port from 1 to 65535"),
        ("http://::1/metrics", "has an IPv6 address without brackets"), ("http://[::1/metrics", "has [ without ]"),
        ("http://[::1]x/", "has something else than a port behind ]"), ("http://[127.0.0.1]/", "has no IPv6 address"),
        ("http://[fe80::1%eth0]/", "no name is looked up"), ("http://0x7f.1/", "no name is looked up"),
        ("http:///metrics", "names no host"), ("http://127.1/", "no name is looked up"), ("ftp://127.0.0.1/", "is no address"),
        ("127.0.0.1:9464/metrics", "is no address of a page: write http://127.0.0.1:PORT/metrics"),
        ("http://127.0.0.1/a b", "has a space"), ("http://127.0.0.1/ä", "has a space, or a character that is not ASCII"),
        ("unix:run/a.sock", "names no socket by its absolute path"), ("unix:/run/", "names no socket"),
        ("unix:/run/a.sock:metrics", "has no path of a page behind the socket's"),
        ("unix:/\(String(repeating: "x", count: 107))", "has a path of more than 107 bytes"),
    ])
    func `an address that cannot be meant says why`(url: String, reason: String) {
        let lines = errors("scrape:\n- service: a\n  url: '\(url)'\n")
        #expect(lines.count == 1 && lines[0].hasPrefix("w.yaml:3:8: url “"), "\(lines)")
        #expect(lines[0].contains(reason), "\(lines)")
    }

    @Test(arguments: [
        ("scrape: {}", "1:9: scrape is a map: write a list of maps, or [] for none"),
        ("scrape: [{url: 'http://127.0.0.1/'}]", "1:10: service is missing: write the label service of what the page has"),
        ("scrape: [{service: a}]", "1:10: url is missing: write where the page is, such as http://127.0.0.1:9464/metrics"),
        (
            "scrape: [{service: '${a}', url: 'http://127.0.0.1/'}]",
            "1:20: service has ${…}, and a page has no command to capture from: write one element for each instance, with no other than ${host}"
        ),
        (
            "scrape: [{service: a, url: 'http://127.0.0.1/', timeout: 5}]",
            "1:58: timeout “5” is no duration from 10ms to 10s: write one such as 500ms"
        ),
        (
            "scrape: [{service: a, url: 'http://127.0.0.1/', timeout: 1m}]",
            "1:58: timeout “1m” is no duration from 10ms to 10s: write one such as 500ms"
        ),
        (
            "scrape:\n- {service: a, url: 'http://127.0.0.1/'}\n- {service: a, url: 'http://127.0.0.1/b'}\n",
            "3:3: a/a has a page in line 2 already: name another instance"
        ),
        (
            "groups: [{service: 'a${n}', match: {command: '(?<n>.)'}, scrape: 'http://127.0.0.1/'}]",
            "1:66: scrape goes with a group of one name: name each instance with its url below scrape: of the file"
        ),
        (
            "groups: [{service: 'a${n}', match: {command: '(?<n>.)'}, names: {heap: x}}]",
            "1:65: names goes with a plain service: write it below services: of the file, with a pattern of names"
        ),
        (
            "services: [{service: a}]",
            "1:12: names is missing: write service: with a name or a pattern (*, ?), and names: with a map"
        ),
        (
            "services: [{service: a, names: {}}]",
            "1:32: names says nothing: write a map such as { heap: my_heap_bytes }, or leave the key out"
        ),
        ("services: [{service: a, names: {haep: x}}]", "1:33: “haep” is no key of names: write heap"),
        (
            "services: [{service: a, names: {heap: 1x}}]",
            "1:39: heap “1x” has “1x” where a name of a metric, of letters, digits and _, should be"
        ),
        ("services: [{service: a, names: {heap: []}}]", "1:39: heap is an empty list: write the name of a metric"),
        (
            "services: [{service: a, names: {heap: x, queue_depth: [y, x]}}]",
            "1:59: “x” is heap already: it is one of the two"
        ),
        (
            "services: [{service: a, names: {heap: service_process_heap_bytes}}]",
            "1:39: heap is service_process_heap_bytes by itself: leave it out, or name another metric"
        ),
        (
            "services: [{service: a, names: {heap: 'x{y=~\"(\"}'}}]",
            "1:39: heap “x{y=~\"(\"}” compares y with “(”, which is no regular expression: missing closing parenthesis"
        ),
        (
            "services: [{service: a, names: {heap: 'x{y=1}'}}]",
            "1:39: heap “x{y=1}” has “1}” where a value in quotation marks should be"
        ),
        ("services: [{service: a, names: {heap: 'x{y=\"1\"'}}]", "1:39: heap “x{y=\"1\"” ends where a comma or } should be"),
        (
            "services: [{service: a, names: {heap: x / 1e-320}}]",
            "1:39: heap “x / 1e-320” has “1e-320” where a number that a value can be multiplied or divided by, such as 1000, should be"
        ),
        (
            "services: [{service: a, names: {heap: x, queue_depth: [y, ' x ']}}]",
            "1:59: “ x ” is heap already: it is one of the two"
        ),
        (
            "services: [{service: a, names: {heap: ['x{a=\"1\",b=\"2\"}', \"x{ b = '2' ,a=`1`} * 1.0\"]}}]",
            "1:58: “x{ b = '2' ,a=`1`} * 1.0” is heap already: it is one of the two"
        ),
        ("services: [{service: a, names: {heap: x / 0}}]", "1:39: heap “x / 0” has “0” where a number above 0 should be"),
    ])
    func `an error says where, what and what to write instead`(text: String, wanted: String) {
        #expect(errors(text) == ["w.yaml:\(wanted)"])
    }

    @Test func `numbers of pages and of series are bounded`() {
        let pages = (0...256).map { "- {service: a\($0), url: 'http://127.0.0.1/'}\n" }.joined()
        #expect(errors("scrape:\n\(pages)") == ["w.yaml:258:3: more than 256 in scrape: run a second agent for others"])
        let series = (0...20).map { "x\($0)" }.joined(separator: ",")
        #expect(errors("services: [{service: a, names: {heap: [\(series)]}}]").first?.contains("more than 20 in heap") == true)
    }

    private func naming(_ file: String, _ text: String, of service: String = "shop") throws -> [String: [String: Double]] {
        let book = NameBook()
        book.watch(try parse(file))
        let report = try ReceivedReport(text: Array(text.utf8), as: .text, limits: .forTests)
        let named = book.naming(report, of: InstanceIdentity(service: service, instance: "\(service)-1")).report
        return Dictionary(
            uniqueKeysWithValues: named.families.map { family in
                (
                    family.name,
                    Dictionary(
                        uniqueKeysWithValues: family.series.map {
                            (String(decoding: $0.labels, as: UTF8.self), $0.value.asDouble ?? .nan)
                        })
                )
            })
    }

    private static let text = """
        jobs{queue="mail",state="waiting"} 3
        jobs{queue="sms",state="waiting"} 4
        jobs{queue="mail",state="later"} 5
        jobs{queue="dead",state="waiting"} 100
        my_heap_bytes 7
        lag_ms 250
        conns{pool="main",open="yes"} 2
        conns{open="yes"} 1
        nodejs_heap_size_used_bytes 9

        """

    @Test func `what the file says is served beside what is reported, before what is usual`() throws {
        let file = #"""
            services:
              - service: sh?p
                names:
                  heap: my_heap_bytes
                  queue_depth: jobs{queue=~"mail|sms", state="waiting"}
                  queue_scheduled: ['jobs{state="later"}', 'jobs{state="waiting", queue!~"mail|s.s"}']
                  event_loop_lag: lag_ms / 1000
                  connections_used: conns{open != "no"}
            """#
        let families = try naming(file, Self.text)
        #expect(families["service_process_heap_bytes"] == ["": 7])
        #expect(families["queue_depth"] == [#"state="pending""#: 7, #"state="scheduled""#: 105])
        #expect(families["service_scheduling_lag_seconds"] == [#"executor="event-loop""#: 0.25])
        #expect(families["db_client_connections"] == [#"pool="main",state="used""#: 2, #"pool="pool",state="used""#: 1])
        #expect(families["database_connections_total"] == ["": 3])
        #expect(families["my_heap_bytes"] == ["": 7])
        // Of another service, what is usual holds.
        let other = try naming(file, Self.text, of: "other")
        #expect(other["service_process_heap_bytes"] == ["": 9] && other["queue_depth"] == nil)
    }

    @Test func `the machine's name stands in names of pages and patterns of services`() throws {
        func heap(_ instance: String) throws -> Double? {
            let book = NameBook()
            let text = """
                services: [{ service: shop, instance: '${host}-*', names: { heap: my_heap_bytes } }]
                groups: [{ service: shop, instance: '${host}', match: { user: 0 }, names: { heap: lag_ms } }]
                """
            book.watch(try WatchFile.parse(Array(text.utf8), path: "w.yaml", host: "a*b"))
            let report = try ReceivedReport(text: Array(Self.text.utf8), as: .text, limits: .forTests)
            let named = book.naming(report, of: InstanceIdentity(service: "shop", instance: instance)).report
            return named.families.first { $0.name == "service_process_heap_bytes" }?.series.first?.value.asDouble
        }
        #expect(try heap("a*b-1") == 7)
        #expect(try heap("a*b") == 250)
        // What is usual.
        #expect(try heap("axyzb-1") == 9)
    }

    @Test(arguments: ["[jobs, 'jobs{state=\"waiting\"}']", "['jobs{queue=\"mail\"}', 'jobs{queue=~\"mail|sms|dead\"}']"])
    func `a series that several selectors of a name choose counts once`(selectors: String) throws {
        let families = try naming("services: [{service: '*', names: {queue_depth: \(selectors)}}]", Self.text)
        #expect(families["queue_depth"] == [#"state="pending""#: 112])
    }

    @Test func `a name that finds nothing leaves what is usual, and what is reported itself stands`() throws {
        let file = "services: [{service: '*', names: {heap: absent_bytes}}]"
        #expect(try naming(file, Self.text)["service_process_heap_bytes"] == ["": 9])
        let itself = try naming(
            "services: [{service: '*', names: {heap: my_heap_bytes}}]", "service_process_heap_bytes 1\nmy_heap_bytes 2\n")
        #expect(itself["service_process_heap_bytes"] == ["": 1])
    }

    @Test func `of several places that name one thing, the first of the instance counts`() throws {
        let file = """
            scrape: [{service: shop, instance: shop-2, url: 'http://127.0.0.1/', names: {heap: lag_ms}}]
            services:
              - {service: shop, instance: shop-9, names: {heap: lag_ms}}
              - {service: shop, names: {heap: my_heap_bytes}}
              - {service: '*', names: {heap: lag_ms, queue_depth: my_heap_bytes}}
            """
        let families = try naming(file, Self.text)
        #expect(families["service_process_heap_bytes"] == ["": 7])
        #expect(families["queue_depth"] == [#"state="pending""#: 7])
    }

    @Test func `expressions that try one text in many ways are bounded over all of a report`() throws {
        let book = NameBook()
        book.watch(
            try parse(
                #"""
                services:
                  - service: shop
                    names:
                      queue_depth: 'jobs{queue=~"(a|aa|a+)+b"}'
                      heap: 'heaps{is="x"}'
                """#))
        let long = String(repeating: "a", count: 100)
        let lines = (0..<2000).map { "jobs{queue=\"\(long)!\($0)b\"} 1\n" }.joined()
        let report = try ReceivedReport(
            text: Array("jobs{queue=\"ab\"} 1\n\(lines)heaps{is=\"x\"} 5\n".utf8), as: .text, limits: .ofInstance(series: 5000))
        let clock = ContinuousClock()
        var named: (report: ReceivedReport, unnamed: [String]) = (report, [])
        let took = clock.measure { named = book.naming(report, of: InstanceIdentity(service: "shop", instance: "shop-1")) }
        // Two thousand searches that each meet their bound take seconds.
        #expect(took < .seconds(1.5), "\(took)")
        // A part of a sum would be another number.
        #expect(named.unnamed == ["queue_depth"] && !named.report.families.contains { $0.name == "queue_depth" })
        #expect(named.report.families.first { $0.name == "service_process_heap_bytes" }?.series.first?.value == .number(5))
        #expect(named.report.families.first { $0.name == "jobs" }?.series.count == 2001)
    }

    @Test func `a search that meets its bound chooses no series, whichever way it compares`() throws {
        for comparison in ["=~", "!~"] {
            let file = "services: [{service: '*', names: {queue_depth: 'jobs{queue\(comparison)\"(a|aa|a+)+b\"}'}}]"
            let long = String(repeating: "a", count: 200)
            let families = try naming(file, "jobs{queue=\"\(long)!b\"} 1\njobs{queue=\"ab\"} 2\njobs{queue=\"c\"} 4\n")
            #expect(families["queue_depth"] == [#"state="pending""#: comparison == "=~" ? 2 : 4])
        }
    }
}
