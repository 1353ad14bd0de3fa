import AgentMetrics
import ApusLimits
import ApusProbes
import ApusText
import ApusYAML

extension WatchFileParser {
    /// What is asked from outside, below `probes`.
    mutating func probes(_ value: PlacedYAML?) -> [ProbeDeclaration] {
        var found: [(declaration: ProbeDeclaration, place: TextPlace)] = []
        for element in list(value, "probes", most: ProbeLimits.probes.value, "run a second agent for others") {
            if let declaration = probe(element) { found.append((declaration, element.place)) }
        }
        refuseRepetitions(found)
        refuseTooManyChildren(found)
        return found.map(\.declaration)
    }

    /// What all kinds of probes have in common, and the one kind that it is of.
    private mutating func probe(_ value: PlacedYAML) -> ProbeDeclaration? {
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofProbe, in: "a probe") else { return nil }
        // A kind that is misspelt is named already.
        let isMisspelt = faults.count > before
        let service = keys["service"].flatMap { probeName($0, "service") }
        if keys["service"] == nil { note("service is missing: write the label service of what is asked", at: value.place) }
        let instance = keys["instance"].map { probeName($0, "instance") } ?? service
        let name = keys["name"].flatMap { probeName($0, "name") }
        let interval = keys["every"].flatMap {
            duration($0, "every", ProbeLimits.shortestInterval.value...ProbeLimits.longestInterval.value)
        }
        let timeout = keys["timeout"].flatMap {
            duration($0, "timeout", ProbeLimits.shortestTimeout.value...ProbeLimits.longestTimeout.value)
        }
        let every = interval ?? ProbeLimits.interval.value
        if let written = keys["timeout"], let timeout, timeout > every {
            note(
                "timeout is longer than every, \(DurationText.string(every)): write a shorter timeout, or a longer every",
                at: written.place)
        }
        let target = target(keys, isMisspelt: isMisspelt, at: value.place)
        guard faults.count == before, let service, let instance, var target else { return nil }
        if name != nil, case .sql(var gauges) = target {
            gauges.takenLabels = [MetricCatalog.probeName]
            target = .sql(gauges)
        }
        return ProbeDeclaration(
            InstanceIdentity(service: service, instance: instance), name: name, target, interval: every,
            timeout: timeout ?? min(every, ProbeLimits.timeout.value))
    }

    /// The one kind that a probe has. A kind is a line here and a method in a file of its own.
    private mutating func target(
        _ keys: [String: PlacedYAML], isMisspelt: Bool, at place: TextPlace
    ) -> ProbeTarget? {
        let kinds = ProbeKind.allCases.filter { keys[$0.rawValue] != nil }
        guard let kind = kinds.first, let value = keys[kind.rawValue] else {
            if isMisspelt { return nil }
            note(
                "nothing says what is asked: write one of \(ProbeKind.allCases.map(\.rawValue).joined(separator: ", "))",
                at: place)
            return nil
        }
        if kinds.count > 1 {
            note(
                "\(kinds.map(\.rawValue).joined(separator: " and ")) are two kinds of probes: write an element of probes for each",
                at: keys[kinds[1].rawValue]?.place ?? place)
        }
        switch kind {
        case .tcp: return tcpProbe(value)
        case .unix: return unixProbe(value)
        case .http: return httpProbe(value)
        case .redis: return redisProbe(value)
        case .rabbitmq: return rabbitmqProbe(value)
        case .postgresql: return postgresqlProbe(value)
        case .pgbouncer: return pgbouncerProbe(value)
        case .sql: return sqlProbe(value)
        case .file: return fileProbe(value)
        }
    }

    /// A name without a capture, as there is no command to capture from.
    private mutating func probeName(_ value: PlacedYAML, _ key: String) -> String? {
        guard let template = name(value, key) else { return nil }
        if template.plainName == nil {
            note(
                "\(key) has ${…}, and a probe has no command to capture from: write it out, with no other than ${host}",
                at: value.place)
        }
        return template.plainName
    }

    /// Two probes of a kind that have one identity, and one name or none, would have the same series.
    private mutating func refuseRepetitions(_ probes: [(declaration: ProbeDeclaration, place: TextPlace)]) {
        var places: [ProbeID: TextPlace] = [:]
        for (declaration, place) in probes {
            guard let first = places.updateValue(place, forKey: declaration.id) else { continue }
            note(
                "\(declaration.identity) has a probe of \(declaration.target.kind.rawValue)\(declaration.name.map { " with the name \($0.quotedExcerpt())" } ?? "") in line \(first.line) already: write another name for one of them (name:), or another instance",
                at: place)
        }
    }
}

/// The keys of the maps of probes.
enum ProbeKey {
    static let ofProbe = ["service", "instance", "name", "every", "timeout"] + ProbeKind.allCases.map(\.rawValue)
    static let ofTCP = ["host", "port", "tls"]
    static let ofUnix = ["path", "type"]
    static let ofTLS = ["ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify"]

    /// The keys by which a secret is named, such as `password_file` and `password_credential`.
    static func ofSecret(_ stem: String) -> [String] { ["\(stem)_file", "\(stem)_credential"] }
}
