import ClusterSupervisor
import FoundationEssentials

extension LivenessCheck {
    private static let limit = Duration.seconds(3)

    /// A child works while it answers a GET, whatever it says.
    static func answering(_ url: String) -> LivenessCheck {
        LivenessCheck {
            do {
                _ = try await HTTPProbe.get(url, within: limit)
                return .works
            } catch {
                return .hung(reason: "\(url) is not answered within \(limit)")
            }
        }
    }

    /// A child works unless an agent says that it hangs.
    ///
    /// - Parameter agents: the URLs of what the agents say of all instances.
    static func watched(service: String, instance: String, by agents: [String]) -> LivenessCheck {
        LivenessCheck {
            for url in agents {
                guard let answer = try? await HTTPProbe.get(url, within: limit),
                    let health = try? JSONDecoder().decode(AgentHealth.self, from: Data(answer.body)),
                    let found = health.instances.first(where: { $0.service == service && $0.instance == instance })
                else { continue }
                guard found.hung == true else { return .works }
                return .hung(reason: found.hungReason ?? "the agent says that it hangs")
            }
            return .unknown
        }
    }
}

/// What an agent's `/health` says, as far as it is needed to tell a hang.
private struct AgentHealth: Decodable {
    struct Instance: Decodable {
        let service: String
        let instance: String
        let hung: Bool?
        let hungReason: String?
    }

    let instances: [Instance]
}
