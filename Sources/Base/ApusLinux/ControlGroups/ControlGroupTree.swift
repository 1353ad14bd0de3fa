import Glibc

/// The tree of control groups below the mount: those of the unified hierarchy, and beside hierarchies of version 1 those of all of them, of
/// which a path is one group wherever it is.
package struct ControlGroupTree: Sendable {
    /// One control group for as long as it is there: one that is made anew under the same path has another number.
    package struct Folder: Hashable, Sendable {
        /// The path from the mount on, as /proc/PID/cgroup has it.
        package let path: String
        /// The inode of the folder.
        package let number: UInt64
        /// Whether the kernel's own name is text; of another one the path has U+FFFD for what is no UTF-8, and leads nowhere.
        package let isText: Bool
        /// The hierarchy that the number is of: the first of those that have it.
        package let hierarchy: Int

        package init(path: String, number: UInt64, isText: Bool = true, hierarchy: Int = 0) {
            self.path = path
            self.number = number
            self.hierarchy = hierarchy
            self.isText = isText
        }
    }

    /// A control group as a walk finds it.
    package struct Find: Sendable {
        package let folder: Folder
        /// The inodes of its folders, by the hierarchies that have it.
        package let numbers: [Int: UInt64]

        /// Whether some folder of it was there before, so that it is the same one.
        package func isSame(as former: Find) -> Bool { numbers.contains { former.numbers[$0.key] == $0.value } }
    }

    /// What one walk may take.
    package struct Bounds: Sendable {
        package let folders: Int
        package let depth: Int
        /// Nanoseconds.
        package let time: UInt64

        package init(folders: Int, depth: Int, time: UInt64) {
            self.folders = folders
            self.depth = depth
            self.time = time
        }
    }

    /// How far a walk has come.
    package struct Extent: Equatable, Sendable {
        /// Folders that were listed.
        package var listed = 0
        /// Folders that were found.
        package var found = 0
        /// Whether a bound, or the lack of a descriptor, kept it from a folder that it was to look into.
        package var isCut = false

        package init(listed: Int = 0, found: Int = 0, isCut: Bool = false) {
            self.listed = listed
            self.found = found
            self.isCut = isCut
        }
    }

    package let root: KernelRoot

    package init(_ root: KernelRoot) { self.root = root }

    /// Whether the groups of several hierarchies are taken together.
    package var isMixed: Bool { !root.isUnified }

    /// The group with a path, as it is there now.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isAbsence`` where there is none in sight.
    package func folder(_ path: String) throws(LinuxError) -> Folder {
        var status = stat()
        let versionOne = KernelRoot.versionOne.map { "\(root.hierarchies)/\($0)\(path)" }
        let unified = [root.unifiedFolder(of: path)]
        let places = root.isUnified ? unified : versionOne + unified
        guard let place = places.firstIndex(where: { $0.map { stat($0, &status) == 0 } ?? false }) else {
            throw .open(path: path, code: ENOENT)
        }
        return Folder(path: path, number: UInt64(status.st_ino), hierarchy: place)
    }

    /// What the kernel calls the group of the unified hierarchy with a path, and those below it: the inodes of their folders.
    ///
    /// - Returns: none where it is not there; `nil` where it has more below it than `most`.
    package func numbers(of path: String, atMost most: Int = 256) -> [UInt64]? {
        guard let folder = root.unifiedFolder(of: path) else { return [] }
        var status = stat()
        guard stat(folder, &status) == 0 else { return [] }
        var numbers = [UInt64(status.st_ino)]
        let extent = walk([folder], "", within: Bounds(folders: most, depth: 16, time: 100_000_000), ()) { below, _ in
            numbers.append(below.folder.number)
            return ()
        }
        return extent.isCut ? nil : numbers
    }

    /// Finds groups from the top down, so that what is cut is what lies deepest. The root of all is left out, as it is the whole machine, and
    /// so is what lies below a folder whose name is no text.
    ///
    /// - Parameter visit: is given a group and what was carried to it, and says what is carried to those below it; `nil`: they are not
    ///   looked for.
    package func walk<Carried>(
        within bounds: Bounds, carrying first: Carried, _ visit: (Find, Carried) -> Carried?
    ) -> Extent {
        if !root.isUnified {
            let versionOne = KernelRoot.versionOne.map { "\(root.hierarchies)/\($0)" }
            // Where the mount shows a part of the unified hierarchy, its paths are not those of the others.
            let unified = root.mountedBase.isEmpty ? [root.controlGroups] : []
            let extent = walk(versionOne + unified, "", within: bounds, first, visit)
            if extent.found > 0 || extent.isCut { return extent }
        }
        return walk([root.controlGroups], root.mountedBase, within: bounds, first, visit)
    }

    /// - Parameter mounts: the hierarchies whose groups are taken together, by their paths.
    private func walk<Carried>(
        _ mounts: [String], _ base: String, within bounds: Bounds, _ first: Carried, _ visit: (Find, Carried) -> Carried?
    ) -> Extent {
        var extent = Extent()
        let deadline = Self.now() &+ bounds.time
        var level: [(below: String, places: [Int], carried: Carried)] = [("", Array(mounts.indices), first)]
        var depth = 0
        while !level.isEmpty {
            guard depth < bounds.depth else {
                extent.isCut = true
                break
            }
            depth += 1
            var next: [(below: String, places: [Int], carried: Carried)] = []
            for (below, places, carried) in level {
                guard extent.listed < bounds.folders, Self.now() < deadline else {
                    extent.isCut = true
                    return extent
                }
                extent.listed += 1
                for child in children(of: places.map { ($0, mounts[$0] + below) }, &extent) {
                    extent.found += 1
                    let folder = Folder(
                        path: "\(base)\(below)/\(child.name)", number: child.number, isText: child.isText,
                        hierarchy: child.hierarchy)
                    guard let carried = visit(Find(folder: folder, numbers: child.numbers), carried), !child.places.isEmpty,
                        child.isText
                    else { continue }
                    next.append(("\(below)/\(child.name)", child.places, carried))
                }
            }
            level = next
        }
        return extent
    }

    private struct Child {
        let name: String
        /// As the kernel has it.
        let bytes: [UInt8]
        let number: UInt64
        let isText: Bool
        let hierarchy: Int
        /// The inodes of its folders by their hierarchies.
        var numbers: [Int: UInt64]
        /// The hierarchies in which it may have folders in it.
        var places: [Int]
    }

    /// The folders in a folder, in whichever hierarchy, in the order of their names; none of one that has gone.
    private func children(of folders: [(hierarchy: Int, path: String)], _ extent: inout Extent) -> [Child] {
        guard folders.count > 1 else {
            return folders.flatMap { children(of: $0.path, $0.hierarchy, &extent) }.sorted { $0.name < $1.name }
        }
        var merged: [[UInt8]: Child] = [:]
        for (hierarchy, path) in folders {
            for child in children(of: path, hierarchy, &extent) {
                merged[child.bytes]?.numbers.merge(child.numbers) { first, _ in first }
                if merged[child.bytes]?.places.append(contentsOf: child.places) == nil { merged[child.bytes] = child }
            }
        }
        return merged.values.sorted { $0.name < $1.name }
    }

    private func children(of folder: String, _ hierarchy: Int, _ extent: inout Extent) -> [Child] {
        guard let stream = opendir(folder) else {
            if ![ENOENT, ENOTDIR, ENODEV].contains(errno) { extent.isCut = true }
            return []
        }
        defer { closedir(stream) }
        var children: [Child] = []
        while let entry = readdir(stream) {
            guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
            var status = stat()
            // In bounds: the kernel ends the name with a null within the array.
            let (bytes, result) = withUnsafeBytes(of: &entry.pointee.d_name) { name in
                let bytes = Array(name.prefix { $0 != 0 })
                let start = name.baseAddress?.assumingMemoryBound(to: CChar.self)
                return (bytes, start.map { fstatat(dirfd(stream), $0, &status, AT_SYMLINK_NOFOLLOW) } ?? -1)
            }
            let text = String(validating: bytes, as: UTF8.self)
            guard text != ".", text != "..", result == 0 else { continue }
            // The kernel counts a link for each folder in a group, and two of its own.
            children.append(
                Child(
                    name: text ?? String(decoding: bytes, as: UTF8.self), bytes: bytes, number: UInt64(status.st_ino),
                    isText: text != nil, hierarchy: hierarchy, numbers: [hierarchy: UInt64(status.st_ino)],
                    places: !root.isMachine || status.st_nlink > 2 ? [hierarchy] : []))
        }
        return children
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
