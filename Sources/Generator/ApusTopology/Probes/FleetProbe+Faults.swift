import AgentMetrics
import ApusText

extension FleetProbe {
    /// Finds probes that no agent of the fleet could ask, and times that an agent does not take.
    public func faults(in fleet: Fleet) -> [FleetFault] {
        var remarks: [String] = []
        if fleet.agents.placement != .perHost {
            remarks.append(
                "\(subject) would be asked by each agent beside an instance: declare Agents(.perHost), or leave the probe out")
        }
        remarks += numberRemarks(in: fleet)
        remarks += countingRemarks(in: fleet)
        remarks += targetRemarks(in: fleet)
        let names = ([target.name] + (name.map { [$0] } ?? [])).filter { !LegalText.isName($0) }.map { name in
            FleetFault.illegalName(kind: "probe", name: name, place: place)
        }
        return names + timeFaults + remarks.map { .contradiction($0, place: place) }
    }

    /// What people call the probe.
    var subject: String { "the probe \(name.map { "“\($0)” " } ?? "")of \(target.name)" }

    /// What is wrong with a probe of whose kind, target and name there is another one.
    var repetition: FleetFault {
        let named = name.map { " with the name “\($0)”" } ?? ""
        let other = isOfDatabase ? "" : ", or give one of them \(name == nil ? "a name" : "another name") (name:)"
        return .contradiction(
            "there is another \(target.kind.rawValue) probe of \(target.name)\(named): merge the two\(other)", place: place)
    }

    private var isOfDatabase: Bool { if case .postgreSQL = target { true } else { false } }

    private var timeFaults: [FleetFault] {
        let times: [(String, Duration, ClosedRange<Duration>)] = [
            ("the interval of \(subject)", interval, ProbeBounds.intervals),
            ("the timeout of \(subject)", timeout, ProbeBounds.timeouts),
        ]
        let illegal: [FleetFault] = times.filter { !$0.2.contains($0.1) || DurationText.milliseconds($0.1) == nil }
            .map { .durationOutOfRange(name: $0.0, value: $0.1, range: $0.2, place: place) }
        guard illegal.isEmpty, timeout > interval else { return illegal }
        return [
            .contradiction(
                "\(subject) may take \(DurationText.string(timeout)) but comes every \(DurationText.string(interval)): shorten"
                    + " the timeout, or ask less often", place: place)
        ]
    }

    /// Two probes of a database would both count its connections.
    private func countingRemarks(in fleet: Fleet) -> [String] {
        let first = fleet.parts(of: FleetProbe.self).first { $0.isOfDatabase && $0.target.name == target.name }
        guard isOfDatabase, let first, first.name != name else { return [] }
        return ["\(subject) counts the connections that \(first.subject) counts: merge the two"]
    }

    /// An agent asks so many and no more, and so many of them by processes of their own.
    private func numberRemarks(in fleet: Fleet) -> [String] {
        let probes = fleet.parts(of: FleetProbe.self)
        var remarks: [String] = []
        let count = probes.reduce(0) { $0 + $1.identities(in: fleet).count }
        if probes.first == self, count > ProbeBounds.probes {
            remarks.append(
                "the agent of a host asks \(ProbeBounds.probes) probes, and the fleet has \(count): describe a fleet for each host"
            )
        }
        let inProcesses = probes.filter(\.target.kind.hasProcess)
        if inProcesses.first == self, inProcesses.count > ProbeBounds.processes {
            remarks.append(
                "the agent of a host asks \(ProbeBounds.processes) databases, poolers and files, and the fleet has"
                    + " \(inProcesses.count): describe a fleet for each host")
        }
        return remarks
    }
}
