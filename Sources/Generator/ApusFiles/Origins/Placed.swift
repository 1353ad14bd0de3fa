package import ApusTopology

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
