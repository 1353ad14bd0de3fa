import ApusHTTP
import ApusText
import ArgumentParser
import CommandConventions
import Foundation
import LiveChecks
import NIOCore
import NIOHTTP1

/// `apus probe`: a health check for containers, which have no other program for it.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Asks over HTTP whether a process is well; exits with 1 when it is not.",
        discussion: """
            Without --instance the answer has to be a status from 200 to 299. With --instance the address is an agent's /health, \
            and what it says of that instance counts.
            """)

    @Argument(help: "Such as http://127.0.0.1:3001/health/ready.")
    var url: String

    @Option(help: ArgumentHelp("The instance to look for in the answer of an agent.", valueName: "service/instance"))
    var instance: String?

    @Flag(
        help: ArgumentHelp(
            "Exit with 0 when nobody answers: for a check that restarts somebody else than the one who is asked."))
    var passUnanswered = false

    @Option(help: "How long to wait for the whole answer.")
    var timeout: Duration = .seconds(3)

    func validate() throws {
        guard (Duration.milliseconds(1)...Self.longestTimeout).contains(timeout) else {
            throw ValidationError("--timeout \(DurationText.string(timeout)): write a duration from 1ms to 1h.")
        }
    }

    private static let longestTimeout = Duration.seconds(3600)

    func run() async throws {
        let answer: HTTPProbe.Answer
        do {
            answer = try await HTTPProbe.get(url, within: timeout)
        } catch {
            if passUnanswered, (error as? HTTPProbeError) != .noURL { return }
            if let error = error as? HTTPProbeError { throw CommandFailure("\(url) gives no answer: \(error)") }
            throw CommandFailure("\(url) gives no answer: \(NetworkErrorText.asking(error, at: url))")
        }
        guard (200..<300).contains(answer.status) else { throw CommandFailure("\(url) answers with \(answer.status)") }
        guard let instance else { return }
        let health: AgentHealth
        do {
            health = try JSONDecoder().decode(AgentHealth.self, from: Data(answer.body))
        } catch {
            throw CommandFailure("\(url) is not an agent's /health: \(error)")
        }
        guard let found = health.instances.first(where: { "\($0.service)/\($0.instance)" == instance }) else {
            // What the agent finds by its configuration file alone stands apart.
            guard let group = health.groups?.first(where: { "\($0.service)/\($0.instance)" == instance }) else {
                throw CommandFailure("the agent at \(url) does not know \(instance)")
            }
            guard group.processes > 0 else { throw CommandFailure("\(instance) has no process") }
            return
        }
        guard found.status == "pass" else {
            throw CommandFailure("\(instance) is \(found.hungReason.map { "hung: \($0)" } ?? "down")")
        }
    }

    /// What of an agent's `/health` matters here.
    private struct AgentHealth: Decodable {
        let instances: [Instance]
        /// Groups of processes; absent without a configuration file.
        let groups: [Group]?

        struct Group: Decodable {
            let service: String
            let instance: String
            let processes: Int
        }

        struct Instance: Decodable {
            let service: String
            let instance: String
            let status: String
            let hungReason: String?
        }
    }
}
