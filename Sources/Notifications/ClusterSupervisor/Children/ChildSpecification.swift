/// One child process of a fleet: what to start, how to know that it is ready, how to stop it, when to start it again.
///
/// Each child is started in a process group of its own, so that Ctrl-C in a terminal reaches the supervisor alone and the order of
/// the stop is the supervisor's. Its standard input is a *lifeline*: a pipe on which nothing is ever written and whose other end only
/// the supervisor holds. At its end of file the supervisor is gone, even by SIGKILL, and the child must end. That needs the child's
/// cooperation: the subcommands of `apus` and `apus-agent` give it under `--lifeline`; a foreign executable that never reads its
/// standard input outlives a killed supervisor, unless it is wrapped in something that reads it.
package struct ChildSpecification: Sendable {
    /// The child's name in events and in the name of its log file; unique within a supervisor.
    package var name: String
    /// The path of the executable; it is not looked up in `PATH`.
    package var executable: String
    package var arguments: [String]
    /// The variables that are set on top of the supervisor's own environment.
    package var environment: [String: String]
    /// How the child's readiness is known; without a check it counts as ready once it runs.
    package var readiness: ReadinessCheck?
    /// How a hang is known; nil ends no child for one.
    package var liveness: LivenessCheck?
    /// The time from SIGTERM to SIGKILL, which goes to the child's whole process group.
    package var stopGrace: Duration
    package var restart: RestartPolicy
    /// The variable in which each start of the process gets a random name of its own; nil gives it none.
    package var startVariable: String?
    /// Called after each end of the process, and awaited before its restart.
    package var onExit: @Sendable (ChildEnd) async -> Void

    package init(
        name: String, executable: String, arguments: [String] = [], environment: [String: String] = [:],
        readiness: ReadinessCheck? = nil, liveness: LivenessCheck? = nil, stopGrace: Duration = .seconds(10),
        restart: RestartPolicy = RestartPolicy(), startVariable: String? = nil,
        onExit: @escaping @Sendable (ChildEnd) async -> Void = { _ in }
    ) {
        self.name = name
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.readiness = readiness
        self.liveness = liveness
        self.startVariable = startVariable
        self.stopGrace = stopGrace
        self.restart = restart
        self.onExit = onExit
    }
}

/// The end of one process of a child.
package struct ChildEnd: Sendable, Hashable {
    package let pid: Int32
    /// The random name of this start, which the process had in its environment.
    package let start: String
    package let exit: ChildExit
}
