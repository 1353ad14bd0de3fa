/// A file to be linted.
public struct LintFile: Sendable {
    /// The path by which findings name the file.
    public let path: String
    let bytes: [UInt8]
    /// Whether the file was asked for by name: of others it is no error that they hold something else.
    public let isNamed: Bool

    /// Why there are no bytes.
    let fault: String?

    /// A file that stands here for its error.
    public init(path: String, unreadable fault: String) {
        self.path = path
        self.fault = fault
        bytes = []
        isNamed = true
    }

    public init(path: String, bytes: [UInt8], isNamed: Bool = true) {
        self.path = path
        // A byte order mark is no part of the text.
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        self.isNamed = isNamed
        fault = nil
    }
}
