/// Everything that the store holds, counted.
package struct StoreCounts: Hashable, Sendable {
    package var pending: Int
    package var processing: Int
    package var delivered: Int
    package var dead: Int
    /// Attempts recorded, whatever came of them.
    package var attempts: Int

    package init(pending: Int, processing: Int, delivered: Int, dead: Int, attempts: Int) {
        self.pending = pending
        self.processing = processing
        self.delivered = delivered
        self.dead = dead
        self.attempts = attempts
    }
}
