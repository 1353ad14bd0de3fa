import ApusText

/// Why a body is no request, with the place.
package struct OTLPError: Error, Equatable, Sendable, CustomStringConvertible {
    enum Place: Equatable, Sendable {
        /// An offset in protobuf.
        case byte(Int)
        /// A line and a column in JSON.
        case text(TextPlace)
    }

    let place: Place
    /// What is wrong, and what to do about it where that is not plain.
    package let reason: String

    package var description: String {
        switch place {
        case .byte(let offset): "byte \(offset): \(reason)"
        case .text(let place): "line \(place.line), column \(place.column): \(reason)"
        }
    }
}
