package import AgentMetrics
import ApusText

/// What some instances call their heap, pools, queue and event loop, as a file says it.
package struct NameDeclaration: Sendable {
    /// A name, or a pattern of names.
    enum Pattern: Sendable, Hashable {
        case name(String)
        case glob(PathGlob)

        func matches(_ name: String) -> Bool {
            switch self {
            case .name(let own): own.hasSameBytes(as: name)
            case .glob(let glob): glob.matches(name)
            }
        }
    }

    let service: Pattern
    /// `nil`: every instance of the service.
    let instance: Pattern?
    /// The series of each name are added up.
    package let names: [KnownName: [SeriesSelector]]

    func isOf(_ identity: InstanceIdentity) -> Bool {
        service.matches(identity.service) && instance?.matches(identity.instance) ?? true
    }
}
