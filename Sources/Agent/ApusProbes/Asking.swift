package import NIOCore

/// What asks one target: it may keep a connection or a process from one attempt to the next.
///
/// It belongs to the event loop of probes, on which all of it is called. An attempt is one at a time: the schedule asks again only when
/// the former attempt has ended.
package protocol ProbeAsking: AnyObject {
    /// Asks once. The promise is fulfilled before the deadline, or the schedule gives up: then it calls ``cancel()``.
    func ask(until deadline: NIODeadline) -> EventLoopFuture<Result<ProbeFigures, ProbeFailure>>

    /// Lets go of the attempt under way and of all that it holds: descriptors, processes, memory.
    func cancel()
}
