/// How far a follower has come.
package struct JournalProgress: Sendable {
    /// Whether the journal is open and has files.
    package var isOpen = false
    /// Whether the last look for entries found none that were not counted.
    package var isAtEnd = false
    /// When the follower last looked for entries; `nil` before the first time. It looks every five seconds at least.
    package var lastLook: ContinuousClock.Instant?
    /// When the last counted entry was received, in microseconds since 1970; `nil` where there is none.
    package var lastEntry: UInt64?
}
