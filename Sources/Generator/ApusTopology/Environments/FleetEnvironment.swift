/// Which of its lives a fleet is in; the raw values are those of the command line, and of the label `environment`.
public enum FleetEnvironment: String, CaseIterable, Hashable, Sendable {
    case development, staging, production
}
