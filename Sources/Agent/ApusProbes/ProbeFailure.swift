package import AgentMetrics
package import ApusLimits
package import ApusLinux
import ApusText
import Glibc
import NIOCore

/// Why an attempt has no answer.
package struct ProbeFailure: Error, Hashable {
    package let reason: ProbeFailureReason
    /// What is wrong and what to do about it, in one line without any secret and without a word of a database, whose messages quote what is
    /// stored in it: whoever sees a page of the agent's may see it.
    package let text: String
    /// What a database said in its own words, for the log alone; `nil` where it said nothing.
    package let words: String?
    /// What the server said all the same; `nil` where it said nothing that can be served.
    package let figures: ProbeFigures?

    /// What is not seen in a text is shown as `?`, and what is past 600 bytes of it is left out.
    package init(_ reason: ProbeFailureReason, _ text: String, words: String? = nil, figures: ProbeFigures? = nil) {
        self.reason = reason
        self.figures = figures
        self.text = Self.shown(text, longest: 600)
        self.words = words.map { Self.shown($0, longest: 600) }
    }

    /// The text and the database's words, for the log.
    package var logged: String { words.map { "\(text): \($0)" } ?? text }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(reason)
        hasher.combine(text)
    }

    /// A text that a server sent, for a failure's own: on one line, in quotation marks, and no longer than
    /// ``ProbeLimits/failureText``.
    package static func quote(_ bytes: some Sequence<UInt8>) -> String {
        let longest = ProbeLimits.failureText.value.bytes
        return "“\(shown(String(decoding: Array(bytes.prefix(longest + 1)), as: UTF8.self), longest: longest))”"
    }

    /// A text that a server sent, for a failure's own.
    package static func quote(_ text: String) -> String { quote(text.utf8) }

    /// The text with `?` for what is not seen, cut before the code point that would take it past so many bytes.
    private static func shown(_ text: String, longest: Int) -> String {
        let seen = text.showingUnseen()
        guard seen.utf8.count > longest else { return seen }
        var count = 0
        let kept = seen.unicodeScalars.prefix(while: { scalar in
            count += UTF8.width(scalar)
            return count <= longest - 3
        })
        return String(String.UnicodeScalarView(kept)) + "…"
    }
}

extension ProbeFailure {
    /// The agent lacks what an attempt needs.
    package static func lacking(_ what: String) -> ProbeFailure {
        ProbeFailure(.agent, "the agent has not got \(what): raise LimitNOFILE=, TasksMax= or MemoryMax= of its unit")
    }

    /// Why a host's name has no address.
    init(_ fault: HostLookupFault, of shown: String) {
        switch fault.cause {
        case .unknown:
            self.init(.resolve, "no host \(shown) is known: look for the name in /etc/hosts, and at the name server")
        case .noAnswer:
            self.init(
                .resolve,
                "nobody says which address \(shown) has (\(fault.words)): look at /etc/resolv.conf and the name servers")
        case .process: self = .lacking("descriptors or memory to look up \(shown)")
        case .other: self.init(.resolve, "\(shown) cannot be looked up: \(fault.words)")
        }
    }

    /// Why a file that is no secret cannot be read.
    ///
    /// - Parameter shown: its key and path.
    package init(_ error: LinuxError, reading shown: String, longest: ByteLimit) {
        switch error.code {
        case ENOENT, ENOTDIR: self.init(.file, "\(shown) is not there: write it, or name another one")
        case EACCES, EPERM:
            self.init(.file, "\(shown) may not be read by the user with the id \(geteuid()): let the agent's user read it")
        case EFBIG: self.init(.file, "\(shown) is longer than \(longest.limitText): name a shorter one")
        case EMFILE, ENFILE, ENOMEM: self = .lacking("descriptors or memory to read \(shown)")
        default: self.init(.file, "\(shown) cannot be read (\(error.reason)): name a regular file")
        }
    }
}
