package import AgentMetrics
import ApusSegment

extension OTLPResource {
    private static let name = "service.name"
    private static let namespace = "service.namespace"
    private static let instance = "service.instance.id"

    /// Who reports: `service.name`, with `service.namespace` and a dot before it where there is one, and `service.instance.id`, which is the
    /// service's name where it is not told. `_` stands for what no name here may have, such as a slash.
    ///
    /// `nil` without a name.
    package var identity: InstanceIdentity? {
        guard let name = value(of: Self.name), !name.isEmpty else { return nil }
        let service = [value(of: Self.namespace) ?? "", name].filter { !$0.isEmpty }.joined(separator: ".")
        let instance = value(of: Self.instance) ?? ""
        return InstanceIdentity(
            service: Hello.legalName(service), instance: Hello.legalName(instance.isEmpty ? service : instance))
    }

    /// The attributes that are not in the identity.
    var otherAttributes: [OTLPAttribute] {
        attributes.filter { !$0.key.utf8.elementsEqual(Self.name.utf8) && !$0.key.utf8.elementsEqual(Self.instance.utf8) }
    }

    private func value(of key: String) -> String? { attributes.first { $0.key.utf8.elementsEqual(key.utf8) }?.value }
}
