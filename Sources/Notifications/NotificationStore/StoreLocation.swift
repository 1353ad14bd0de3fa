/// Where the notifications are kept: the one value that the topology declares and every process opens.
///
/// Its text is a URI, such as `sqlite:data/notifications.sqlite`, so that one option of a command names any kind of store.
package enum StoreLocation: Hashable, Sendable, CustomStringConvertible {
    /// A file of SQLite, which processes of one machine share.
    case sqlite(path: String)

    /// Reads the text of a location.
    ///
    /// - Throws: ``StoreLocationError`` when it names no kind of store that there is, or nothing of one.
    package init(parsing text: String) throws(StoreLocationError) {
        let scheme = text.prefix { $0 != ":" }
        let path = text.dropFirst(scheme.count + 1)
        guard scheme.lowercased() == "sqlite", !path.isEmpty else { throw StoreLocationError(text: text) }
        self = .sqlite(path: String(path))
    }

    /// The text that ``init(parsing:)`` reads.
    package var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        }
    }

    /// The name by which messages speak of the place: the path of a file.
    package var name: String {
        switch self {
        case .sqlite(let path): path
        }
    }

    /// The location as seen from anywhere: a path that is not absolute is one below the folder.
    package func below(_ folder: String) -> Self {
        switch self {
        case .sqlite(let path) where path.hasPrefix("/"): self
        case .sqlite(let path): .sqlite(path: folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)")
        }
    }
}

/// A text that is the location of no store.
package struct StoreLocationError: Error, Hashable, CustomStringConvertible {
    let text: String

    package var description: String { "“\(text)” names no store: write sqlite:PATH, such as sqlite:notifications.sqlite" }
}
