import AgentMetrics
import ApusLimits
import ApusText
import Glibc

/// Why a child that was asked has ended by itself, or was ended by others than the agent.
enum ProbeChildEnd {
    /// - Parameter signal: that has ended it; 0 where none has, nil where it was still there when that was told.
    static func failure(after signal: Int32?, of question: ChildQuestion) -> ProbeFailure {
        switch (signal, question) {
        case (SIGBUS, .sqlite(let path, _)):
            ProbeFailure(
                .file, "\(path.quotedExcerpt(200)) or its log was cut off while it was read: the next attempt reads it anew")
        case (SIGKILL, _):
            ProbeFailure(
                .agent,
                "the process that asks was ended by SIGKILL, as the kernel does when memory is short: see MemoryMax= of the agent's unit and the kernel's log"
            )
        case (SIGTERM, _), (SIGINT, _), (SIGHUP, _), (SIGQUIT, _), (SIGUSR1, _), (SIGUSR2, _), (SIGALRM, _):
            ProbeFailure(.agent, "the process that asks was ended from outside, by signal \(signal ?? 0): see who sends it")
        case (let signal?, _) where signal != 0:
            ProbeFailure(
                .limit,
                "the process that asks was ended by signal \(signal), as it is when an answer takes more memory than \(ChildLimits.memory.value.limitText)"
            )
        default: ProbeFailure(.agent, "the process that asks has ended before its answer")
        }
    }
}
