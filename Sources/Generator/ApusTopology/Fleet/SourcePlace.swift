/// Where in the Swift source something was declared: `Module/File.swift:12`.
public struct SourcePlace: Hashable, Sendable, CustomStringConvertible {
    public let fileID: String
    public let line: Int

    public init(fileID: String = #fileID, line: Int = #line) {
        self.fileID = fileID
        self.line = line
    }

    public var description: String { "\(fileID):\(line)" }
}
