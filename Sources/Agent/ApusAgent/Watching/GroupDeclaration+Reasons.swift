import ApusLinux
import ApusText

/// Why a group may have nobody.
extension GroupDeclaration {
    /// What is to be known where no process matches, by what it is about: links of programs, users and pid files, as they are now.
    func reasons(_ root: KernelRoot) -> [(about: String, words: String)] {
        let all = [("links", linkWords), ("user", userWords), ("pid_file", pidFileWords(root))]
        return all.compactMap { about, words in words.map { (about: about, words: $0) } }
    }

    /// Maps of a group of which this is said.
    private static let shown = 5

    private static func list(_ words: [String]) -> String? {
        words.isEmpty ? nil : words.prefix(shown).joined(separator: "; ") + (words.count > shown ? "; …" : "")
    }

    private var linkWords: String? {
        let links = selectors.flatMap { $0.executable?.links ?? [] }
        guard !links.isEmpty else { return nil }
        return links.map { link in
            let name = link.path.split(separator: "/").last ?? ""
            let file = link.target.split(separator: "/").last ?? ""
            return
                "\(link): of what runs that file, what was started as \(name) matches, and all of it with executable: \(file)"
        }.joined(separator: "; ")
    }

    private var userWords: String? {
        let missing = selectors.compactMap { selector in selector.user.flatMap { $0.number == nil ? $0.name : nil } }
        return Self.list(missing.map { "there is no user \($0.quotedExcerpt()) on this host: make it, and reload the agent" })
    }

    private func pidFileWords(_ root: KernelRoot) -> String? {
        // One more than is shown says that there are more; each is read.
        Self.list(selectors.compactMap(\.pidFile).prefix(Self.shown + 1).map { $0.words(root) })
    }
}
