/// A file that the generator wrote, as a value: nothing is on a disk yet.
public struct GeneratedFile: Hashable, Sendable {
    /// Relative to the output folder, with `/` between its parts.
    public let path: String
    public let contents: String

    public init(path: String, contents: String) {
        self.path = path
        self.contents = contents
    }
}
