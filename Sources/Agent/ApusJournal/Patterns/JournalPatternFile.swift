import ApusLinux
import ApusMetrics
import Glibc

/// A file of patterns, in the form of systemd's own files.
///
/// ```ini
/// [ssh_failed_logins_total]
/// Help=Logins that sshd refused.
/// Match=_SYSTEMD_UNIT=ssh.service
/// Expression=^Failed (?<method>\w+) for
///
/// [checkout_seconds]
/// Help=Durations of checkouts, as the service logs them.
/// Match=_SYSTEMD_UNIT=shop.service
/// Expression=checkout took (?<value>[0-9.]+) s
/// Buckets=0.1 0.5 1 5
/// ```
///
/// `Field=` is looked in (MESSAGE), `Labels=` are the groups that are labels (all named ones but `value`, in their order),
/// `SeriesLimit=` is 100 unless said. A section with `Buckets=` is a histogram of the group `value`, any other a counter.
package enum JournalPatternFile {
    /// The most patterns of a file, because each is looked for in every entry.
    private static let most = 100

    /// - Throws: ``JournalPatternFileError``, with the line.
    package static func read(_ path: String) throws(JournalPatternFileError) -> [JournalPattern] {
        let bytes: [UInt8]
        do throws(LinuxError) { bytes = try WholeFile.read(path, longest: 1 << 20) } catch {
            throw JournalPatternFileError(path: path, line: 0, error.code == EFBIG ? "longer than 1 MiB" : error.reason)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JournalPatternFileError(path: path, line: 0, "not UTF-8 text")
        }
        return try parse(text, path: path)
    }

    /// - Parameter path: what errors call the text.
    package static func parse(_ text: String, path: String) throws(JournalPatternFileError) -> [JournalPattern] {
        var sections: [PatternSection] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("[") {
                guard line.hasSuffix("]"), line.count > 2 else {
                    throw JournalPatternFileError(path: path, line: number, "write [name_of_the_metric]")
                }
                let name = String(line.dropFirst().dropLast())
                if let earlier = sections.first(where: { $0.name == name }) {
                    throw JournalPatternFileError(path: path, line: number, "[\(name)] is in line \(earlier.line) already")
                }
                sections.append(PatternSection(name: name, line: number))
                continue
            }
            guard let equals = line.firstIndex(of: "=") else {
                throw JournalPatternFileError(path: path, line: number, "write Key=value, or [name_of_the_metric]")
            }
            guard !sections.isEmpty else {
                throw JournalPatternFileError(path: path, line: number, "a setting before the first [name_of_the_metric]")
            }
            do throws(PatternSectionFault) {
                try sections[sections.count - 1].set(line[..<equals].trimmed, line[line.index(after: equals)...].trimmed)
            } catch {
                throw JournalPatternFileError(path: path, line: number, error.reason)
            }
        }
        guard sections.count <= most else {
            throw JournalPatternFileError(path: path, line: sections[most].line, "more than \(most) patterns")
        }
        var patterns: [JournalPattern] = []
        for section in sections {
            do throws(PatternSectionFault) {
                patterns.append(try section.pattern())
            } catch {
                throw JournalPatternFileError(path: path, line: section.line, "[\(section.name)] \(error.reason)")
            }
        }
        return patterns
    }
}

/// Why a file of patterns cannot be used.
package struct JournalPatternFileError: Error, Equatable, CustomStringConvertible {
    package let path: String
    /// The line's number from 1; 0 where the file as a whole is meant.
    package let line: Int
    package let reason: String

    init(path: String, line: Int, _ reason: String) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    package var description: String { line == 0 ? "\(path): \(reason)" : "\(path):\(line): \(reason)" }
}

extension Substring {
    var trimmed: Substring {
        var text = self.drop { $0 == " " || $0 == "\t" || $0 == "\r" }
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        return text
    }
}
