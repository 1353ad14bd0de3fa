import ExporterCatalog
import HostTesting
import ServerTesting
import Testing

@Suite struct BlackboxExporterTests {
    @Test func `a probe over TLS serves what is declared`() throws {
        let port = try LoopbackPort.free()
        let nginx = try NginxServer(port: port) { folder in
            try ServerTool.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "30", "-keyout",
                    folder.path("key.pem"), "-out", folder.path("certificate.pem"),
                ], of: "openssl")
            return """
                pid \(folder.path("pid"));
                error_log stderr;
                events {}
                http {
                    access_log off;
                    \(NginxServer.temporaryPaths(in: folder))
                    server {
                        listen 127.0.0.1:\(port) ssl;
                        ssl_certificate certificate.pem;
                        ssl_certificate_key key.pem;
                        return 200;
                    }
                }
                """
        }
        defer { nginx.stop() }
        let folder = try TemporaryFolder()
        try folder.write(
            """
            modules:
              https:
                prober: http
                http: { tls_config: { insecure_skip_verify: true } }
            """, to: "modules.yml")
        let exporter = try ExporterProcess("prometheus-blackbox-exporter", of: "prometheus-blackbox-exporter") {
            ["--config.file=\(folder.path("modules.yml"))", "--web.listen-address=127.0.0.1:\($0)"]
        }
        defer { exporter.stop() }
        let probe = "/probe?module=https&target=https://127.0.0.1:\(port)/"
        try LiveCatalog(exporter: BlackboxExporter.exporter).expect {
            try [probe, "/metrics"].map { try exporter.scrape($0) }.joined()
        }
        #expect(try exporter.scrape(probe).contains("\nprobe_success 1\n"))
    }
}
