import ArgumentParser

/// Refuses a path that is empty or has a null byte, by the name of its option.
///
/// - Parameter path: nil of an option that is not given.
package func requirePath(_ path: String?, _ option: String) throws {
    guard let path else { return }
    guard !path.isEmpty else { throw ValidationError("\(option): write a path, not an empty text") }
    guard !path.utf8.contains(0) else { throw ValidationError("\(option): a path has no null byte") }
}
