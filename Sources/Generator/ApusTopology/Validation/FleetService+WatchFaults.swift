import AgentMetrics

/// What is wrong with services that the agent finds by its file of groups.
extension FleetService {
    /// A way to report that the runtime does not have, or figures that nobody tells the agent.
    var reportingFaults: [FleetFault] {
        var remarks: [String] = []
        if runtime != .swift, reports == .segment {
            remarks.append(
                "\(name) runs on \(runtime.rawValue), and a segment is written by ApusReporting in Swift alone: let it report by"
                    + " .openTelemetry or .text")
        }
        if !tellsFigures, !records.isEmpty {
            let names = records.map(\.name).sorted().joined(separator: ", ")
            remarks.append("\(name) records \(names) and reports nothing: say how it reports, or leave the records out")
        }
        if records.contains(.eventLoopLag), !runtime.mayHaveEventLoop {
            remarks.append(
                "\(name) records the lag of an event loop and runs on \(runtime.rawValue), which has none that is measured so:"
                    + " leave eventLoopLag out")
        }
        return remarks.map { .contradiction($0, place: place) }
    }

    /// Matches of processes that nothing can be, and names that nothing gives.
    func matchFaults(in fleet: Fleet) -> [FleetFault] {
        guard let found else { return [] }
        var remarks: [String] = []
        if found.matches.isEmpty, page == nil {
            remarks.append("no process is one of \(name): give a ProcessMatch")
        }
        remarks += found.matches.flatMap { matchRemarks($0.keys(matchValues(of: instances.first, in: fleet))) }
        if found.instanceTemplate != nil, !instances.isEmpty {
            remarks.append("\(name) has instances and a name for all of them: leave out either the instances or named:")
        }
        return (remarks + captureRemarks(found, in: fleet)).map { .contradiction($0, place: place) }
    }

    private func matchRemarks(_ keys: [(key: String, text: String)]) -> [String] {
        guard !keys.isEmpty else {
            return ["a match of \(name) says nothing, and so chooses every process: give it an executable, a command or a unit"]
        }
        return keys.compactMap { key, text in
            switch key {
            case _ where text.isEmpty: "the \(key) of \(name) is empty: write a text, or leave it out"
            case _ where text.utf8.count > Self.longestPattern:
                "the \(key) of \(name) has more than \(Self.longestPattern) bytes: write several matches"
            case _ where text.utf8.contains(where: { $0 < 0x20 }):
                "the \(key) of \(name) has a control character: leave it out"
            case "unit" where !text.contains("."):
                "the unit “\(text)” of \(name) has no type: write it as systemctl does, such as nginx.service"
            case "cgroup" where text == "/" || !(text.hasPrefix("/") || text.hasPrefix("**")):
                "the control group “\(text)” of \(name) does not begin with a slash: write its path from the mount on, such as"
                    + " /system.slice/docker-*.scope"
            case "pid_file" where !text.hasPrefix("/"):
                "the pid file “\(text)” of \(name) is no absolute path: write one, such as /run/checkout.pid"
            default: nil
            }
        }
    }

    /// As many bytes of a text as an agent takes.
    private static let longestPattern = 1024

    /// Whatever match finds a process must give the instance's name all that it refers to.
    private func captureRemarks(_ found: FoundProcesses, in fleet: Fleet) -> [String] {
        guard let template = found.instanceTemplate else { return [] }
        let example = template.split(separator: "${", omittingEmptySubsequences: false).enumerated().map { index, part in
            index == 0
                ? String(part) : "a" + (part.split(separator: "}", maxSplits: 1).dropFirst().first.map(String.init) ?? "")
        }.joined()
        guard !found.captures.isEmpty, !found.captures.contains(""), LegalText.isName(example) else {
            return [
                "the name “\(template)” of the instances of \(name) is illegal: write letters, digits and hyphens, and ${number} for what"
                    + " (?<number>…) of the command captures"
            ]
        }
        // ${host} is the machine's name, where no command captures one.
        let known: Set = found.matches.contains { captures("host", $0, in: fleet) } ? [] : ["host"]
        return found.captures.filter { !known.contains($0) }.flatMap { capture in
            found.matches.compactMap { match -> String? in
                let keys = match.keys(matchValues(of: nil, in: fleet))
                let isOfContainer = capture == "container" && keys.contains { $0.key == "unit" || $0.key == "cgroup" }
                guard !isOfContainer, !captures(capture, match, in: fleet) else { return nil }
                let command = keys.first { $0.key == "command" }?.text ?? ""
                return "the instances of \(name) are named by ${\(capture)}, which the command"
                    + (command.isEmpty ? " that a match lacks" : " “\(command)”")
                    + " does not capture: write (?<\(capture)>…) into it"
            }
        }
    }

