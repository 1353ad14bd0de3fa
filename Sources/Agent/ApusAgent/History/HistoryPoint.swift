package import AgentMetrics

/// What a turn of the sampling loop says of one subject for its history.
package struct HistoryPoint: Sendable {
    package let identity: InstanceIdentity
    /// Whose names are counted together where there is not room for all; `nil` of what nobody reports.
    package var owner: UInt32?
    /// Whether the configuration names the subject.
    package var isExpected: Bool
    /// The word for its state, of which the history keeps since when it holds.
    package var state: SubjectState
    /// What tells its process from the one before; `nil` where none is seen.
    package var process: UInt64?
    /// When that process began, in seconds since the Unix epoch; `nil` where nobody knows.
    package var began: Double?
    /// Whether several processes are taken together, so that another one than before is one that began after the last turn.
    package var isSum = false
    /// By ``HistorySeries``; no number where there is no value.
    package var values: SIMD8<Float> = .init(repeating: .nan)

    package init(_ identity: InstanceIdentity, owner: UInt32?, isExpected: Bool, state: SubjectState) {
        self.identity = identity
        self.owner = owner
        self.isExpected = isExpected
        self.state = state
    }

    package subscript(series: HistorySeries) -> Float {
        get { values[series.rawValue] }
        set { values[series.rawValue] = newValue }
    }
}

/// How a subject is, in one word.
package enum SubjectState: String, Sendable {
    /// It lives.
    case up
    /// It lives, and does nothing.
    case hung
    /// It should live, and does not.
    case down
    /// It has ended, and nobody expects it back.
    case ended

    var isUp: Bool { self == .up || self == .hung }

    /// Whether somebody should look at it: it should work, and does not. What has ended and is not expected back has ended by design.
    var isAmiss: Bool { self == .down || self == .hung }
}
