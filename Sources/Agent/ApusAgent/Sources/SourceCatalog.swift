package import ApusMetrics

/// All sources that an agent has; the build makes the list `SourceCatalog.all` of the types that are declared as ``Source``.
package enum SourceCatalog {
    /// The names of all sources, in order.
    package static let names = all.map { $0.name }.sorted()

    /// The series that a source has of a subject at most, as far as they are known before anything is read.
    package struct Entry: Sendable {
        package let source: String
        package let family: MetricFamily
        package let labels: [(String, String)]
        /// Whether groups of processes have it, and not one instance or the host.
        package let isOfGroup: Bool
    }

    /// What every source serves, row by row.
    package static let entries: [Entry] = all.flatMap { entries(of: $0) }

    private static func entries<S: Source>(of source: S.Type) -> [Entry] {
        source.rows.map {
            Entry(source: S.name, family: $0.family, labels: $0.labels, isOfGroup: S.Of.self == GroupSubject.self)
        }
    }
}

/// Which sources an agent reads.
package struct SourceChoice: Sendable, Equatable {
    private let chosen: Set<String>

    /// All of them.
    package static let all = SourceChoice(chosen: Set(SourceCatalog.names))

    private init(chosen: Set<String>) { self.chosen = chosen }

    /// - Parameters:
    ///   - only: the names of the sources to be read; empty: all.
    ///   - without: the names of those that are not, whatever `only` says.
    /// - Throws: ``UnknownSource`` for a name that no source has.
    package init(only: [String] = [], without: [String] = []) throws(UnknownSource) {
        for name in only + without where !SourceCatalog.names.contains(name) { throw UnknownSource(name: name) }
        self.init(chosen: Set(only.isEmpty ? SourceCatalog.names : only).subtracting(without))
    }

    package func contains(_ name: String) -> Bool { chosen.contains(name) }
}

/// A name that no source has.
package struct UnknownSource: Error, Equatable, CustomStringConvertible {
    package let name: String

    package var description: String {
        "there is no source “\(name)”; the sources are: \(SourceCatalog.names.joined(separator: ", "))"
    }
}

/// The sources that are read of one kind of subject, and the places of their rows.
struct SourceSelection<Of: Subject>: Sendable {
    let sources: [any Source.Type]
    /// Which of the rows are whose.
    let rows: [Range<Int>]
    /// Family and labels of each row.
    let entries: [SourceCatalog.Entry]
    /// The labels of each row that are not the subject's, rendered once for all subjects.
    let labels: [[UInt8]]

    init(_ choice: SourceChoice) {
        sources = SourceCatalog.all.filter { Self.isOf($0) && choice.contains($0.name) }
        var rows: [Range<Int>] = []
        var entries: [SourceCatalog.Entry] = []
        for source in sources {
            let first = entries.count
            entries += SourceCatalog.entries.filter { $0.source == source.name }
            rows.append(first..<entries.count)
        }
        self.rows = rows
        self.entries = entries
        labels = entries.map { LabelBytes.render($0.labels) }
    }

    /// Whether a source is of this kind of subject.
    private static func isOf<S: Source>(_ source: S.Type) -> Bool { S.Of.self == Of.self }
}
