import Foundation
import HostTesting
import Glibc

/// Debian's Prometheus with a private data folder on a free port.
final class Prometheus: Sendable {
    private let process: RunningProgram
    private let folder: TemporaryFolder
    let url: String

    /// Starts it with a configuration file and waits until it serves.
    ///
    /// - Parameter port: where it listens; a free one by default.
    init(configuration: String, port: Int? = nil, options: [String] = []) async throws {
        let port = try port ?? LoopbackPort.free()
        folder = try TemporaryFolder()
        url = "http://127.0.0.1:\(port)"
        process = try RunningProgram(
            "/usr/bin/prometheus",
            [
                "--config.file=\(configuration)", "--storage.tsdb.path=\(folder.path("data"))",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
            ] + options)
        try await eventually("Prometheus serves: \(process.errors)") {
            guard process.isRunning else { throw Failure("Prometheus ended: \(process.errors)") }
            return (try? await HTTP.get("\(url)/-/ready").status) == 200
        }
    }

    func reload() { process.signal(SIGHUP) }

    func stop() async throws {
        process.signal(SIGTERM)
        _ = try await process.wait(.seconds(30))
    }

    /// The result of an instant query; fails the test when Prometheus refuses it.
    func query(_ expression: String) async throws -> [Sample] {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let encoded = expression.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        let answer = try await HTTP.get("\(url)/api/v1/query?query=\(encoded)")
        guard let data = answer.object["data"] as? [String: Any], let result = data["result"] as? [[String: Any]] else {
            throw Failure("\(expression): \(answer.text)")
        }
        return result.compactMap { entry in
            guard let labels = entry["metric"] as? [String: String], let pair = entry["value"] as? [Any],
                let value = (pair.last as? String).flatMap({ Double($0) })
            else { return nil }
            return Sample(labels: labels, value: value)
        }
    }

    struct Sample {
        let labels: [String: String]
        let value: Double
    }

    /// The health of each target: its address, `up` or `down`.
    func targets() async throws -> [String: String] {
        let data = try await HTTP.get("\(url)/api/v1/targets?state=active").object["data"] as? [String: Any]
        let targets = data?["activeTargets"] as? [[String: Any]] ?? []
        let pairs = targets.compactMap { target -> (String, String)? in
            guard let address = target["scrapeUrl"] as? String, let health = target["health"] as? String else { return nil }
            return (address, health)
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    struct Rule {
        let name: String
        /// Whether it alerts; else it records.
        let isAlert: Bool
        /// `ok`, or what is wrong with the last evaluation.
        let health: String
        let lastError: String
        /// `inactive`, `pending` or `firing`; that of a recording rule is always `inactive`.
        let state: String
        /// The labels of its alerts.
        let alerts: [[String: String]]
    }

    func rules() async throws -> [Rule] {
        let data = try await HTTP.get("\(url)/api/v1/rules").object["data"] as? [String: Any]
        let groups = data?["groups"] as? [[String: Any]] ?? []
        return groups.flatMap { $0["rules"] as? [[String: Any]] ?? [] }.map { rule in
            Rule(
                name: rule["name"] as? String ?? "", isAlert: rule["type"] as? String == "alerting",
                health: rule["health"] as? String ?? "",
                lastError: rule["lastError"] as? String ?? "", state: rule["state"] as? String ?? "inactive",
                alerts: (rule["alerts"] as? [[String: Any]] ?? []).compactMap { $0["labels"] as? [String: String] })
        }
    }
}
