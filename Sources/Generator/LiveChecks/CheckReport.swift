import ApusLint
import ApusMetrics
import ApusPromQL
public import ArgumentParser
import Foundation

/// The form in which `apus check` says what it has found.
public enum CheckOutput: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// Lines for a person.
    case text
    /// One JSON document, which names everything, whatever it came to.
    case json
}

/// What the queries of files came to on a server; written as JSON for a program.
struct QueryReport: Encodable {
    /// What one query came to.
    struct Outcome: Encodable {
        enum Result: String, Encodable {
            /// It has series.
            case found
            /// It has none, as it should be: an alert that does not fire, an event that has not happened.
            case quiet
            /// It has none, and should.
            case empty
            /// The server does not take it.
            case refused
        }

        /// `FILE:LINE:COLUMN`.
        let place: String
        /// `alert`, `recording` or `panel`.
        let role: String
        let query: String
        let result: Result
        /// The number of series; `nil` of a query without any.
        var series: Int?
        /// Why it has none.
        var reasons: [String] = []

        init(_ query: FileQuery, _ verdict: QueryCheck.Verdict) {
            place = query.place
            role = "\(query.role)"
            self.query = query.expression.description
            switch verdict {
            case .found(let number): (result, series) = (.found, number)
            case .nothingPasses:
                result = query.role == .alert ? .quiet : .empty
                reasons = [Self.unmet]
            case .noPast: (result, reasons) = (.quiet, ["its series have no past yet"])
            case .nothingHappened(let selectors): (result, reasons) = (.quiet, selectors.map(\.description))
            case .empty(let selectors): (result, reasons) = (.empty, selectors.map(\.description))
            case .refused(let reason): (result, reasons) = (.refused, [reason])
            }
        }

        /// What a person reads of it; empty of what is as it should be, unless all is named.
        func lines(naming all: Bool) -> [String] {
            switch result {
            case .found: all ? ["\(place): \(series ?? 0) series: \(query)"] : []
            case .quiet where role == "alert" && reasons == [Self.unmet]: all ? ["\(place): quiet: \(query)"] : []
            case .quiet:
                all ? ["\(place): quiet: \(reasons.isEmpty ? query : reasons.joined(separator: "; "))"] : []
            case .empty where reasons == [Self.unmet]: ["\(place): \(Self.unmet): \(query)"]
            case .empty: reasons.map { "\(place): \($0)" }
            case .refused: reasons.map { "\(place): the server refuses \(query): \($0)" }
            }
        }

        private static let unmet = "its series are there, but nothing passes its conditions"
    }

    /// The URL without user and password.
    let server: String
    /// What is wrong with files that cannot be read as rules or dashboards.
    let faults: [String]
    var queries: [Outcome] = []

    /// How many came to what.
    struct Counts: Encodable {
        let queries: Int
        let found: Int
        let quiet: Int
        /// Queries that find nothing and should, or are refused, and files that cannot be read.
        let missing: Int
    }

    var counts: Counts {
        func number(_ results: Outcome.Result...) -> Int { queries.count { results.contains($0.result) } }
        return Counts(
            queries: queries.count, found: number(.found), quiet: number(.quiet),
            missing: faults.count + number(.empty, .refused))
    }

    private enum CodingKeys: String, CodingKey { case server, faults, queries, counts }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(server, forKey: .server)
        try container.encode(faults, forKey: .faults)
        try container.encode(queries, forKey: .queries)
        try container.encode(counts, forKey: .counts)
    }
}

/// Why a server gave no answer that could be compared; written as JSON for a program.
struct UnaskedReport: Encodable {
    /// The URL without user and password.
    let server: String
    let error: String
}

/// How what an agent serves differs from what is declared; written as JSON for a program.
struct CatalogReport: Encodable {
    struct Difference: Encodable {
        enum Kind: String, Encodable {
            /// The family is not served now, or has no sample.
            case absent
            /// The family is served otherwise than it is declared.
            case contradiction
            /// The family is served and not declared, as those are of other applications.
            case undeclared
        }

        let family: String
        let kind: Kind
        let reason: String
    }

    /// The URL without user and password.
    let server: String
    let differences: [Difference]

    init(_ comparison: CatalogComparison, of server: String) {
        self.server = server
        differences = comparison.differences.map { difference in
            let kind: Difference.Kind =
                switch difference {
                case .missing, .withoutSamples: .absent
                case .undeclared: .undeclared
                case .wrongType, .missingLabels, .extraLabels: .contradiction
                }
            return Difference(family: difference.family, kind: kind, reason: difference.description)
        }
    }

    func count(_ kind: Difference.Kind) -> Int { differences.count { $0.kind == kind } }
}

extension Encodable {
    /// The value as a JSON document, its keys in order.
    func document() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
