import Foundation
import HostTesting
import Testing

/// Probes that ask by processes of their own, under the unit that the package installs.
@Suite(.timeLimit(.minutes(4))) struct `Probes under the package's unit` {
    private static let file = """
        probes:
          - service: orders
            every: 1s
            postgresql: { host: 127.0.0.1, port: 5499, user: watcher, password_credential: orders-password }
          - service: jobs
            every: 1s
            sql: { sqlite: /srv/jobs/jobs.sqlite, gauges: [ { name: printer_jobs, query: SELECT count(*) AS value FROM job } ] }
          - service: backups
            every: 1s
            file: /srv/jobs/*.dump

        """

    /// A server of PostgreSQL with a user that has a password, a file of SQLite, and a file that is a backup.
    private func prepare(_ host: PackageHost) throws {
        _ = try host.shell(
            """
            set -e
            mkdir -p /srv/jobs /etc/credstore
            sqlite3 /srv/jobs/jobs.sqlite 'CREATE TABLE job (n); INSERT INTO job VALUES (1), (2)'
            echo backup >/srv/jobs/a.dump
            chmod 0755 /srv /srv/jobs && chmod 0644 /srv/jobs/*
            printf 'marked\\n' >/etc/credstore/orders-password
            chmod 0600 /etc/credstore/orders-password
            install --directory --owner=postgres /var/lib/orders
            bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
            runuser -u postgres -- "$bin/initdb" --pgdata=/var/lib/orders/main --auth-local=trust --auth-host=scram-sha-256 >/dev/null
            systemd-run --quiet --unit=orders --property=User=postgres "$bin/postgres" -D /var/lib/orders/main \\
                -c listen_addresses=127.0.0.1 -c port=5499 -c unix_socket_directories=/var/lib/orders
            for i in $(seq 100); do runuser -u postgres -- "$bin/pg_isready" -q -h /var/lib/orders -p 5499 && break; sleep 0.1; done
            runuser -u postgres -- psql -q -h /var/lib/orders -p 5499 -d postgres \\
                -c "CREATE ROLE watcher LOGIN PASSWORD 'marked'; GRANT pg_monitor TO watcher"
            """)
        try host.write(Self.file, to: PackageHost.watchFile)
        try host.write(
            "[Service]\nLoadCredential=orders-password:orders-password\n",
            to: "/etc/systemd/system/apus-agent.service.d/override.conf")
        try host.run("systemctl", "daemon-reload")
        try host.run("systemctl", "restart", PackageHost.service)
    }

    private func areUp(_ host: PackageHost) throws -> Bool {
        let text = try host.scrape()
        return [("orders", "postgresql"), ("jobs", "sql"), ("backups", "file")].allSatisfy { name, kind in
            text.contains("apus_probe_up{service=\"\(name)\",instance=\"\(name)\",probe=\"\(kind)\"} 1\n")
        }
    }

    private func failures(_ host: PackageHost) throws -> Double {
        try host.scrape().split(separator: "\n").filter { $0.hasPrefix("apus_probe_failures_total{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
    }

    /// The processes of probes, by the numbers that the host knows them by.
    private func children(_ host: PackageHost) throws -> Set<Int> {
        Set(try host.host.run(["pgrep", "-f", "probe-child"]).output.split(separator: "\n").compactMap { Int($0) })
    }

    @Test func `have their answers, and the agent lives on when the kernel ends their processes`() throws {
        let folder = try TemporaryFolder()
        let host = try PackageHost()
        try host.install(try DebianPackage.build(into: folder))
        try prepare(host)
        func log() -> String {
            (try? host.host.run(["journalctl", "--unit=apus-agent", "--no-pager", "--output=cat", "-n", "40"]).output) ?? ""
        }
        let isUp = try comesTrue(within: .seconds(30)) { try areUp(host) }
        #expect(isUp, "\(log())")
        let text = try host.scrape()
        #expect(text.contains(#"printer_jobs{service="jobs",instance="jobs"} 2"#), "\(text)")
        #expect(text.contains(#"postgresql_statistics_visible{service="orders",instance="orders"} 1"#))
        #expect(text.contains(#"probed_files{service="backups",instance="backups"} 1"#))
        #expect(try host.property("OOMPolicy") == "continue")
        #expect(try host.property("KillMode") == "mixed")

        let process = try host.property("MainPID")
        let starved = try children(host)
        #expect(starved.count == 3)
        // No room for any page more: the kernel ends it at its next attempt, for its memory.
        for child in starved { try host.host.limitMemory(of: child, to: 4096) }
        let areGone = try comesTrue(within: .seconds(30)) { try children(host).isDisjoint(with: starved) }
        #expect(areGone)
        let isUpAgain = try comesTrue(within: .seconds(30)) { try areUp(host) && failures(host) >= 1 }
        #expect(isUpAgain, "\(log())")

        let killed = try children(host)
        let failed = try failures(host)
        for child in killed { try host.run("kill", "-KILL", "\(child)") }
        let isUpOnceMore = try comesTrue(within: .seconds(30)) {
            try areUp(host) && children(host).isDisjoint(with: killed) && failures(host) >= failed
        }
        #expect(isUpOnceMore, "\(log())")
        #expect(try host.property("MainPID") == process)
        #expect(try host.property("NRestarts") == "0")
        #expect(try host.isActive())

        // The stop is a good one, and leaves nobody.
        try host.run("systemctl", "stop", PackageHost.service)
        #expect(try host.property("Result") == "success")
        #expect(try children(host) == [])
    }
}
