import Glibc

/// A walk along a path from the root on, part by part and through all links: where it leads, and who can have it lead elsewhere.
///
/// ```swift
/// let mounts = LocalMounts()
/// let walk = try PathWalk("/run/checkout.pid", .local(mounts))   // waits for nobody
/// let whole = try PathWalk("/mnt/team/checkout.pid", .all)       // may wait for ever
/// ```
package struct PathWalk {
    /// What the path leads to.
    package let place: OpenPlace
    package let status: PlaceStatus
    /// The path without links.
    package let target: String
    package let holders: PathHolders

    /// How far a walk goes.
    package enum Reach {
        /// To where somebody else would have to be asked.
        case local(LocalMounts)
        /// To the end, whoever has to be asked on the way.
        case all
    }

    /// As many links as the kernel follows.
    private static let mostLinks = 40
    /// The parts of a path and of its links together: twice those that a path can have.
    private static let mostParts = 4096

    /// Walks along a path as it is now.
    ///
    /// - Parameter path: an absolute one.
    /// - Throws: ``PathFault``: it leads nowhere, or in a circle, or past the reach.
    package init(_ path: String, _ reach: Reach) throws(PathFault) {
        var rest = Self.parts(of: path)
        var names: [String] = []
        let root = try OpenPlace()
        let rootStatus = try PlaceStatus(root, asks: reach.asks)
        var (place, status) = (root, rootStatus)
        var holders = PathHolders()
        holders.note(folder: status)
        var (links, parts) = (0, 0)
        // What is opened in a folder of it has its number only where it is the same mount.
        var known: UInt64?
        while let part = rest.popLast() {
            guard status.isFolder else { throw .failed(ENOTDIR) }
            if part == "." { continue }
            parts += 1
            guard parts <= Self.mostParts else { throw .failed(ENAMETOOLONG) }
            if status.mount != known { try reach.require(status.mount) }
            known = status.mount
            let next = try OpenPlace(part, in: place, asks: reach.asks)
            let found = try PlaceStatus(next, asks: reach.asks)
            if found.isLink {
                links += 1
                guard links <= Self.mostLinks else { throw .failed(ELOOP) }
                if found.mount != known { try reach.require(found.mount) }
                let text = try next.linkText()
                holders.note(link: found)
                if text.utf8.first == UInt8(ascii: "/") { (place, status, names) = (root, rootStatus, []) }
                rest += Self.parts(of: text)
                continue
            }
            if part == ".." { _ = names.popLast() } else { names.append(part) }
            (place, status) = (next, found)
            if found.isFolder { holders.note(folder: found) }
        }
        (self.place, self.status, self.holders) = (place, status, holders)
        target = "/" + names.joined(separator: "/")
    }

    /// The parts of a path, the first at the end. What ends with a slash is to be a folder, as `.` behind it has it.
    private static func parts(of path: String) -> [String] {
        let slash = UInt8(ascii: "/")
        let parts = path.utf8.split(separator: slash).map { String(decoding: $0, as: UTF8.self) }
        return (path.utf8.last == slash ? parts + ["."] : parts).reversed()
    }

    /// The file that a path leads to through all links, by what the kernel has at hand and what local file systems say.
    ///
    /// - Throws: ``PathFault``.
    package static func target(of path: String, _ mounts: LocalMounts) throws(PathFault) -> String {
        if let target = try OpenPlace.cached(path)?.path { return target }
        return try PathWalk(path, .local(mounts)).target
    }
}

extension PathWalk.Reach {
    /// Whether file systems are asked for what the kernel has at hand.
    fileprivate var asks: Bool {
        switch self {
        case .local: false
        case .all: true
        }
    }

    /// Ends the walk before somebody else is asked who is past the reach.
    fileprivate func require(_ mount: UInt64) throws(PathFault) {
        switch self {
        case .local(let mounts): guard mounts.isLocal(mount) else { throw .unasked(mount: mount) }
        case .all: break
        }
    }
}
