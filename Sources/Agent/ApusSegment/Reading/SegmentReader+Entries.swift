import ApusMetrics

/// The checks that a new entry passes before anything of it is used.
extension SegmentReader {
    func readFamily(_ words: EntryWords) throws(SegmentError) {
        typealias Field = SegmentLayout.Entry
        let entry = words.entry
        let nameBytes = try text(words, Field.textOffset, Field.textLength, most: SegmentLayout.longestName)
        let helpBytes = try text(words, Field.helpOffset, Field.helpLength, most: SegmentLayout.longestHelp)
        guard let name = String(validating: nameBytes, as: UTF8.self), MetricName.isLegal(name) else {
            throw .malformed(entry: entry, "the family's name is not legal")
        }
        guard let help = String(validating: helpBytes, as: UTF8.self) else {
            throw .malformed(entry: entry, "the help text of \(name) is not UTF-8")
        }
        guard let kind = UInt8(exactly: words[Field.kind]).flatMap(MetricKind.init(rawValue:)) else {
            throw .malformed(entry: entry, "\(name) is of no known kind")
        }
        guard !namesSeen.contains(name) else { throw .malformed(entry: entry, "\(name) is there twice") }
        let family = MetricFamily(
            name: name, kind: kind, help: help, buckets: try readBounds(words, of: name, kind),
            unit: try readUnit(words, of: name), shape: try readShape(words, of: name, kind),
            states: try readStates(words, of: name, kind),
            keepsExemplars: words[Field.flags] & SegmentLayout.keepsExemplars != 0)
        guard family.declaredUnit == nil || family.hasSoundUnit else {
            throw .malformed(entry: entry, "\(name) does not end in its unit, or can have none")
        }
        guard !family.keepsExemplars || kind.canKeepExemplars else {
            throw .malformed(entry: entry, "\(name) is of a kind that keeps no exemplars")
        }
        namesSeen.insert(name)
        familyAtEntry[UInt32(entry)] = families.count
        families.append(family)
    }

