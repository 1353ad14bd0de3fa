extension ProbeTarget {
    /// What asks the target: a kind is a line here, and a type in a file of its own.
    package func asking(in surroundings: ProbeSurroundings) -> any ProbeAsking {
        switch self {
        case .tcp(let target): NetworkProbe(target, in: surroundings)
        case .unix(let target): UnixProbe(target, in: surroundings)
        case .http(let target): NetworkProbe(target, in: surroundings)
        case .redis(let target): NetworkProbe(target, in: surroundings)
        case .rabbitmq(let target): NetworkProbe(target, in: surroundings)
        case .postgresql(let target): ChildAsking(target, on: surroundings.loop)
        case .pgbouncer(let target): ChildAsking(target, on: surroundings.loop)
        case .sql(let target): ChildAsking(target, on: surroundings.loop)
        case .file(let target): ChildAsking(target, on: surroundings.loop)
        }
    }
}
