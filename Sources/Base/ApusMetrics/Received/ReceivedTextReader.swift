/// Reads a reported text line by line into drafts of families, which become families at its end.
struct ReceivedTextReader {
    private let format: ReceivedTextFormat
    private let limits: ReceivedLimits
    private var reader: ExpositionReader
    private var drafts: [ReceivedFamilyDraft] = []
    /// The drafts by the names that their `# TYPE` lines have.
    private var places: [String: Int] = [:]
    /// The family that the last line was of.
    private var last: Int?
    private var seriesCount = 0

    /// - Parameter text: UTF-8.
    init(_ text: [UInt8], as format: ReceivedTextFormat, limits: ReceivedLimits) {
        self.format = format
        self.limits = limits
        // A bound, a quantile or a state is a label too.
        reader = ExpositionReader(text, as: format.grammar, mostLabels: limits.labels + 1)
    }

    mutating func families() throws(ReceivedError) -> [ReceivedFamily] {
        var isEnded = false
        while let line = try next() {
            guard !isEnded else { throw error("a line follows # EOF, which ends OpenMetrics: leave it out") }
            switch line {
            case .help(let name, let help): try takeHelp(help, of: name)
            case .type(let name, let kind): try takeType(kind, of: name)
            case .unit(let name, let unit): try takeUnit(unit, of: name)
            case .sample(let sample): try take(sample)
            case .end: isEnded = true
            }
        }
        if format == .openMetrics && !isEnded {
            throw error("# EOF, which ends OpenMetrics, is missing: send the whole text, or say text/plain in Content-Type")
        }
        return try ReceivedFamilySet(drafts, format: format).families
    }

    private mutating func next() throws(ReceivedError) -> ExpositionLine? {
        do { return try reader.next() } catch { throw ReceivedError(error) }
    }

    private func error(_ reason: String) -> ReceivedError { ReceivedError(line: max(1, reader.lineNumber), reason) }

    // MARK: - What is said of families

    private mutating func takeHelp(_ help: String, of name: String) throws(ReceivedError) {
        let place = try place(of: name)
        if format == .openMetrics {
            guard !drafts[place].hasSamples else { throw error("the help of \(drafts[place].name) follows its samples") }
            guard drafts[place].help == nil else { throw error("the help of \(drafts[place].name) is told a second time") }
        }
        drafts[place].help = limits.help(help)
    }

    private mutating func takeType(_ kind: ServedKind, of name: String) throws(ReceivedError) {
        let place = try place(of: name)
        let name = drafts[place].name
        // Exporters of several devices write it for each; what was said before is said again.
        if format != .openMetrics, drafts[place].kind == kind { return }
        guard !drafts[place].hasSamples else {
            throw error("the type of \(name) follows its samples: write a family's # TYPE line before them")
        }
        guard drafts[place].kind == nil else {
            throw error("the type of \(name) is told a second time: a family is there once, or two names come to one")
        }
        drafts[place].set(kind, as: format)
    }

    private mutating func takeUnit(_ unit: String, of name: String) throws(ReceivedError) {
        let place = try place(of: name)
        let name = drafts[place].name
        guard !drafts[place].hasSamples, drafts[place].unit == nil else {
            throw error("the unit of \(name) is told a second time or after its samples")
        }
        guard unit.isEmpty || name.hasSuffix("_" + unit), unit.utf8.count <= limits.unit else {
            throw error("the unit of \(name) does not end its name: call it \(name)_UNIT, with at most \(limits.unit) bytes")
        }
        drafts[place].unit = unit
    }

    /// The draft of a family that a line names, which is entered.
    private mutating func place(of name: String) throws(ReceivedError) -> Int {
        let name = try legal(name)
        let place: Int
        if let known = places[name] { place = known } else { place = try added(name) }
        try enter(place)
        return place
    }

    private func legal(_ name: String) throws(ReceivedError) -> String {
        guard name.utf8.count <= limits.name else {
            throw error("a name has \(name.utf8.count) bytes, and \(limits.name) are the most: put what varies into a label")
        }
        return MetricName.isLegal(name) ? name : MetricName.sanitized(name)
    }

    private mutating func added(_ name: String) throws(ReceivedError) -> Int {
        guard drafts.count < limits.families else {
            throw error(
                "\(limits.families) families are the most: put what varies into a label, not into the name of the family")
        }
        drafts.append(ReceivedFamilyDraft(name: name, format: format, line: reader.lineNumber))
        places[name] = drafts.count - 1
        return drafts.count - 1
    }

    /// Goes on with a family; in OpenMetrics no other one may have come between.
    private mutating func enter(_ place: Int) throws(ReceivedError) {
        guard place != last else { return }
        guard format == .text || !drafts[place].isLeft else {
            throw error("\(drafts[place].name) goes on after another family: OpenMetrics has all lines of a family together")
        }
        if let last { drafts[last].isLeft = true }
        last = place
    }

    // MARK: - Samples

    private mutating func take(_ sample: ServedSample) throws(ReceivedError) {
        let name = try legal(sample.name)
        let (place, role) = try self.place(ofSample: name)
        try enter(place)
        let isNew: Bool
        do {
            isNew = try drafts[place].take(sample, as: role, line: reader.lineNumber, limits: limits)
        } catch {
            throw self.error(error.description)
        }
        guard isNew else { return }
        seriesCount += 1
        guard seriesCount <= limits.series else {
            throw error("\(limits.series) series are the most: find the label with many values and bound them")
        }
    }

    /// The family that a sample of this name belongs to, and what it is of it.
    private mutating func place(
        ofSample name: String
    ) throws(ReceivedError) -> (place: Int, role: ReceivedSampleRole) {
        if let last, let role = drafts[last].role(ofSample: name) { return (last, role) }
        if let place = places[name] {
            guard let role = drafts[place].role(ofSample: name) else {
                throw error("\(name) is no sample of the \(drafts[place].typeName) \(name): \(drafts[place].remedy)")
            }
            return (place, role)
        }
        for suffix in ReceivedSampleRole.suffixes where name.hasSuffix(suffix) {
            if let place = places[String(name.dropLast(suffix.count))], let role = drafts[place].role(ofSample: name) {
                return (place, role)
            }
        }
        return (try added(name), .value)
    }
}
