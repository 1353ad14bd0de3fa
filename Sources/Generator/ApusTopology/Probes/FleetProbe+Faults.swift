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
        remarks += targetRemarks(in: fleet)
        let names: [FleetFault] =
            LegalText.isName(target.name) ? [] : [.illegalName(kind: "probe", name: target.name, place: place)]
        return names + timeFaults + remarks.map { .contradiction($0, place: place) }
    }

    /// What people call the probe.
    var subject: String { "the probe of \(target.name)" }

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
