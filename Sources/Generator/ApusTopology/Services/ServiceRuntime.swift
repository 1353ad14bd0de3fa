package import AgentMetrics

/// What runs the processes of a service, as far as their monitoring and their units must know.
public enum ServiceRuntime: String, CaseIterable, Hashable, Sendable {
    /// A program in Swift, built from the fleet's own package.
    case swift
    /// Node.js.
    case node
    case python
    /// A virtual machine of Java, whatever language runs on it.
    case java
    case go
    case dotnet = ".NET"
    case ruby
    /// Anything else.
    case other

    /// The way in which a service reports that is declared with no other one.
    var usualReporting: ServiceReporting { self == .swift ? .segment : .nothing }

    /// Whether its programs write no machine code while they run, and need to know nothing of the host.
    package var isCompiled: Bool { self == .swift || self == .go }

    /// Whether its programs may have one loop that runs everything, and can say how late that is.
    var mayHaveEventLoop: Bool { self == .node || self == .python || self == .other }
}

/// How a service tells an agent of itself.
public enum ServiceReporting: String, CaseIterable, Hashable, Sendable {
    /// The service links `ApusReporting`, and shares memory with the agent.
    case segment
    /// An SDK of OpenTelemetry exports metrics to the agent, as the generated variables tell it.
    case openTelemetry
    /// The service sends Prometheus text or OpenMetrics by `PUT` to the URL in its variable `APUS_REPORT_URL`.
    case text
    /// The service tells nothing: the agent watches its processes from outside.
    case nothing

    /// Whether reports come over HTTP.
    package var isOverHTTP: Bool { self == .openTelemetry || self == .text }
}

extension FleetService {
    /// Whether the fleet starts the processes of the service.
    package var isStarted: Bool { found == nil }

    /// Whether the agent finds the processes of the service by its file of groups, as they hand over nothing that says which they are.
    package var isWatched: Bool { reports != .segment }
}

extension Fleet {
    /// The services whose processes the fleet starts.
    package var startedServices: [FleetService] { services.filter(\.isStarted) }

    /// The services that the agent's file of groups names.
    package var watchedServices: [FleetService] { services.filter(\.isWatched) }

    /// Whether some service reports by ``ServiceReporting/segment``.
    package var reportsBySegment: Bool { services.contains { $0.reports == .segment } }

    /// Whether some service reports over HTTP.
    package var reportsOverHTTP: Bool { services.contains(where: \.reports.isOverHTTP) }

    /// The services that say how much heap they use.
    package var heapServices: [FleetService] {
        services.filter { $0.reports == .segment || $0.records.contains(.heap) }
    }

    /// The instances that count as down while they do not report.
    package var expectedInstances: [InstanceIdentity] {
        services.filter { $0.reports != .nothing }.flatMap { service in
            service.instances.map { InstanceIdentity(service: service.name, instance: $0.name) }
        }
    }
}
