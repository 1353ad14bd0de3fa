import ApusFiles
import ApusGenerator
import ApusLint
import ApusPromQL
import Foundation
import LiveChecks
import Testing

extension ProductionTests {
    /// Whether dashboards show something once all that they are of is there.
    ///
    /// Every query of every generated dashboard is asked of a Prometheus with the generated configuration, which scrapes a
    /// fleet under load, its agent, PostgreSQL, Redis, RabbitMQ, nginx, the host, Alertmanager and itself. What cannot find
    /// anything here is in ``PanelExemption/all`` with its reason.
    @Suite struct PanelTests {
        @Test func `every query of every dashboard of production finds series`() async throws {
            let stack = try await ProductionStack(isReplicated: true)
            async let load = stack.fleet.load(["--rate", "20", "--duration", "20s"])
            let queries = try queries(of: stack)
            #expect(queries.count > 350)
            let check = QueryCheck(server: PrometheusAPI(url: stack.prometheus.url), window: .seconds(60))
            var missing = queries
            var found: [FileQuery] = []
            let deadline = ContinuousClock.now + .seconds(90)
            repeat {
                try stack.makeTraffic()
                var left: [FileQuery] = []
                for query in missing {
                    if case .found = try await check.verdict(on: query.expression), try await isNumber(query, stack.prometheus)
                    {
                        found.append(query)
                    } else {
                        left.append(query)
                    }
                }
                missing = left
            } while !missing.allSatisfy(isExcused) && ContinuousClock.now < deadline
            #expect(try await load.code == 0)
            for query in missing {
                guard !isExcused(query) else { continue }
                let verdict = try await check.verdict(on: query.expression)
                Issue.record("\(query.place): \(query.expression): \(verdict)")
            }
            for exemption in PanelExemption.all {
                let places = found.filter(exemption.excuses).map { "\($0.place): \($0.expression)" }
                if exemption.isStrict {
                    #expect(places.isEmpty, "exempted because \(exemption.reason), and yet found: \(places)")
                }
                #expect(queries.contains(where: exemption.excuses), "nothing asks for \(exemption.text) any longer")
            }
            try await stack.stop()
        }

        private func isExcused(_ query: FileQuery) -> Bool { PanelExemption.all.contains { $0.excuses(query) } }

        /// Whether some value of it is one: a panel draws nothing of the others.
        private func isNumber(_ query: FileQuery, _ prometheus: Prometheus) async throws -> Bool {
            let text = query.expression.description.replacing("$__rate_interval", with: "60s")
                .replacing(/\$[a-z_]+/, with: ".+")
            return try await prometheus.query(text).contains { !$0.value.isNaN }
        }

        private func queries(of stack: ProductionStack) throws -> [FileQuery] {
            let files = try stack.topology.generatedFiles(of: [.dashboards]).map {
                LintFile(path: $0.path, bytes: Array($0.contents.utf8))
            }
            let (queries, faults) = Linter.queries(in: files)
            #expect(faults.isEmpty, "\(faults)")
            return queries
        }
    }
}
