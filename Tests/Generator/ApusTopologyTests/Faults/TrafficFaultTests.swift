import ApusTopology
import Testing

@Suite struct `Validation of traffic and routing` {
    static let traffic: [FaultyFleet] = [
        FaultyFleet(
            "nginx leads to “shop”, which is no service: name an API of the fleet",
            line: #line, FaultyFleet.api { LoadBalancer(service: "shop") }),
        FaultyFleet(
            "nginx leads to worker, which is a worker and answers no requests: name an API",
            line: #line, FaultyFleet.fleet { LoadBalancer(service: "worker") }),
        FaultyFleet(
            "nginx is reached as “a;b”: name one or more hosts, each once, or “_” for any",
            line: #line, FaultyFleet.api { LoadBalancer(service: "api", serverNames: ["a;b"]) }),
        FaultyFleet(
            "nginx has 199 connections for 100 requests a second, each of which takes two: raise connections or lower peakRequests",
            line: #line, FaultyFleet.api { LoadBalancer(service: "api", peakRequests: 100, connections: 199) }),
        FaultyFleet(
            """
            nginx has 0 requests a second at its peak and keeps 32 idle connections: the first must be above 0, the second not \
            below
            """,
            line: #line, FaultyFleet.api { LoadBalancer(service: "api", peakRequests: 0) }),
        FaultyFleet(
            "the path “ws/” of nginx is illegal: begin it with a slash and use letters, digits and . _ - ~ /",
            line: #line, FaultyFleet.api { LoadBalancer(service: "api", webSocketPaths: ["ws/"]) }),
        FaultyFleet(
            "the key of nginx “key.pem” is illegal: use an absolute path of letters, digits and . _ - +, without . or .. and no slash last",
            line: #line + 2,
            FaultyFleet.api {
                LoadBalancer(
                    service: "api", certificate: Certificate(certificatePath: "/etc/cert.pem", keyPath: "key.pem"))
            }),
        FaultyFleet(
            "the path /a is in the rate zones one and two: leave it in one",
            line: #line + 6,
            FaultyFleet.api {
                LoadBalancer(
                    service: "api",
                    rateZones: [
                        RateZone("one", paths: ["/a"], requestsPerSecond: 1, burst: 0),
                        RateZone("two", paths: ["/a"], requestsPerSecond: 1, burst: 0),
                    ])
            }),
        FaultyFleet(
            "the rate of zone one is 0.0: it must be above 0",
            line: #line + 4,
            FaultyFleet.api {
                LoadBalancer(
                    service: "api",
                    rateZones: [RateZone("one", paths: ["/"], requestsPerSecond: 0, burst: 0)])
            }),
        FaultyFleet(
            "the burst of zone one is -1.0: it must be 0 or more",
            line: #line + 4,
            FaultyFleet.api {
                LoadBalancer(
                    service: "api",
                    rateZones: [RateZone("one", paths: ["/"], requestsPerSecond: 1, burst: -1)])
            }),
    ]

    static let routing: [FaultyFleet] = [
        FaultyFleet(
            "the default receiver “mail” is not declared: declare it, or name another",
            line: #line, FaultyFleet.fleet { Routing(default: "mail") }),
        FaultyFleet(
            "a route leads to “mail”, which is no receiver: declare it, or name another",
            line: #line, FaultyFleet.fleet { Routing { Route(severity: .low, to: "mail") } }),
        FaultyFleet(
            "receiver mail gets nothing: lead a route to it, or remove it",
            line: #line, FaultyFleet.fleet { Routing { Receiver("mail", .webhook(url: "http://127.0.0.1:1/")) } }),
        FaultyFleet(
            "the route to mail is for “shop”, which is no service and no server: name one of the fleet",
            line: #line + 4,
            FaultyFleet.fleet {
                Routing {
                    Receiver("mail", .webhook(url: "http://127.0.0.1:1/"))
                    Route(service: "shop", to: "mail")
                }
            }),
        FaultyFleet(
            "the route to mail is never reached, as earlier ones take all its alerts: move it up or remove it",
            line: #line + 6,
            FaultyFleet.fleet {
                Routing {
                    Receiver("mail", .webhook(url: "http://127.0.0.1:1/"))
                    Route(severity: .critical, .high, to: "mail")
                    Route(severity: .medium, to: "mail")
                    Route(severity: .high, .medium, service: "worker", to: "mail")
                }
            }),
        FaultyFleet(
            "receiver mail is called at “127.0.0.1/alerts”: write a URL with http:// or https:// and a host",
            line: #line + 1,
            FaultyFleet.fleet { Routing(default: "mail") { Receiver("mail", .webhook(url: "127.0.0.1/alerts")) } }),
        FaultyFleet(
            "receiver chat writes to “alerts”: name a channel as #alerts, or a person as @name",
            line: #line + 2,
            FaultyFleet.fleet {
                Routing(default: "chat") { Receiver("chat", .slack(channel: "alerts", webhookFile: "/etc/apus/slack")) }
            }),
        FaultyFleet(
            "receiver pager has its secret at “key”: name an absolute path of letters, digits and . _ - +",
            line: #line + 1,
            FaultyFleet.fleet { Routing(default: "pager") { Receiver("pager", .pagerDuty(routingKeyFile: "key")) } }),
        FaultyFleet(
            "receiver mail sends mail by “smtp.example.org”: write the server as smtp.example.org:587",
            line: #line + 3,
            FaultyFleet.fleet {
                Routing(default: "mail") {
                    Receiver(
                        "mail",
                        .email(
                            to: "a@example.org", from: "b@example.org", smartHost: "smtp.example.org", user: "b",
                            passwordFile: "/etc/apus/smtp"))
                }
            }),
        FaultyFleet(
            "receiver mail is reached in no way: name one",
            line: #line, FaultyFleet.fleet { Routing(default: "mail") { Receiver("mail") } }),
        FaultyFleet(
            "a group waits 5m for its first alerts but 5m between two messages: shorten groupWait",
            line: #line, FaultyFleet.fleet { Routing(groupWait: .seconds(300)) }),
        FaultyFleet(
            "the repeat interval, 1m, is shorter than groupInterval, 5m, and would not be kept: lengthen it",
            line: #line, FaultyFleet.fleet { Routing(repeatInterval: .seconds(60)) }),
    ]

    @Test(arguments: traffic + routing)
    func `one fault is told with its place in the source and the remedy`(faulty: FaultyFleet) throws {
        try faulty.expectOnlyFault()
    }

    @Test func `a route behind narrower ones is reached, and servers are services of routes`() {
        let fleet = FaultyFleet.fleet {
            Cache("redis")
            Routing {
                Receiver("mail", .webhook(url: "https://example.org/alerts?a=b"))
                Route(severity: .critical, service: "worker", to: "mail")
                Route(severity: .critical, to: "mail")
                Route(service: "redis", to: "mail")
                Route(to: "mail")
            }
        }
        #expect(fleet.faults == [])
    }
}
