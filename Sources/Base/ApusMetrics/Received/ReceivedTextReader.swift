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
    private var leftOut = LeftOut()
    /// The sample that was left out last, without its value and the label that is its own: those that follow of the same series are one
    /// with it.
    private var lastLeftOut: (name: String, labels: [ServedLabel])?

    /// - Parameter text: UTF-8.
    init(_ text: [UInt8], as format: ReceivedTextFormat, limits: ReceivedLimits) {
        self.format = format
        self.limits = limits
        // A bound, a quantile or a state is a label too.
        reader = ExpositionReader(text, as: format.grammar, mostLabels: limits.labels + 1, isLenient: true)
    }

    /// Reads the text.
    ///
    /// - Throws: the first line that is none of the format, or with which the text is past a limit of all of it.
    mutating func report() throws(ReceivedError) -> ReceivedReport {
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
        let set = ReceivedFamilySet(drafts, format: format, limits: limits, leftOut: leftOut)
        var report = ReceivedReport(families: set.families)
        report.leftOut = set.leftOut
        return report
    }

    private mutating func next() throws(ReceivedError) -> ExpositionLine? {
        while true {
            do throws(ExpositionSyntaxError) { return try reader.next() } catch {
                guard case .tooManyLabels = error.problem else { throw ReceivedError(error) }
                leftOut.add(.limit, line: error.line, family: reader.nameOfLine, error.reason)
            }
        }
    }

    private func error(_ reason: String) -> ReceivedError { ReceivedError(line: max(1, reader.lineNumber), reason) }

    // MARK: - What is said of families

    private mutating func takeHelp(_ help: String, of name: String) throws(ReceivedError) {
        guard let place = try place(of: name) else { return }
        if format == .openMetrics, drafts[place].help != nil { return }
        drafts[place].help = limits.help(help)
    }

    private mutating func takeType(_ kind: ServedKind, of name: String) throws(ReceivedError) {
        guard let place = try place(of: name) else { return }
        let name = drafts[place].name
        // Exporters of several devices write it for each; what was said before is said again.
        if drafts[place].kind == kind { return }
        guard drafts[place].kind == nil else {
            return passOver("the type of \(name) is told a second time: a family is there once, or two names come to one", name)
        }
        guard !drafts[place].hasSamples else {
            return passOver("the type of \(name) follows its samples: write a family's # TYPE line before them", name)
        }
        drafts[place].set(kind, as: format)
    }

    private mutating func takeUnit(_ unit: String, of name: String) throws(ReceivedError) {
        guard let place = try place(of: name) else { return }
        let name = drafts[place].name
        guard drafts[place].unit.map({ $0.hasBytes(of: unit) }) ?? true else {
            return passOver("the unit of \(name) is told a second time", name)
        }
        guard unit.utf8.count <= limits.unit,
            unit.isEmpty || name.utf8.suffix(unit.utf8.count + 1).elementsEqual("_\(unit)".utf8)
        else {
            return passOver(
                "the unit of \(name) does not end its name: call it \(name)_UNIT, with at most \(limits.unit) bytes", name)
        }
        drafts[place].unit = unit
    }

    /// Passes over a line that says something of a family.
    private mutating func passOver(_ words: String, _ family: String) {
        leftOut.add(.type, line: reader.lineNumber, family: family, words)
    }

    /// The draft of a family that a line names, which the samples that follow are looked for in first; `nil` of a name past the limit,
    /// whose samples are left out.
    private mutating func place(of name: String) throws(ReceivedError) -> Int? {
        guard name.utf8.count <= limits.name else { return nil }
        let name = Self.legal(name)
        let place = if let known = places[name] { known } else { try added(name) }
        last = place
        return place
    }

    private static func legal(_ name: String) -> String { MetricName.isLegal(name) ? name : MetricName.sanitized(name) }

    private mutating func added(_ name: String) throws(ReceivedError) -> Int {
        guard drafts.count < limits.families else {
            throw error(
                "\(limits.families) families are the most: put what varies into a label, not into the name of the family")
        }
        drafts.append(ReceivedFamilyDraft(name: name, format: format, line: reader.lineNumber))
        places[name] = drafts.count - 1
        return drafts.count - 1
    }

    // MARK: - Samples

    private mutating func take(_ sample: ServedSample) throws(ReceivedError) {
        guard sample.value != nil else {
            throw error("\(sample.name) has a composite value, which only OpenMetrics 2.0 has: send 1.0")
        }
        guard sample.name.utf8.count <= limits.name else {
            let size = sample.name.utf8.count
            let words = "a name has \(size) bytes, and \(limits.name) are the most: put what varies into a label"
            return leave(sample, of: sample.name, ReceivedSeriesFault(.limit, words))
        }
        let name = Self.legal(sample.name)
        let (place, role) = try place(ofSample: name)
        last = place
        guard let role else {
            let draft = drafts[place]
            let words = "\(name) is no sample of the \(draft.typeName) \(draft.name): \(draft.remedy)"
            return leave(sample, of: draft.name, ReceivedSeriesFault(.name, words))
        }
        do throws(ReceivedLabelsFault) {
            guard try drafts[place].take(sample, as: role, line: reader.lineNumber, limits: limits) else { return }
        } catch {
            return leave(sample, of: drafts[place].name, ReceivedSeriesFault(error))
        }
        seriesCount += 1
        guard seriesCount <= limits.series else {
            throw error("\(limits.series) series are the most: find the label with many values and bound them")
        }
    }

    /// Leaves out the series of a sample, of whose name or labels nothing can be served.
    private mutating func leave(_ sample: ServedSample, of family: String, _ fault: ReceivedSeriesFault) {
        let labels = sample.labels.filter { !$0.name.hasBytes(of: "le") && !$0.name.hasBytes(of: "quantile") }
        // The samples of a histogram stand together, and are one series.
        defer { lastLeftOut = (family, labels) }
        if let lastLeftOut, lastLeftOut.name == family, lastLeftOut.labels == labels { return }
        leftOut.add(
            fault.reason, line: reader.lineNumber, family: family,
            labels: LabelBytes.render(labels.map { ($0.name, $0.value) }), fault.words)
    }

    /// The family that a sample of this name belongs to, and what it is of it; without a role it is none of its samples.
    private mutating func place(ofSample name: String) throws(ReceivedError) -> (place: Int, role: ReceivedSampleRole?) {
        if let last, let role = drafts[last].role(ofSample: name) { return (last, role) }
        if let place = places[name] { return (place, drafts[place].role(ofSample: name)) }
        for suffix in ReceivedSampleRole.suffixes where name.hasSuffix(suffix) {
            if let place = places[String(name.dropLast(suffix.count))], let role = drafts[place].role(ofSample: name) {
                return (place, role)
            }
        }
        return (try added(name), .value)
    }
}
