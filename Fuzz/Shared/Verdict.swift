import Glibc

/// Ends the run with a message when an invariant is broken, so that libFuzzer keeps the input.
func require(_ holds: Bool, _ what: @autoclosure () -> String) {
    guard !holds else { return }
    let message = Array("BROKEN: \(what())\n".utf8)
    _ = write(STDERR_FILENO, message, message.count)
    abort()
}
