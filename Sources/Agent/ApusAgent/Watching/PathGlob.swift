/// A pattern for paths: `*` stands for any text without a slash, `**` for any text, and `?` for one character that is no slash.
///
/// `/**/` stands for a slash as well, so that `/srv/**/node` is `/srv/node` too. Every other character, brackets included, stands for
/// itself. The time of a match grows with the product of both lengths at the most, whatever they hold.
package struct PathGlob: Sendable, Hashable, CustomStringConvertible {
    private enum Token: Sendable, Hashable {
        case scalar(Unicode.Scalar)
        case one
        case many
        case manyFolders
    }

    package let description: String
    private let tokens: [Token]
    /// What every path that matches begins with.
    private let beginning: String

    package init(_ text: String) {
        description = text
        var tokens: [Token] = []
        for scalar in text.unicodeScalars {
            switch (scalar, tokens.last) {
            case ("*", .many): tokens[tokens.count - 1] = .manyFolders
            case ("*", .manyFolders): break
            case ("*", _): tokens.append(.many)
            case ("?", _): tokens.append(.one)
            default: tokens.append(.scalar(scalar))
            }
        }
        self.tokens = tokens
        let literal = text.unicodeScalars.prefix { $0 != "*" && $0 != "?" }
        beginning = String(String.UnicodeScalarView(literal))
    }

    /// Whether the pattern matches a whole path.
    package func matches(_ path: some StringProtocol) -> Bool { matches(path, isFolder: false) }

    /// Whether the pattern matches a path or a folder that it is in.
    package func matches(inOrBelow path: some StringProtocol) -> Bool { matches(path, isFolder: true) }

    /// Whether the pattern can match a path that begins with this folder and a slash.
    package func mayMatch(below folder: String) -> Bool {
        let path = folder + "/"
        guard path.utf8.starts(with: beginning.utf8) || beginning.utf8.starts(with: path.utf8) else { return false }
        var places = start
        for scalar in path.unicodeScalars { places = step(scalar, places) }
        return places.contains(true)
    }

    private func matches(_ path: some StringProtocol, isFolder: Bool) -> Bool {
        guard path.utf8.starts(with: beginning.utf8) else { return false }
        var places = start
        for scalar in path.unicodeScalars {
            if isFolder && scalar == "/" && places[tokens.count] { return true }
            places = step(scalar, places)
        }
        return places[tokens.count]
    }

    /// The places in the pattern at which what was read of a path can end, before anything is read.
    private var start: [Bool] {
        var places = [Bool](repeating: false, count: tokens.count + 1)
        reach(0, &places)
        return places
    }

    /// The places after one character more.
    private func step(_ scalar: Unicode.Scalar, _ places: [Bool]) -> [Bool] {
        var next = [Bool](repeating: false, count: tokens.count + 1)
        for (place, token) in tokens.enumerated() where places[place] {
            switch token {
            case .scalar(let own): if own == scalar { reach(place + 1, &next) }
            case .one: if scalar != "/" { reach(place + 1, &next) }
            case .many: if scalar != "/" { reach(place, &next) }
            case .manyFolders: reach(place, &next)
            }
        }
        return next
    }

    /// Marks a place, and those that are reached from it by nothing.
    private func reach(_ place: Int, _ places: inout [Bool]) {
        guard !places[place] else { return }
        places[place] = true
        guard place < tokens.count, tokens[place] == .many || tokens[place] == .manyFolders else { return }
        reach(place + 1, &places)
        let isWholePart = place == 0 || tokens[place - 1] == .scalar("/")
        if tokens[place] == .manyFolders, isWholePart, place + 1 < tokens.count, tokens[place + 1] == .scalar("/") {
            reach(place + 2, &places)
        }
    }
}
