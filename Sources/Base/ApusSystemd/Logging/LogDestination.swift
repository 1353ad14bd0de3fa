/// Where a program's log goes, as its option `--log` has it.
package enum LogDestination: String, Sendable, CaseIterable {
    /// To the journal when the service manager connected standard error to it, otherwise to standard error for people.
    case auto
    /// To the journal; while there is none, to standard error, a line an entry behind its priority (`<6>`).
    case journal
    /// To the journal; while there is none, to standard error, a JSON object a line.
    case json
    /// To standard error for people, whatever else is there.
    case stderr
}
