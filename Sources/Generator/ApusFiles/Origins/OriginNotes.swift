import ApusTopology
import Synchronization

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
