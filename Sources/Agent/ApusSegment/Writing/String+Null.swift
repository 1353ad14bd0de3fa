extension String {
    /// With the sign for an unknown character in place of NUL, at which Prometheus takes a text to end, and with it the scrape.
    var withoutNull: String {
        guard utf8.contains(0) else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}