    private func captures(_ name: String, _ match: ProcessMatch, in fleet: Fleet) -> Bool {
        let command = match.keys(matchValues(of: nil, in: fleet)).first { $0.key == "command" }?.text ?? ""
        return ["(?<", "(?P<", "(?'"].contains { command.contains($0 + name) }
    }
}

extension Fleet {
    /// An agent fetches so many pages and no more.
    private var pageNumberFaults: [FleetFault] {
        let services = services.filter { $0.page != nil }
        let count = services.reduce(0) { $0 + $1.instances.count }
        guard let first = services.first, count > AgentLimits.pages else { return [] }
        return [
            .contradiction(
                "the agent of a host fetches \(AgentLimits.pages) pages, and the fleet has \(count): describe a fleet for each host",
                place: first.place)
        ]
    }

    /// What is wrong with the fleet's watched services together.
    var watchFaults: [FleetFault] {
        guard let first = watchedServices.first else { return [] }
        guard agents.placement == .perHost else {
            return [
                .contradiction(
                    "\(first.name) reports no segment, and an agent beside each instance watches nobody else: declare"
                        + " Agents(.perHost)", place: first.place)
            ]
        }
        // Who has more is told of that alone.
        return instanceCount <= AgentLimits.instances ? sameProcessFaults + pageNumberFaults : []
    }

    /// Who is matched by two groups belongs to the first: the second would be down for ever.
    private var sameProcessFaults: [FleetFault] {
        var seen: [(holder: String, keys: [String: String])] = []
        var faults: [FleetFault] = []
        for (holder, keys, place) in processKeys {
            // All that the earlier one asks for, this one asks for as well.
            if let first = seen.first(where: { earlier in earlier.keys.allSatisfy { keys[$0.key] == $0.value } }) {
                faults.append(
                    .contradiction(
                        "the processes of \(holder) are those of \(first.holder), as far as can be told: name \\(.instance) or"
                            + " \\(.port) in what tells them apart", place: place))
            }
            seen.append((holder, keys))
        }
        return faults
    }

    /// What is known of the processes of each group, in the order of the agent's file: first those that the fleet starts.
    private var processKeys: [(holder: String, keys: [String: String], place: SourcePlace)] {
        let started = watchedServices.filter(\.isStarted).flatMap { service in
            let command = command(of: service)
            return service.instances.map { instance in
                let values = service.matchValues(of: instance, in: self)
                let words = command.arguments.flatMap { $0.words.compactMap { $0.text(values) } }
                return (
                    instance.name, ["started": ([command.executable.name] + words).joined(separator: " ")], instance.place
                )
            }
        }
        let found = watchedServices.flatMap { service -> [(String, [String: String], SourcePlace)] in
            guard let found = service.found else { return [] }
            let instances: [Instance?] = found.instanceTemplate == nil ? service.instances : [nil]
            return instances.flatMap { instance in
                found.matches.map { match in
                    let keys = match.keys(service.matchValues(of: instance, in: self))
                    return (
                        instance?.name ?? service.name, Dictionary(keys.map { ($0.key, $0.text) }) { first, _ in first },
                        instance?.place ?? service.place
                    )
                }
            }
        }
        return started + found
    }
}
