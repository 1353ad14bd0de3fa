import Glibc

/// Who can have a path lead elsewhere, from the root on, through all links.
package struct PathHolders: Sendable {
    /// The owners of the folders on the way, and of the links.
    package private(set) var owners: Set<UInt32> = []
    /// Whether anybody may put something in place of what is on the way.
    package private(set) var isOpenToAll = false
    /// Whether a group may, where the folder is root's or this process's user's.
    package private(set) var isOpenToGroup = false

    /// As many links as the kernel follows.
    private static let mostLinks = 40

    /// Looks at a path as it is now.
    ///
    /// - Parameter path: an absolute one.
    /// - Returns: `nil` where it leads nowhere, or in a circle.
    package init?(of path: String) {
        var rest = Array(path.split(separator: "/").reversed())
        var place = ""
        var links = 0
        guard note(folder: "/") else { return nil }
        while let part = rest.popLast() {
            if part == "." { continue }
            if part == ".." {
                place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
                continue
            }
            let next = "\(place)/\(part)"
            var status = stat()
            guard lstat(next, &status) == 0 else { return nil }
            guard status.st_mode & S_IFMT == S_IFLNK else {
                if status.st_mode & S_IFMT == S_IFDIR, !note(folder: next) { return nil }
                place = next
                continue
            }
            links += 1
            guard links <= Self.mostLinks, let target = Self.target(of: next) else { return nil }
            owners.insert(status.st_uid)
            if target.hasPrefix("/") { place = "" }
            rest += target.split(separator: "/").reversed()
        }
    }

    private mutating func note(folder: String) -> Bool {
        var status = stat()
        guard lstat(folder, &status) == 0 else { return false }
        owners.insert(status.st_uid)
        // Under the sticky bit nobody takes away what is another's.
        guard status.st_mode & S_ISVTX == 0 else { return true }
        if status.st_mode & S_IWOTH != 0 { isOpenToAll = true }
        if status.st_mode & S_IWGRP != 0, status.st_gid != 0, [0, geteuid()].contains(status.st_uid) { isOpenToGroup = true }
        return true
    }

    private static func target(of link: String) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        // In bounds: the kernel writes at most the count that it is given.
        let count = readlink(link, &target, target.count)
        return count > 0 ? String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
