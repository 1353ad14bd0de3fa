import ExporterCatalog
import HostTesting
import ServerTesting
import Testing

@Suite struct NginxExporterTests {
    @Test func `an nginx with its status page serves what is declared`() throws {
        let port = try LoopbackPort.free()
        let nginx = try NginxServer(port: port) { folder in
            """
            pid \(folder.path("pid"));
            error_log stderr;
            events {}
            http {
                access_log off;
                \(NginxServer.temporaryPaths(in: folder))
                server {
                    listen 127.0.0.1:\(port);
                    location /status { stub_status; }
                }
            }
            """
        }
        defer { nginx.stop() }
        let exporter = try ExporterProcess("prometheus-nginx-exporter", of: "prometheus-nginx-exporter") {
            ["-nginx.scrape-uri=http://127.0.0.1:\(port)/status", "-web.listen-address=127.0.0.1:\($0)"]
        }
        defer { exporter.stop() }
        try LiveCatalog(exporter: NginxExporter.exporter).expect { try exporter.scrape() }
    }
}
