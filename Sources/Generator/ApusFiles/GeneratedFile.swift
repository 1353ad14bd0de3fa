public import ApusTopology

/// A file that the generator wrote, as a value: nothing is on a disk yet.
public struct GeneratedFile: Hashable, Sendable {
    /// Relative to the output folder, with `/` between its parts.
    public let path: String
    public let contents: String
    /// Which parts of it follow from which declaration; what is in none follows from the fleet as a whole.
    public let origins: [FileOrigin]

    public init(path: String, contents: String, origins: [FileOrigin] = []) {
        self.path = path
        self.contents = contents
        self.origins = origins
    }
}

/// The place in the topology that a part of a generated file follows from.
public struct FileOrigin: Hashable, Sendable {
    public enum Part: Hashable, Sendable {
        /// An element of a YAML or JSON document by its keys and indices from the top, and all that is in it.
        case element([String])
        /// Lines of a text, from 1.
        case lines(ClosedRange<Int>)
        /// All of it.
        case whole
    }

    public let part: Part
    public let place: SourcePlace
    /// What to know of the declaration beyond its place, such as that it is a default.
    public let remark: String?

    public init(_ part: Part, _ place: SourcePlace, remark: String? = nil) {
        self.part = part
        self.place = place
        self.remark = remark
    }
}
