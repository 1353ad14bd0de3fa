/// Which process of which service: the labels `service` and `instance` of every series that the agent serves for it.
package struct InstanceKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let service: String
    package let instance: String

    package init(service: String, instance: String) {
        self.service = service
        self.instance = instance
    }

    /// From `service/instance`, as on the command line; `nil` when there is not exactly one slash with text on both sides.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(service: String(parts[0]), instance: String(parts[1]))
    }

    package var description: String { "\(service)/\(instance)" }

    /// The labels, in the order in which they are served.
    var labels: [(String, String)] { [("service", service), ("instance", instance)] }

    package static func < (left: InstanceKey, right: InstanceKey) -> Bool {
        (left.service, left.instance) < (right.service, right.instance)
    }
}
