import ApusFiles
import ApusTopology

/// nginx.conf of a load balancer (https://nginx.org/en/docs/): rate limits, TLS, and the way to the instances of a service.
struct NginxConfiguration {
    let fleet: Fleet
    let balancer: LoadBalancer
    let network: FleetNetwork
    let service: FleetService

    /// - Throws: ``DeploymentError`` when there is no instance with a port.
    init(fleet: Fleet, balancer: LoadBalancer, network: FleetNetwork) throws(DeploymentError) {
        guard let service = fleet.service(named: balancer.service), service.role == .api, !service.instances.isEmpty else {
            throw .nothingToBalance(balancer: balancer.name, service: balancer.service, place: balancer.place)
        }
        self.fleet = fleet
        self.balancer = balancer
        self.network = network
        self.service = service
    }

    var text: PlacedText {
        var text = PlacedText()
        text.add(NginxSnippets.header + "# Read by nginx \(fleet.tools.nginx); how to use it: docs/deployment.md")
        text.addBlankLine()
        text.add("worker_processes auto;")
        text.add("# A request that is passed on takes two descriptors, its log and cache some more.")
        text.add("worker_rlimit_nofile \(balancer.connections * 2 + 512);", from: balancer.place)
        text.add("error_log /var/log/nginx/error.log warn;\npid /run/nginx.pid;")
        text.addBlankLine()
        text.addBlock("events", from: balancer.place) { $0.add("worker_connections \(balancer.connections);") }
        text.addBlankLine()
        text.addBlock("http") { http in
            addCommon(to: &http)
            addLog(to: &http)
            addMaps(to: &http)
            addRateZones(to: &http)
            addUpstream(to: &http)
            addServers(to: &http)
        }
        return text
    }

    private func addCommon(to http: inout PlacedText) {
        http.add(
            """
            server_tokens off;
            default_type application/octet-stream;
            # An API reads at most a mebibyte of a body.
            client_max_body_size 1m;
            client_header_timeout 10s;
            client_body_timeout 15s;
            send_timeout 15s;
            keepalive_timeout 65s;
            reset_timedout_connection on;

            gzip on;
            gzip_comp_level 5;
            gzip_min_length 1024;
            gzip_proxied any;
            gzip_vary on;
            gzip_types application/json application/problem+json text/plain;

            proxy_connect_timeout 2s;
            proxy_send_timeout 15s;
            proxy_read_timeout 30s;
            # Another instance is tried once. A POST is not sent again after the first may have had it: non_idempotent is not here.
            proxy_next_upstream error timeout http_502 http_503;
            proxy_next_upstream_tries 2;
            proxy_next_upstream_timeout 10s;

            """)
    }

    private func addLog(to http: inout PlacedText) {
        // Times of the upstream are texts: one an attempt.
        let fields: [(name: String, variable: String, isNumber: Bool)] = [
            ("time", "time_iso8601", false), ("request_id", "request_id", false), ("remote_address", "remote_addr", false),
            ("host", "host", false), ("method", "request_method", false), ("uri", "request_uri", false),
            ("protocol", "server_protocol", false), ("status", "status", true), ("bytes_sent", "bytes_sent", true),
            ("request_length", "request_length", true), ("request_time", "request_time", true),
            ("upstream_address", "upstream_addr", false), ("upstream_status", "upstream_status", false),
            ("upstream_connect_time", "upstream_connect_time", false),
            ("upstream_header_time", "upstream_header_time", false),
            ("upstream_response_time", "upstream_response_time", false), ("rate_limit", "limit_req_status", false),
            ("user_agent", "http_user_agent", false),
        ]
        http.add("# A JSON object a line.\nlog_format requests escape=json")
        for (index, field) in fields.enumerated() {
            let value = field.isNumber ? "$\(field.variable)" : "\"$\(field.variable)\""
            let (opening, closing) = (index == 0 ? "{" : "", index == fields.count - 1 ? "}" : ",")
            http.add("    '\(opening)\"\(field.name)\":\(value)\(closing)'\(closing == "}" ? ";" : "")")
        }
        http.add("access_log /var/log/nginx/access.log requests;")
        http.addBlankLine()
    }

    private func addMaps(to http: inout PlacedText) {
        http.addBlock("map $http_upgrade $connection_upgrade") { $0.add("default upgrade;\n'' '';") }
        http.addBlankLine()
        http.add("# Only of a refusal by a limit: no instance has answered.")
        http.addBlock("map $status:$upstream_status $retry_after") { $0.add("'429:' 1;\ndefault '';") }
        http.addBlankLine()
    }

    private func addRateZones(to http: inout PlacedText) {
        guard !balancer.rateZones.isEmpty else { return }
        for zone in balancer.rateZones {
            http.add(
                "limit_req_zone $binary_remote_addr zone=\(Self.name(of: zone)):10m rate=\(zone.requestsPerSecond)r/s;",
                from: zone.place)
        }
        http.add("limit_req_status 429;\nlimit_req_log_level notice;")
        http.addBlankLine()
    }

    private func addUpstream(to http: inout PlacedText) {
        http.addBlock("upstream \(upstreamName)", from: service.place) { upstream in
            upstream.add("# What one worker process learns of an instance, all know.\nzone upstream_\(service.name) 64k;")
            if balancer.balancing == .leastConnections { upstream.add("least_conn;", from: balancer.place) }
            // One that fails is passed over for a moment, and then asked by one request: nginx asks nobody while it passes over all of them,
            // as after a restart of each in turn.
            for instance in service.instances {
                guard let endpoint = fleet.endpoint(of: instance) else { continue }
                upstream.add(
                    "server \(network.address(of: endpoint)) max_fails=3 fail_timeout=1s;", from: instance.place)
            }
            upstream.add("keepalive \(balancer.keepalive);", from: balancer.place)
        }
    }

    /// Zones of limits, of upstreams and of sessions share one namespace.
    static func name(of zone: RateZone) -> String { "limit_\(zone.name)" }

    var upstreamName: String { service.name }

    /// A value as nginx reads it: in quotes unless it is plain.
    static func value(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"), UInt8(ascii: "*"):
                true
            default: false
            }
        }
        guard !plain || text.isEmpty else { return text }
        return "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }
}
