/// The database connections that this process holds open.
package struct ConnectionCounts: Hashable, Sendable {
    package var idle: Int
    package var used: Int
    /// The most it may open.
    package var limit: Int

    package init(idle: Int, used: Int, limit: Int) {
        self.idle = idle
        self.used = used
        self.limit = limit
    }
}
