import Foundation

/// Another process, as /proc shows it.
struct LinuxProcess {
    let pid: pid_t

    /// All processes whose parent is the given one.
    static func children(of parent: pid_t) -> [LinuxProcess] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.map(LinuxProcess.init).filter {
            $0.status["PPid"].flatMap { pid_t($0) } == parent
        }
    }

    /// The fields of /proc/PID/status; empty when the process is gone.
    var status: [String: String] {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return [:] }
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// Whether it runs: there, and no zombie.
    var isRunning: Bool { status["State"].map { !$0.hasPrefix("Z") } ?? false }

    /// Kilobytes.
    var resident: Int? { status["VmRSS"].flatMap { Int($0.split(separator: " ")[0]) } }

    var arguments: [String] {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)) ?? ""
        return text.split(separator: "\u{0}").map(String.init)
    }
}
