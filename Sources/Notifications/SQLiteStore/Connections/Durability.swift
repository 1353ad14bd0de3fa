/// What a committed transaction survives.
///
/// A commit into the write-ahead log is the kernel's at once, and so survives the death of any process. Only a flush to the disk
/// makes it survive a power failure, at the cost of that flush while the database is locked. What a client was told is stored pays
/// it. Claims and outcomes do not: a power failure undoes the last of them (in order, and never half), with the effect that a
/// notification is delivered again under the same `webhook-id`. Tokens that are drawn again then meet no holder of their first
/// drawing, because all holders were processes of the same machine.
enum Durability: String {
    /// Flushes before and after a checkpoint but not at a commit (https://www.sqlite.org/pragma.html#pragma_synchronous).
    case processDeath = "NORMAL"
    /// Flushes at each commit, which takes all earlier commits of all processes with it.
    case powerFailure = "FULL"
}
