import AgentMetrics
import ApusMetrics
import ApusText

/// What is wrong with what a probe asks.
extension FleetProbe {
    func targetRemarks(in fleet: Fleet) -> [String] {
        let remarks: [String] =
            switch target {
            case .postgreSQL(let name, _, _, _): databaseRemarks(name, in: fleet)
            case .pgBouncer(let name, _, _, _):
                unknown("a pooler", name, among: fleet.databases.compactMap { $0.pooler?.name }, "Database(pooler: Pooler(…))")
            case .rabbitMQ(let name, _, _): unknown("a broker", name, among: fleet.brokers.map(\.name), "Broker")
            case .redis(let name, _, _, _): unknown("a cache", name, among: fleet.caches.map(\.name), "Cache")
            case .health(let name): healthRemarks(name, in: fleet)
            case .http(_, let url, _, _, _): urlRemarks(url)
            case .tcp(_, let host, let port, _): addressRemarks(host, port)
            case .unix(_, let path): pathRemarks(path, in: fleet) + lengthRemarks(path)
            case .file(_, let path, let age): patternRemarks(path, in: fleet) + ageRemarks(age)
            case .sql(_, let store, let gauges): storeRemarks(store, in: fleet) + gaugeRemarks(gauges)
            }
        return remarks + accessRemarks(in: fleet)
    }

    private func unknown(_ kind: String, _ name: String, among names: [String], _ part: String) -> [String] {
        guard !names.contains(name) else { return [] }
        let remedy = names.isEmpty ? "declare a \(part)" : "name one of \(names.joined(separator: ", "))"
        return ["\(subject) asks \(kind) that the fleet does not have: \(remedy)"]
    }

    private func databaseRemarks(_ name: String, in fleet: Fleet) -> [String] {
        unknown("a database", name, among: fleet.databases.map(\.name), "Database")
    }

    private func healthRemarks(_ name: String, in fleet: Fleet) -> [String] {
        let unknown = unknown("a service", name, among: fleet.services.map(\.name), "FleetService")
        guard unknown.isEmpty, identities(in: fleet).isEmpty else { return unknown }
        return ["\(subject) asks for its health, and no instance has a port: give one to an Instance, or leave the probe out"]
    }

    /// The text is never repeated: it may hold a password.
    private func urlRemarks(_ url: String) -> [String] {
        let authority = url.split(separator: "://", maxSplits: 1).last.map { $0.prefix { !"/?#".contains($0) } } ?? ""
        if authority.contains("@") {
            return ["the URL of \(subject) has a user or a password: leave it out"]
        }
        guard LegalText.isWebURL(url), url.utf8.count <= 2048, !url.contains("#") else {
            return [
                "the URL of \(subject) is illegal: write http:// or https://, a host's name or IPv4 address, and a path"
            ]
        }
        return []
    }

    private func addressRemarks(_ host: String, _ port: Int) -> [String] {
        (LegalText.isHost(host)
            ? [] : ["the host “\(host)” of \(subject) is illegal: use a name or an IPv4 address"])
            + ((1...65535).contains(port) ? [] : ["the port \(port) of \(subject) is out of range: use 1 to 65535"])
    }

    // MARK: - Paths

