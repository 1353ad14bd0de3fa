import ApusPromQL
import ApusText

/// A template in a label or an annotation of an alert: what it refers to, and why Prometheus would refuse it
/// (https://prometheus.io/docs/prometheus/latest/configuration/template_reference/).
struct AlertTemplate {
    struct Reference {
        enum Subject: Equatable {
            case value
            case label(String)
        }

        let subject: Subject
        /// The offset in bytes of the text.
        let offset: Int
    }

    /// Every `$value` and `$labels.name` between double braces.
    private(set) var references: [Reference] = []
    /// What Prometheus refuses; the last, where there is one of form, hides what comes after it.
    private(set) var faults: [TemplateFault] = []

    /// The variables that can be named, a list for each block that is open. Prometheus declares the first ones itself.
    private var scopes = [["", "labels", "externalLabels", "externalURL", "value"]]
    /// For each open block, where it begins and how many scopes there were before it.
    private var blocks: [(offset: Int, keyword: String, outer: [[String]])] = []

    init(_ text: String) {
        for part in TemplateLexer.parts(of: text) {
            switch part {
            case .action(let tokens, let offset): read(tokens[...], at: offset)
            case .fault(let fault):
                faults.append(fault)
                return
            }
        }
        if let block = blocks.last {
            fault(.form, block.offset, "\(block.keyword) has no end: write {{ end }} behind what belongs to it")
        }
    }

    private mutating func fault(_ kind: TemplateFault.Kind, _ offset: Int, _ message: String) {
        faults.append(TemplateFault(kind: kind, offset: offset, message: message))
    }

    // MARK: - Blocks

    private mutating func read(_ tokens: ArraySlice<TemplateToken>, at offset: Int) {
        guard case .word(let word)? = tokens.first?.kind else { return readPipeline(tokens) }
        let rest = tokens.dropFirst()
        switch word {
        case "if", "with", "range":
            blocks.append((offset, word, scopes))
            scopes.append([])
            readPipeline(rest)
        case "define", "block":
            // Its text is a template of its own, which knows the variable $ alone.
            readPipeline(rest)
            blocks.append((offset, word, scopes))
            scopes = [[""]]
        case "else":
            if blocks.isEmpty { fault(.form, offset, "else stands in no if, with or range: leave it out") }
            if case .word(let next)? = rest.first?.kind, ["if", "with"].contains(next) {
                readPipeline(rest.dropFirst())
            } else {
                readPipeline(rest)
            }
        case "end":
            guard let block = blocks.popLast() else { return fault(.form, offset, "end closes nothing: leave it out") }
            scopes = block.outer
        case "template", "break", "continue": readPipeline(rest)
        default: readPipeline(tokens)
        }
    }

    // MARK: - Pipelines

    private mutating func readPipeline(_ tokens: ArraySlice<TemplateToken>) {
        declare(in: tokens)
        for token in tokens {
            switch token.kind {
            case .variable(let name, let fields): readVariable(name, fields, at: token.offset)
            case .word(let name): readFunction(name, at: token.offset)
            case .declaration, .comma, .other: break
            }
        }
    }

    /// `$x := …`, and `$index, $element := …`.
    private mutating func declare(in tokens: ArraySlice<TemplateToken>) {
        guard let end = tokens.firstIndex(where: { $0.kind == .declaration }) else { return }
        for token in tokens[..<end] {
            if case .variable(let name, _) = token.kind { scopes[scopes.count - 1].append(name) }
        }
    }

    private mutating func readVariable(_ name: String, _ fields: [String], at offset: Int) {
        guard scopes.contains(where: { $0.contains(name) }) else {
            let known = scopes.joined().filter { !$0.isEmpty }
            return fault(
                .variable, offset,
                "there is no variable $\(name), and Prometheus refuses the template: "
                    + Self.remedy(name, among: known.isEmpty ? ["labels"] : Array(known), mark: "$"))
        }
        if name == "value" {
            references.append(Reference(subject: .value, offset: offset))
        } else if name == "labels", fields.count == 1 {
            references.append(Reference(subject: .label(fields[0]), offset: offset))
        }
    }

    private mutating func readFunction(_ name: String, at offset: Int) {
        guard !Self.functions.contains(name) else { return }
        fault(
            .function, offset,
            "Prometheus has no template function \(name), and refuses the template: "
                + Self.remedy(name, among: Self.functions.sorted(), mark: ""))
    }

    private static func remedy(_ name: String, among known: [String], mark: String) -> String {
        let bytes = Array(name.utf8)
        let nearest = known.compactMap { other in
            EditDistance.between(bytes, Array(other.utf8), within: 3).map { (distance: $0, name: other) }
        }.min { ($0.distance, $0.name) < ($1.distance, $1.name) }
        if let nearest, nearest.distance < name.count { return "did you mean \(mark)\(nearest.name)?" }
        return "write one of " + known.map { mark + $0 }.joined(separator: ", ")
    }

    /// Go's own, constants among them, and those that Prometheus adds.
    private static let functions: Set<String> = [
        "and", "break", "call", "continue", "eq", "false", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "nil",
        "not", "or", "print", "printf", "println", "slice", "true", "urlquery",
        "args", "externalURL", "first", "graphLink", "humanize", "humanize1024", "humanizeDuration", "humanizePercentage",
        "humanizeTimestamp", "label", "match", "now", "parseDuration", "pathPrefix", "query", "reReplaceAll", "safeHtml",
        "sortByLabel", "stripDomain", "stripPort", "strvalue", "tableLink", "title", "toDuration", "toLower", "toTime",
        "toUpper", "urlQueryEscape", "value",
    ]
}
