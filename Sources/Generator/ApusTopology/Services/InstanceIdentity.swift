/// The pair of labels that every series of an instance carries; written `service/instance`.
public struct InstanceIdentity: Hashable, Sendable, CustomStringConvertible {
    public let service: String
    public let instance: String

    public init(service: String, instance: String) {
        self.service = service
        self.instance = instance
    }

    public var description: String { "\(service)/\(instance)" }
}
