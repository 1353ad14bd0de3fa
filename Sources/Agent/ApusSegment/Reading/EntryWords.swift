/// A private copy of one entry.
struct EntryWords {
    let entry: Int
    private let words: InlineArray<16, UInt32>

    /// - Parameter entry: below the capacity.
    init(_ mapping: SegmentMapping, entry: Int) {
        self.entry = entry
        words = InlineArray { mapping.entryWord(entry, $0) }
    }

    subscript(place: Int) -> UInt32 { words[place] }
}
