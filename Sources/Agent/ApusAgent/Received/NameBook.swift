package import AgentMetrics
package import ApusMetrics
import ApusLimits
import ApusText
import Synchronization

/// Says of each instance which of its metrics are its heap, pools, queue and event loop: what the agent's file says, and where that
/// finds nothing, what clients usually call them.
package final class NameBook: Sendable {
    private let declared = Mutex<[NameDeclaration]>([])

    package init() {}

    /// Takes what a file says in place of what the one before did: it holds from the next report of an instance on.
    package func watch(_ file: WatchFile) { declared.withLock { $0 = file.names } }

    /// A report with the families that follow from the names in it, and the names of those for which the time of all searches was not
    /// enough.
    package func naming(
        _ report: ReceivedReport, of identity: InstanceIdentity
    ) -> (report: ReceivedReport, unnamed: [String]) {
        var budget = NamingBudget()
        var unnamed: [String] = []
        let report = report.adding(rules(of: identity), orElse: NameRule.usual, within: &budget, unnamed: &unnamed)
        return (report, unnamed)
    }

    /// Says of families why they are not served of a report.
    static func words(unnamed: [String]) -> String {
        "\(unnamed.joined(separator: ", ")) is not served by the names in the agent's file: their expressions took more than "
            + "\(DurationText.string(WatchLimits.naming.value)) on this report: compare labels with =, or write expressions that do not "
            + "try one text in many ways"
    }

    /// Where several places in the file say what a name is, the first one that is of the instance counts.
    private func rules(of identity: InstanceIdentity) -> [NameRule] {
        var said: Set<KnownName> = []
        var rules: [NameRule] = []
        for declaration in declared.withLock({ $0 }) where declaration.isOf(identity) {
            for (name, selectors) in declaration.names where said.insert(name).inserted {
                rules += selectors.flatMap { name.rules($0) }
            }
        }
        return rules
    }
}
