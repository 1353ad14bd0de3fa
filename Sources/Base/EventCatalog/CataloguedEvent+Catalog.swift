extension CataloguedEvent {
    /// The event in one line, where `@FIELD@` stands for the entry's field.
    package var subject: String {
        switch self {
        case .entriesDropped: "@N_DROPPED@ log entries were dropped"
        case .agentReady: "The agent is ready"
        case .reportRefused: "A service may not report to the agent"
        case .segmentMalformed: "The segment of @INSTANCE@ is malformed"
        case .instanceHung: "@INSTANCE@ is alive but hung"
        case .instanceRecovered: "@INSTANCE@ runs again after a hang"
        case .apiStarted: "The API is ready"
        case .apiStopped: "The API has stopped"
        case .workerStarted: "The worker is ready"
        case .workerStopped: "The worker has stopped"
        case .leaseLost: "A delivery came too late for its lease"
        case .storeUnreachable: "The database does not answer"
        }
    }

    /// What the event means, and what to do about it.
    package var explanation: String {
        switch self {
        case .entriesDropped:
            """
            journald took no entries for so long that this process had to drop
            some rather than wait. Entries are missing before this one.

            See whether journald is stopped or overloaded, and which service
            logs the most.
            """
        case .agentReady:
            """
            The agent takes reports on its socket and serves metrics at
            @ADDRESS@.
            """
        case .reportRefused:
            """
            A process connected to the agent's report socket and was refused:
            @REASON@

            It runs on without being watched, and tries again. Give it the
            version of this agent, a name that no other instance has, or stop
            the other instance.
            """
        case .segmentMalformed:
            """
            The shared memory in which the instance keeps its metrics holds
            what no version of this software writes: @FAULT@

            What was good before is served on. Restart the instance; when it
            happens again, its process overwrites its own memory.
            """
        case .instanceHung:
            """
            The process @PID@ exists but does not work: @REASON@

            Its metrics stand still. Look at what its threads wait for
            (`cat /proc/@PID@/wchan`, `gdb -p @PID@`), then restart it. Under
            systemd its watchdog does so by itself when its work loop stands.
            """
        case .instanceRecovered:
            """
            The process @PID@ works again after @SECONDS@ seconds.

            Nothing is to be done. When it comes back, look at the load and at
            the pauses of the host at that time.
            """
        case .apiStarted:
            """
            The API has reached its database and takes requests at @ADDRESS@.
            """
        case .apiStopped:
            """
            The API has answered what it had begun and takes no more requests.
            When nobody stopped it, the entries before this one say why.
            """
        case .workerStarted:
            """
            The worker has reached its database and delivers notifications, as
            @OWNER@ in the database.
            """
        case .workerStopped:
            """
            The worker has recorded what it had begun and given back the rest.
            When nobody stopped it, the entries before this one say why.
            """
        case .leaseLost:
            """
            The worker delivered the notification @ID@, but its lease
            had passed meanwhile, so that the outcome was not recorded: another
            worker delivers it again, under the same webhook-id.

            When it comes often, attempts take longer than leases last: raise
            the lease's duration, or look for pauses of the worker.
            """
        case .storeUnreachable:
            """
            The database was asked and failed: @ERROR@

            It is asked again by itself; nothing is lost meanwhile, but nothing
            is delivered or taken either. See that its folder is there, that
            the service's user may write to it, and that the disk is not full.
            """
        }
    }

    /// The text of a catalog file for `/usr/lib/systemd/catalog`.
    package static func catalog(of events: [CataloguedEvent] = allCases) -> String {
        events.map { "-- \($0.id)\nSubject: \($0.subject)\nDefined-By: Apus\n\n\($0.explanation)\n" }.joined(separator: "\n")
    }
}
