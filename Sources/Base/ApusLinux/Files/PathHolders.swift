import Glibc

/// Who can have a path lead elsewhere, from the root on, through all links.
package struct PathHolders: Sendable, Equatable {
    /// The owners of the folders on the way, and of the links.
    package private(set) var owners: Set<UInt32> = []
    /// Whether anybody may put something in place of what is on the way.
    package private(set) var isOpenToAll = false
    /// Whether a group may, where the folder is root's or this process's user's.
    package private(set) var isOpenToGroup = false

    /// Nobody, before the way is walked along.
    init() {}

    /// What another process has found, which has the user of this one.
    package init(owners: Set<UInt32>, isOpenToAll: Bool, isOpenToGroup: Bool) {
        (self.owners, self.isOpenToAll, self.isOpenToGroup) = (owners, isOpenToAll, isOpenToGroup)
    }

    /// Looks at a path as it is now, whoever has to be asked for that.
    ///
    /// - Parameter path: an absolute one.
    /// - Returns: `nil` where it leads nowhere, or in a circle.
    package init?(of path: String) {
        guard let walk = try? PathWalk(path, .all) else { return nil }
        self = walk.holders
    }

    mutating func note(link: PlaceStatus) { owners.insert(link.owner) }

    mutating func note(folder: PlaceStatus) {
        owners.insert(folder.owner)
        // Under the sticky bit nobody takes away what is another's.
        guard folder.mode & S_ISVTX == 0 else { return }
        if folder.mode & S_IWOTH != 0 { isOpenToAll = true }
        if folder.mode & S_IWGRP != 0, folder.group != 0, [0, geteuid()].contains(folder.owner) { isOpenToGroup = true }
    }
}
