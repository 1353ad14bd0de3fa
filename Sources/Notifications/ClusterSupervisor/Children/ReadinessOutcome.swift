/// How the wait for a child's readiness ended.
enum ReadinessOutcome: Sendable {
    case ready
    case overdue
    case abandoned
}
