import AgentMetrics
import ApusText

/// Files whose age is watched, such as those of a job or a backup.
package struct FileTarget: Sendable, Hashable {
    /// Absolute; its last part may be a pattern of names.
    package var path: String

    package init(path: String) { self.path = path }
}

/// What there is of the files.
package struct FileFigures: Sendable, Equatable {
    /// When the newest file was last written, in seconds since the Unix epoch.
    package let modified: Double
    /// The size of the newest file in bytes.
    package let size: Int
    package let count: Int

    package init(_ tables: [ChildTable], of target: FileTarget) throws(ProbeFailure) {
        guard let row = tables.first?.rows.first, row.count == 3, let count = row[0].flatMap({ Int($0) }) else {
            throw ProbeFailure(.agent, "the process that asks has answered what is no answer")
        }
        guard count > 0, let modified = row[1].flatMap({ Double($0) }), let size = row[2].flatMap({ Int($0) }) else {
            throw ProbeFailure(.file, "there is no file \(target.path.quotedExcerpt(200)): look at what should write it")
        }
        self.count = count
        self.modified = modified
        self.size = size
    }

    /// The age of the newest file at a moment of the clock, never below 0.
    package func age(at now: Double) -> Double { max(0, now - modified) }
}
