/// A child that ended before it was ready, when the fleet was brought up.
package struct ChildStartFailure: Error, CustomStringConvertible {
    package let child: String
    package let exit: ChildExit
    /// The last line of its output.
    package let lastLine: String?
    package let logPath: String

    package var description: String {
        if case .notStarted = exit { return "\(child) \(exit)" }
        let words = lastLine.map { ": \($0)" } ?? ""
        return "\(child) \(exit) before it was ready\(words) (its log is \(logPath))"
    }
}
