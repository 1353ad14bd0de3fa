import ApusLimits
package import AgentMetrics
import ApusText

/// Reads what a service says of its own health: the first member `status` at the top of an answer of JSON.
///
/// The words are those of `application/health+json` (draft-inadarei-api-health-check), of Spring Boot's Actuator, of ASP.NET Core and those that
/// people write by hand.
package enum HealthState {
    /// The state, or nil where the text tells of none.
    package static func state(in body: [UInt8]) -> ServiceHealth? {
        let rules = JSONReader.Rules.interchange(
            deepest: NetworkProbeLimits.depth.value, largest: NetworkProbeLimits.health.value.bytes,
            mostValues: NetworkProbeLimits.values.value)
        // What reads JSON may pass over the mark of a byte order before it (RFC 8259, section 8.1), and .NET writes one.
        let text = body.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(body.dropFirst(3)) : body
        guard let json = try? JSONReader.read(text, as: rules),
            let member = json.members.first(where: { $0.name.hasSameBytes(as: "status") }),
            case .string(let word) = member.value.value
        else { return nil }
        return state(of: word)
    }

    /// The state that a word stands for, in letters of any size.
    package static func state(of word: String) -> ServiceHealth? {
        guard word.utf8.count <= 32 else { return nil }
        return words[word.lowercased()]
    }

    private static let words: [String: ServiceHealth] = [
        "pass": .pass, "ok": .pass, "up": .pass, "healthy": .pass,
        "warn": .warn, "warning": .warn, "degraded": .warn, "unknown": .warn,
        "fail": .fail, "down": .fail, "error": .fail, "unhealthy": .fail, "out_of_service": .fail,
    ]
}
