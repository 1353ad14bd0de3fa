/// One life of a child's process.
struct ChildRun: Sendable {
    var pid: Int32?
    var exit: ChildExit
    /// When it became ready, since the runner's origin.
    var readySince: Duration?
    /// Where its output begins in its log.
    var logStart: Int64
}
