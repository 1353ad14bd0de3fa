import AgentMetrics
import ApusLimits
import ApusProbes
import ApusText
import ApusYAML

extension WatchFileParser {
    /// Gauges that are selected from a database.
    mutating func sqlProbe(_ value: PlacedYAML) -> ProbeTarget? {
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofSQL, in: "sql") else { return nil }
        let store = store(keys, at: value.place)
        if keys["gauges"] == nil {
            note("gauges is missing: write a list of maps with name, help, query and value", at: value.place)
        }
        var gauges: [SQLTarget.Gauge] = []
        for element in list(keys["gauges"], "gauges", most: ChildLimits.gauges.value, ChildLimits.gauges.remedy) {
            guard let gauge = gauge(element) else { continue }
            if gauges.contains(where: { $0.name == gauge.name }) {
                note("\(gauge.name) is a gauge of this probe already: name another one", at: element.place)
            }
            gauges.append(gauge)
        }
        if let list = keys["gauges"], gauges.isEmpty, faults.count == before {
            note("gauges is empty: write at least one map with name, help, query and value", at: list.place)
        }
        guard faults.count == before, let store else { return nil }
        return .sql(SQLTarget(store, gauges: gauges))
    }

    /// The one database that is asked.
    private mutating func store(_ keys: [String: PlacedYAML], at place: TextPlace) -> SQLTarget.Store? {
        switch (keys["sqlite"], keys["postgresql"]) {
        case (let path?, nil): return absolutePath(path, "sqlite").map { .sqlite($0) }
        case (nil, let value?):
            guard let keys = self.keys(of: value, ProbeKey.ofPostgreSQL, secrets: ["password"], in: "postgresql") else {
                return nil
            }
            return postgresql(keys, at: value.place, usual: PostgreSQLTarget(user: "")).map { .postgresql($0) }
        case (_?, let second?):
            note("sqlite and postgresql are two databases: write a probe for each", at: second.place)
            return nil
        case (nil, nil):
            note("nothing says which database is asked: write sqlite: with a path, or postgresql: with a map", at: place)
            return nil
        }
    }

    private mutating func gauge(_ value: PlacedYAML) -> SQLTarget.Gauge? {
        let before = faults.count
        guard let keys = keys(of: value, ProbeKey.ofGauge, in: "a gauge") else { return nil }
        for key in ["name", "query"] where keys[key] == nil { note("\(key) is missing: write it", at: value.place) }
        let name = keys["name"].flatMap { self.gaugeName($0) }
        let query = keys["query"].flatMap { self.query($0) }
        let help = keys["help"].flatMap { text($0, "help") } ?? "What the agent's configuration selects."
        let column = keys["value"].flatMap { text($0, "value") } ?? "value"
        guard faults.count == before, let name, let query else { return nil }
        return SQLTarget.Gauge(name: name, help: help.excerpt(1000), query: query, value: column)
    }

    /// One statement that reads. What else it does, if anything, the database refuses.
    private mutating func query(_ value: PlacedYAML) -> String? {
        guard let query = text(value, "query") else { return nil }
        guard query.utf8.count <= ChildLimits.query.value.bytes else {
            note(
                "query is longer than \(ChildLimits.query.value.limitText): \(ChildLimits.query.remedy)", at: value.place)
            return nil
        }
        let first = query.drop { $0.isWhitespace || $0 == "(" }.prefix { $0.isASCII && $0.isLetter }.uppercased()
        guard ["SELECT", "WITH", "VALUES", "TABLE"].contains(first) else {
            note("query is no question: write one statement that begins with SELECT or WITH", at: value.place)
            return nil
        }
        return query
    }
}

extension ProbeKey {
    static let ofSQL = ["sqlite", "postgresql", "gauges"]
    static let ofGauge = ["name", "help", "query", "value"]
}
