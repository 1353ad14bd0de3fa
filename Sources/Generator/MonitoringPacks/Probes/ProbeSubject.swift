import AgentMetrics
import ApusPromQL
import ApusTopology

/// What alerts tell probes apart by: two of one service may be of different kinds or names, and be asked at different times.
struct ProbeSubject: Hashable {
    var kind: ProbeKind
    var service: String
    /// The name that tells the probe from others of its kind and target; nil of one without.
    var name: String?

    /// The subject without its name.
    var unnamed: Self { Self(kind: kind, service: service) }

    /// The labels of a series in the test of an alert.
    func labels(_ instance: String) -> KeyValuePairs<SeriesKey<NamedProbe.Labels.Key>, String> {
        if let name {
            [.service: service, .instance: instance, .label(.probe): kind.rawValue, .label(.name): name]
        } else {
            [.service: service, .instance: instance, .label(.probe): kind.rawValue]
        }
    }
}

/// Which subjects of a fleet have names.
struct ProbeNames {
    private let named: Set<ProbeSubject>

    init(of fleet: Fleet) {
        named = Set(fleet.probes.filter { $0.name != nil }.flatMap { $0.subjects(in: fleet) }.map(\.unnamed))
    }

    /// Whether no probe of the fleet has a name.
    var isEmpty: Bool { named.isEmpty }

    /// How the series of a subject are told by their names from those of others; nil where none has one.
    func matcher(of subject: ProbeSubject) -> Matcher? {
        guard named.contains(subject.unnamed) else { return nil }
        return subject.name.map { Matcher(relation: .equals, value: $0) } ?? .unnamed
    }

    /// The services of some subjects by how their names are matched, those without a matcher first.
    func services(of subjects: [ProbeSubject]) -> [(matcher: Matcher?, services: [String])] {
        Dictionary(grouping: subjects, by: matcher).sorted { one, other in
            guard let first = one.key, let second = other.key else { return one.key == nil && other.key != nil }
            return first.value < second.value
        }.map { (matcher: $0.key, services: Set($0.value.map(\.service)).sorted()) }
    }

    /// A condition on the label `name`.
    struct Matcher: Hashable {
        let relation: MatchRelation
        let value: String

        /// The condition that a series has no name.
        ///
        /// It is not `name=""`, of which the checker of queries knows that no series of the result has the label, so that it refuses
        /// to match them with any that may have it.
        static let unnamed = Self(relation: .matchesNot, value: ".+")
    }
}

extension FleetProbe {
    /// What alerts call the probe, once for each service.
    func subjects(in fleet: Fleet) -> [ProbeSubject] {
        Set(identities(in: fleet).map(\.service)).sorted().map {
            ProbeSubject(kind: target.kind, service: $0, name: name)
        }
    }
}
