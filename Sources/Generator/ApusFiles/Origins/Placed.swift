package import ApusTopology
import Synchronization

/// A part of a model that follows from a declaration of the topology: encoded as it is, while its place is noted down.
///
/// ```swift
/// let targets: [Placed<StaticConfig>] = instances.map { Placed(config(of: $0), $0.place) }
/// ```
package struct Placed<Value: Encodable>: Encodable {
    let value: Value
    let place: SourcePlace?

    package init(_ value: Value, _ place: SourcePlace?) {
        self.value = value
        self.place = place
    }

    package func encode(to encoder: any Encoder) throws {
        if let place, let notes = OriginNotes.notes(of: encoder) {
            notes.note(encoder.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }, place)
        }
        try value.encode(to: encoder)
    }
}

/// What the ``Placed`` parts of one document note down while it is encoded.
final class OriginNotes: Sendable {
    private static let key = CodingUserInfoKey(rawValue: "apus.origins")

    /// What an encoder is given to have its ``Placed`` parts note down their places here.
    var userInfo: [CodingUserInfoKey: any Sendable] { Self.key.map { [$0: self] } ?? [:] }

    static func notes(of encoder: any Encoder) -> OriginNotes? { key.flatMap { encoder.userInfo[$0] as? OriginNotes } }

    private let notes = Mutex<[FileOrigin]>([])

    /// In the order in which the parts were encoded.
    var origins: [FileOrigin] { notes.withLock { $0 } }

    func note(_ path: [String], _ place: SourcePlace) {
        notes.withLock { $0.append(FileOrigin(.element(path), place)) }
    }
}