    private func readUnit(_ words: EntryWords, of name: String) throws(SegmentError) -> String? {
        let bytes = try text(
            words, SegmentLayout.Entry.unitOffset, SegmentLayout.Entry.unitLength, most: SegmentLayout.longestUnit)
        guard let unit = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(entry: words.entry, "the unit of \(name) is not UTF-8")
        }
        return unit.isEmpty ? nil : unit
    }

    private func readShape(_ words: EntryWords, of name: String, _ kind: MetricKind) throws(SegmentError) -> NativeShape? {
        guard kind == .nativeHistogram else { return nil }
        do {
            return try NativeShape(
                schema: Int(words[SegmentLayout.Entry.schema]),
                lowestExponent: Int(Int32(bitPattern: words[SegmentLayout.Entry.lowestExponent])),
                octaves: Int(words[SegmentLayout.Entry.octaves]))
        } catch {
            throw .malformed(entry: words.entry, "the shape of \(name): \(error)")
        }
    }

    private func readStates(_ words: EntryWords, of name: String, _ kind: MetricKind) throws(SegmentError) -> [String] {
        guard kind == .stateSet else { return [] }
        let bytes = try text(
            words, SegmentLayout.Entry.statesOffset, SegmentLayout.Entry.statesLength, most: SegmentLayout.longestStates)
        // One more than is legal is enough to see.
        let parts = bytes.split(
            separator: UInt8(ascii: "\n"), maxSplits: MetricFamily.mostStates, omittingEmptySubsequences: false)
        let states = parts.compactMap { String(validating: $0, as: UTF8.self) }
        guard states.count == parts.count else {
            throw .malformed(entry: words.entry, "a state of \(name) is not UTF-8")
        }
        guard states.count <= MetricFamily.mostStates, !parts.contains(where: \.isEmpty), Set(parts).count == parts.count else {
            throw .malformed(entry: words.entry, "the states of \(name) are too many, empty or there twice")
        }
        return states
    }

    private func readBounds(_ words: EntryWords, of name: String, _ kind: MetricKind) throws(SegmentError) -> [Double] {
        typealias Field = SegmentLayout.Entry
        let count = Int(words[Field.boundsCount])
        guard count <= SegmentLayout.mostBuckets, (count > 0) == (kind == .histogram) else {
            throw .malformed(entry: words.entry, "\(name) has \(count) bucket bounds")
        }
        let bytes = try text(words.entry, words[Field.boundsOffset], UInt32(count * 8), most: SegmentLayout.mostBuckets * 8)
        let bounds = stride(from: 0, to: bytes.count, by: 8).map { start in
            Double(bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64($1 * 8) })
        }
        guard bounds.allSatisfy(\.isFinite), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .malformed(entry: words.entry, "the bucket bounds of \(name) are not finite and ascending")
        }
        return bounds
    }

    /// What becomes of an entry that is a series.
    enum SeriesOutcome {
        case kept(family: Int, SegmentSeries)
        /// It is over a limit of its labels, is counted and left out.
        case clipped
        /// There is no memory for it: nothing has changed.
        case noMemory
    }

    /// - Parameter mayTake: asked once the series has passed all checks.
    func readSeries(_ words: EntryWords, mayTake: () -> Bool) throws(SegmentError) -> SeriesOutcome {
        typealias Field = SegmentLayout.Entry
        let entry = words.entry
        guard let index = familyAtEntry[words[Field.family]] else {
            throw .malformed(entry: entry, "its family does not exist")
        }
        let family = families[index]
        guard let form = UInt8(exactly: words[Field.kind]).flatMap(ValueForm.init(rawValue:)), form.suits(family.kind) else {
            throw .malformed(entry: entry, "a series of \(family.name) has values of the wrong form")
        }
        let first = Int(words[Field.firstCell])
        let count = Int(words[Field.cellCount])
        guard count == form.cellCount(of: family), first <= SegmentLayout.cellCapacity - count else {
            throw .malformed(entry: entry, "the cells of a series of \(family.name) are out of bounds")
        }
        // Side by side, as a writer gives them out: what is read of a segment is then no larger than what it says.
        guard first == cellsEnd else {
            throw .malformed(entry: entry, "the cells of a series of \(family.name) do not follow those before")
        }
        guard words[Field.textLength] <= SegmentLayout.longestLabels else {
            cellsEnd += count
            clip(family, "the labels have \(words[Field.textLength]) bytes, at most \(SegmentLayout.longestLabels) are taken")
            return .clipped
        }
        let labels = ExportedLabels.rename(
            LabelBytes.withoutNull(
                try text(entry, words[Field.textOffset], words[Field.textLength], most: SegmentLayout.longestLabels)))
        guard let canonical = try canonicalLabels(labels, of: family, entry: entry) else {
            cellsEnd += count
            return .clipped
        }
        let cells = CellRange(
            first: UInt32(first), count: UInt16(count), planes: family.kind.isSpread ? planes : 1, form: form,
            entry: family.kind.isSpread ? UInt32(entry) : 0, exemplars: words[Field.exemplarsOffset])
        try checkExemplars(cells, of: family, entry: entry)
        let fingerprint = SeriesFingerprint(family: index, labels: canonical)
        guard !fingerprints.contains(fingerprint) else {
            throw .malformed(entry: entry, "a series of \(family.name) is there twice")
        }
        guard mayTake() else { return .noMemory }
        fingerprints.insert(fingerprint)
        cellsEnd += count
        return .kept(family: index, SegmentSeries(labels: labels, cells: cells))
    }

    private func checkExemplars(_ cells: CellRange, of family: MetricFamily, entry: Int) throws(SegmentError) {
        guard cells.exemplars != 0 else { return }
        let end = Int(cells.exemplars) + cells.exemplarSlots * ExemplarSlot.size
        guard family.keepsExemplars, cells.exemplars % 8 == 0, end <= SegmentLayout.arenaCapacity else {
            throw .malformed(entry: entry, "the exemplars of a series of \(family.name) are out of bounds")
        }
    }

    /// The labels as Prometheus understands them: in order of their names, and without those that have no value, as `{a=""}`
    /// and `{}` are the same series; nil for those that are over a limit, which are counted.
    private func canonicalLabels(_ labels: [UInt8], of family: MetricFamily, entry: Int) throws(SegmentError) -> [UInt8]? {
        let parsed: [(name: String, value: String)]
        do { parsed = try LabelBytes.parse(labels, most: SegmentLayout.mostLabels) } catch {
            guard error != .tooMany else {
                clip(family, "it has more than \(SegmentLayout.mostLabels) labels")
                return nil
            }
            throw .malformed(entry: entry, "labels of \(family.name): \(error)")
        }
        if let long = parsed.first(where: { $0.value.utf8.count > SegmentLayout.longestLabelValue }) {
            let most = SegmentLayout.longestLabelValue
            clip(family, "the label \(long.name) has a value of \(long.value.utf8.count) bytes, at most \(most) are taken")
            return nil
        }
        if let taken = parsed.first(where: { family.reserves(label: $0.name) }) {
            throw .malformed(
                entry: entry, "a series of \(family.name) has the label \(taken.name), which is not its own to give")
        }
        // As a sound writer gives them, and as rendering would give them again.
        let isCanonical =
            zip(parsed, parsed.dropFirst()).allSatisfy { $0.name < $1.name } && parsed.allSatisfy { !$0.value.isEmpty }
        if isCanonical { return labels }
        return LabelBytes.render(
            parsed.filter { !$0.value.isEmpty }.sorted { $0.name < $1.name }.map { ($0.name, $0.value) })
    }

    private func clip(_ family: MetricFamily, _ reason: String) {
        clippedCount += 1
        if firstClip == nil { firstClip = (family.name, reason) }
    }

    private func text(_ words: EntryWords, _ offset: Int, _ count: Int, most: Int) throws(SegmentError) -> [UInt8] {
        let bytes = try text(words.entry, words[offset], words[count], most: most)
        // Prometheus takes a text to end there, and refuses the whole scrape.
        guard !bytes.contains(0) else { throw .malformed(entry: words.entry, "a text has a NUL") }
        return bytes
    }

    private func text(_ entry: Int, _ offset: UInt32, _ count: UInt32, most: Int) throws(SegmentError) -> [UInt8] {
        guard count <= most, Int(offset) + Int(count) <= SegmentLayout.arenaCapacity else {
            throw .malformed(entry: entry, "a text is too long or out of bounds")
        }
        sliceText += Int(count)
        return texts.text(Int(offset), Int(count))
    }
}

/// A private copy of one entry.
struct EntryWords {
    let entry: Int
    private let words: InlineArray<16, UInt32>

    /// - Parameter words: sixteen.
    init(entry: Int, _ words: ArraySlice<UInt32>) {
        self.entry = entry
        self.words = InlineArray { words[words.startIndex + $0] }
    }

    subscript(place: Int) -> UInt32 { words[place] }
}
