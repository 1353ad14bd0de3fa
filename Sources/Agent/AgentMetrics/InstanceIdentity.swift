/// The service and the name of one process that reports: the labels `service` and `instance` of every series that an agent serves of
/// it, written `service/instance`.
public struct InstanceIdentity: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let service: String
    public let instance: String

    public init(service: String, instance: String) {
        self.service = service
        self.instance = instance
    }

    /// Takes `service/instance` apart, as it is written on the command line; `nil` when there is not exactly one slash with text on
    /// both sides.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        self.init(service: String(parts[0]), instance: String(parts[1]))
    }

    /// The label `service` of an agent of a whole host, which stands for no service of a fleet.
    package static let agentService = "apus-agent"

    public var description: String { "\(service)/\(instance)" }

    /// The labels, in the order in which they are served.
    public var labels: [(String, String)] { [("service", service), ("instance", instance)] }

    // By bytes, as Prometheus compares labels: as texts, two would be equal whose letters are composed in different ways.

    public static func == (left: Self, right: Self) -> Bool {
        left.service.utf8.elementsEqual(right.service.utf8) && left.instance.utf8.elementsEqual(right.instance.utf8)
    }

    public static func < (left: Self, right: Self) -> Bool {
        if left.service.utf8.elementsEqual(right.service.utf8) {
            return left.instance.utf8.lexicographicallyPrecedes(right.instance.utf8)
        }
        return left.service.utf8.lexicographicallyPrecedes(right.service.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in service.utf8 { hasher.combine(byte) }
        // No text in UTF-8 has this byte.
        hasher.combine(0xff as UInt8)
        for byte in instance.utf8 { hasher.combine(byte) }
    }
}
