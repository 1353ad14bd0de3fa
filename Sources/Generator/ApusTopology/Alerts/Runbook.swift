public import ApusPromQL

/// What somebody who is called by an alert must know.
public struct Runbook: Hashable, Sendable {
    /// What is the case when the alert fires.
    public let meaning: String
    /// What follows for users if nothing is done.
    public let impact: String
    /// The queries that show more, by what they show.
    public let queries: [Query]
    /// The steps to take, in order; Markdown.
    public let actions: [String]

    public init(meaning: String, impact: String, queries: [Query] = [], actions: [String]) {
        self.meaning = meaning
        self.impact = impact
        self.queries = queries
        self.actions = actions
    }

    /// A query and what it shows.
    public struct Query: Hashable, Sendable {
        public let title: String
        public let expression: PromQLExpression

        public init<Key>(_ title: String, _ vector: InstantVector<Key>) {
            self.title = title
            expression = vector.expression
        }
    }
}
