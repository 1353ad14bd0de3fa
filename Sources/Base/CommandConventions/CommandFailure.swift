/// A command's end with one line for a person: what is wrong, where, and what to do.
///
/// ArgumentParser prints it as `Error: …` on standard error and exits with 1.
package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ message: String) { description = message }
}