    /// Where the agent's unit sees other files than the host has, or where its user may not look.
    private func pathRemarks(_ path: String, in fleet: Fleet) -> [String] {
        guard Installation.isPlainPath(path) else {
            return [
                "the path “\(path)” of \(subject) is illegal: write an absolute one of letters, digits and . _ - +, without"
                    + " empty parts"
            ]
        }
        func isBelow(_ folder: String) -> Bool { path == folder || path.hasPrefix(folder + "/") }
        if let hidden = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"].first(where: isBelow) {
            return ["\(subject) looks below \(hidden), which the agent's unit does not see: keep it in another folder"]
        }
        guard isBelow(fleet.installation.stateFolder) else { return [] }
        return [
            "\(subject) looks below \(fleet.installation.stateFolder), which is for the user \(fleet.installation.serviceUser)"
                + " alone: keep it in a folder that \(fleet.installation.agentUser) may read"
        ]
    }

    private func patternRemarks(_ pattern: String, in fleet: Fleet) -> [String] {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last, last.contains(where: "*?".contains) else { return pathRemarks(pattern, in: fleet) }
        let example = String(last.map { "*?".contains($0) ? "a" : $0 })
        return pathRemarks((parts.dropLast() + [Substring(example)]).joined(separator: "/"), in: fleet).map {
            $0.hasPrefix("the path “") ? $0 + ", and * or ? in its last part alone" : $0
        }
    }

    /// The kernel keeps so many bytes of a socket's name.
    private func lengthRemarks(_ path: String) -> [String] {
        guard path.utf8.count > AgentLimits.socketPathBytes else { return [] }
        return [
            "the socket of \(subject) has a path of \(path.utf8.count) bytes, and the kernel takes"
                + " \(AgentLimits.socketPathBytes): shorten it"
        ]
    }

    private func ageRemarks(_ age: Duration) -> [String] {
        guard DurationText.milliseconds(age) != nil, age > interval else {
            return [
                "\(subject) finds a file of \(age) too old and looks every \(interval): allow an age, in whole milliseconds,"
                    + " that is longer than its interval"
            ]
        }
        return []
    }

    // MARK: - Queries

    private func storeRemarks(_ store: SQLStore, in fleet: Fleet) -> [String] {
        switch store {
        case .sqlite(let path): pathRemarks(path, in: fleet)
        case .postgreSQL(let name, _, _, _): databaseRemarks(name, in: fleet)
        }
    }

    private func gaugeRemarks(_ gauges: [SQLGauge]) -> [String] {
        guard !gauges.isEmpty else { return ["\(subject) has no gauge: give it a SQLGauge"] }
        guard gauges.count <= ProbeBounds.gauges else {
            return ["\(subject) has more than \(ProbeBounds.gauges) gauges: declare a second probe for some of them"]
        }
        var seen: Set<String> = []
        return gauges.flatMap { gauge in
            gaugeRemarks(gauge)
                + (seen.insert(gauge.family.name).inserted
                    ? [] : ["\(subject) has two gauges \(gauge.family.name): leave one out"])
        }
    }

    /// What is surely no query of the gauge; the rest the store says.
    private func gaugeRemarks(_ gauge: SQLGauge) -> [String] {
        let name = gauge.family.name
        let ofAgents = Set(MetricCatalog.families.map(\.name)).subtracting(MetricCatalog.families(of: .service).map(\.name))
        if ofAgents.contains(name) { return ["the gauge \(name) of \(subject) is one of the agent's own: declare another"] }
        if let label = gauge.family.labelNames.first(where: { !ProbeBounds.isLabel($0) }) {
            return [
                "the gauge \(name) of \(subject) has a label \(label), which the agent or Prometheus gives it: name it otherwise"
            ]
        }
        if self.name != nil, gauge.family.labelNames.contains("name") {
            return ["the gauge \(name) of \(subject) has a label name, which is the probe's own name: name it otherwise"]
        }
        if gauge.family.labelNames.count > ProbeBounds.labels {
            return ["the gauge \(name) of \(subject) has more than \(ProbeBounds.labels) labels: declare fewer"]
        }
        if gauge.query.utf8.count > ProbeBounds.queryBytes {
            return [
                "the query of \(name) of \(subject) has more than \(ProbeBounds.queryBytes) bytes: make it a view, and select from that"
            ]
        }
        let statement = gauge.query.trimming(while: \.isWhitespace)
        if statement.isEmpty { return ["the query of \(name) of \(subject) is empty: write a SELECT"] }
        guard ["SELECT", "WITH"].contains(statement.prefix(while: \.isLetter).uppercased()) else {
            return ["the query of \(name) of \(subject) does not begin with SELECT or WITH: write a statement that reads"]
        }
        if statement.contains(";") {
            return ["the query of \(name) of \(subject) has a semicolon: write one statement, without one at its end"]
        }
        guard let missing = ([gauge.value] + gauge.family.labelNames).first(where: { $0.isEmpty || !gauge.query.contains($0) })
        else { return [] }
        return [
            "the query of \(name) of \(subject) has no column “\(missing)”: name the column of its value and one for each of"
                + " its labels by AS"
        ]
    }
}

extension String {
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> Substring {
        var rest = drop(while: isTrimmed)
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
