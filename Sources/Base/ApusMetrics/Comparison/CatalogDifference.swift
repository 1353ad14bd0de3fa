/// One way in which a target does not serve what is declared of it.
public enum CatalogDifference: Hashable, Sendable {
    /// The family is declared and not served.
    case missing(String)
    /// The family is announced by a `# TYPE` or `# HELP` line and has no sample, so that nothing of its labels can be told.
    case withoutSamples(String)
    /// The family is served and not declared.
    case undeclared(String)
    case wrongType(String, declared: String, served: String)
    /// No sample has these labels, although they are declared.
    case missingLabels(String, [String])
    /// Samples have these labels, which are not declared.
    case extraLabels(String, [String])

    /// The name of the family.
    public var family: String {
        switch self {
        case .missing(let name), .withoutSamples(let name), .undeclared(let name), .wrongType(let name, _, _),
            .missingLabels(let name, _), .extraLabels(let name, _):
            name
        }
    }
}

extension CatalogDifference: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let name): "\(name) is declared, but not served"
        case .withoutSamples(let name): "\(name) is served without a sample"
        case .undeclared(let name): "\(name) is served, but not declared"
        case .wrongType(let name, let declared, let served): "\(name) is declared as a \(declared) and served as a \(served)"
        case .missingLabels(let name, let labels):
            "\(name) is declared with \(labels.joined(separator: ", ")), which no sample of it has"
        case .extraLabels(let name, let labels):
            "\(name) is served with \(labels.joined(separator: ", ")), which it is not declared with"
        }
    }
}
