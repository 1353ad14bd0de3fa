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
    /// When the file that was written longest ago was.
    package let oldest: Double
    /// The size of the newest file in bytes.
    package let size: Int
    package let count: Int

    package init(_ outcomes: [ChildOutcome], of target: FileTarget) throws(ProbeFailure) {
        guard let row = try outcomes.first?.get().rows.first, row.count == 4, let count = row[0].flatMap({ Int($0.text) })
        else {
            throw ProbeFailure(.agent, "the process that asks has answered what is no answer")
        }
        guard count > 0, let modified = row[1].flatMap({ Double($0.text) }), let size = row[2].flatMap({ Int($0.text) }),
            let oldest = row[3].flatMap({ Double($0.text) })
        else {
            throw ProbeFailure(.file, "there is no file \(target.path.quotedExcerpt(200)): look at what should write it")
        }
        self.count = count
        self.modified = modified
        self.oldest = oldest
        self.size = size
    }

    /// The age of the newest file at a moment of the clock, never below 0.
    package func age(at now: Double) -> Double { max(0, now - modified) }

    /// The age of the oldest file likewise.
    package func oldestAge(at now: Double) -> Double { max(0, now - oldest) }
}
