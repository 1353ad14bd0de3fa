/// A snapshot of one child.
package struct ChildStatus: Sendable, Hashable {
    package let name: String
    package internal(set) var state = ChildState.pending
    /// The process's id while it runs.
    package internal(set) var pid: Int32?
    /// How often it was started again.
    package internal(set) var restarts = 0
    /// How it ended the last time.
    package internal(set) var lastExit: ChildExit?
}
