extension ExpositionEncoder {
    /// Starts a family that somebody else reports.
    package mutating func begin(_ family: ReceivedFamily) {
        if format == .protobuf { protobuf.begin(family) } else { text.begin(family) }
    }

    /// Writes one series of the received family that was begun last.
    ///
    /// - Parameter target: rendered labels that stand before the series' own, such as `service` and `instance`; may be empty.
    package mutating func received(_ series: ReceivedSeries, of family: ReceivedFamily, target: [UInt8]) {
        if format == .protobuf {
            protobuf.received(series, of: family, target: target)
        } else {
            text.received(series, of: family, target: target)
        }
    }
}
