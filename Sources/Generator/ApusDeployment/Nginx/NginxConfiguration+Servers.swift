import ApusFiles
import ApusTopology

/// What listens: HTTP, TLS, and the status page.
extension NginxConfiguration {
    func addServers(to http: inout PlacedText) {
        if let certificate = balancer.certificate {
            addRedirect(to: certificate, &http)
            addSecureServer(certificate, to: &http)
        } else {
            http.addBlankLine()
            http.addBlock("server", from: balancer.place) { server in
                server.add("listen \(balancer.port);")
                addNames(to: &server)
                addLocations(headers: NginxSnippets.headers, to: &server)
            }
        }
        addStatusServer(to: &http)
    }

    private func addNames(to server: inout PlacedText) {
        server.add("server_name \(balancer.serverNames.map(Self.value).joined(separator: " "));")
    }

    private func addRedirect(to certificate: Certificate, _ http: inout PlacedText) {
        let port = certificate.port == 443 ? "" : ":\(certificate.port)"
        http.addBlankLine()
        http.addBlock("server", from: balancer.place) { server in
            server.add("listen \(balancer.port);")
            addNames(to: &server)
            server.add("include \(NginxSnippets.headers);")
            server.add("# With its method and body.\nreturn 308 https://$host\(port)$request_uri;")
        }
    }

    private func addSecureServer(_ certificate: Certificate, to http: inout PlacedText) {
        // The directive came with nginx 1.25.1, and with it a warning about the parameter.
        let hasDirective = fleet.tools.nginx > ToolVersion(1, 25)
        http.addBlankLine()
        http.addBlock("server", from: balancer.place) { server in
            server.add("listen \(certificate.port) ssl\(hasDirective ? "" : " http2");")
            if hasDirective { server.add("http2 on;", from: fleet.tools.place) }
            addNames(to: &server)
            server.addBlankLine()
            server.add(
                """
                ssl_certificate \(Self.value(certificate.certificatePath));
                ssl_certificate_key \(Self.value(certificate.keyPath));
                ssl_protocols TLSv1.2 TLSv1.3;
                ssl_ciphers \(Self.ciphers.joined(separator: ":"));
                # Each of them is good: the client knows which one its processor is fast at.
                ssl_prefer_server_ciphers off;
                ssl_session_cache shared:sessions:10m;
                ssl_session_timeout 1d;
                ssl_session_tickets off;

                """)
            addLocations(headers: NginxSnippets.secureHeaders, to: &server)
        }
    }

    /// Of TLS 1.2: forward secrecy and authenticated encryption. TLS 1.3 has no others.
    private static let ciphers = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ]

    private func addLocations(headers: String, to server: inout PlacedText) {
        server.add("# For answers of no location, such as to a request that is none.\ninclude \(headers);")
        for path in [service.health.live, service.health.ready] {
            server.addBlankLine()
            server.addBlock("location = \(Self.value(path))", from: service.place) { location in
                location.add("# No limit: who asks whether it is healthy is not to be told that it is not.")
                location.add("include \(headers);\ninclude \(NginxSnippets.proxy);")
                location.add("proxy_set_header Connection '';\nproxy_pass http://\(upstreamName);")
            }
        }
        for location in NginxLocation.all(of: balancer) {
            server.addBlankLine()
            add(location, headers: headers, to: &server)
        }
    }

    private func add(_ location: NginxLocation, headers: String, to server: inout PlacedText) {
        server.addBlock("location \(Self.value(location.path))", from: location.place) { block in
            block.add("include \(headers);")
            if let zone = location.zone {
                block.add("limit_req zone=\(Self.name(of: zone)) burst=\(zone.burst) nodelay;", from: zone.place)
            }
            block.add("include \(NginxSnippets.proxy);")
            if location.upgrades {
                block.add("proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;")
                block.add("# The connection stays; what keeps it alive is sent more often than this.")
                block.add("proxy_read_timeout 1h;\nproxy_send_timeout 1h;")
            } else {
                block.add("proxy_set_header Connection '';")
            }
            block.add("proxy_pass http://\(upstreamName);")
        }
    }

    /// For this host, or this container, alone: the exporter stands beside nginx.
    private func addStatusServer(to http: inout PlacedText) {
        http.addBlankLine()
        http.addBlock("server", from: balancer.place) { server in
            server.add("listen 127.0.0.1:\(balancer.statusPort);")
            server.add("access_log off;\nallow 127.0.0.1;\ndeny all;")
            server.add("include \(NginxSnippets.headers);")
            server.addBlankLine()
            server.addBlock("location = /stub_status") { $0.add("stub_status;") }
            server.addBlankLine()
            server.add("# Whether nginx itself answers, whatever the instances do.")
            server.addBlock("location = /healthz") { $0.add("return 204;") }
            server.addBlankLine()
            server.addBlock("location /") { $0.add("return 404;") }
        }
    }
}
