import AgentMetrics
import ApusMetrics
import NotificationMetrics
import Testing

@Suite struct `The metrics of the platform` {
    @Test func `keep the rules of declarations`() {
        for family in Notifications.families { #expect(family.faults.isEmpty, "\(family.name): \(family.faults)") }
    }

    @Test func `claim no name that another of them claims, or one of the agent's catalog, in any format`() {
        var owners: [String: String] = [:]
        for family in MetricCatalog.families + Notifications.families {
            for name in family.claimedNames {
                #expect(owners[name] == nil, "\(family.name) and \(owners[name] ?? "") claim \(name)")
                owners[name] = family.name
            }
        }
    }

    @Test func `serve the depth of the queue under the name of the original system`() {
        #expect(Notifications.families.contains { $0.name == "notification_queue_depth" && $0.labelNames == ["state"] })
    }
}
