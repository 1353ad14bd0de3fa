import Glibc

/// One control group, looked at through files that stay open: once it has been removed they say so, whatever is made under its name.
///
/// What the unified hierarchy does not say of it is read from the controllers of version 1, below which systemd or a container's runtime
/// makes a group with the same path, unless a process in it says another one.
package struct ControlGroup: Sendable {
    /// Bytes that are read of a file with lines for each block device.
    package static let mostDeviceBytes = ControlGroupFile.mostDeviceBytes
    package let folder: ControlGroupTree.Folder
    /// Its paths in each hierarchy, as ``ControlGroups/ownPlaces`` has them; `nil`: its path in all of them.
    package let places: [String: String]?
    private let root: KernelRoot
    private let keepsOpen: Bool
    /// What is read first to last, with what is kept open of it.
    private var files: [(kind: ControlGroupFile, file: ProcFile?)] = []
    /// What it does not have now.
    private var missing: [ControlGroupFile] = []
    /// The inodes of its folders in the hierarchies beside which version 1 is, by controller; the unified one is ``ControlGroups/unifiedPlace``.
    private var numbers: [String: UInt64] = [:]
    /// Read last, as it tells whether all before was of this group.
    private var identity: (kind: ControlGroupFile, file: ProcFile)

    /// Opens a group.
    ///
    /// - Parameters:
    ///   - places: its paths where a process in it says them, as ``ControlGroups/ownPlaces`` has them.
    ///   - isWhole: whether all is read that there is, and not its CPU time alone.
    ///   - keepsOpen: whether every file is kept open, some fifteen descriptors, and not one alone.
    /// - Throws: ``LinuxError``; ``LinuxError/isAbsence`` of one that has gone, or has none of the files.
    package init(
        _ folder: ControlGroupTree.Folder, at places: [String: String]? = nil, root: KernelRoot, isWhole: Bool, keepsOpen: Bool
    ) throws(LinuxError) {
        self.folder = folder
        self.places = places
        self.root = root
        self.keepsOpen = keepsOpen
        let unified = Self.path(of: folder, places, nil)
        var kinds = ControlGroupFile.all.filter { (isWhole || $0.isOfTime) && Self.isWanted($0, unified, root) }
        guard let first = Self.takeFirst(of: &kinds, folder, places, root) else {
            throw .open(path: folder.path, code: ENOENT)
        }
        identity = first
        missing = kinds
        refresh()
    }

    /// Opens the first file that is there, and takes it out of the list.
    private static func takeFirst(
        of kinds: inout [ControlGroupFile], _ folder: ControlGroupTree.Folder, _ places: [String: String]?, _ root: KernelRoot
    ) -> (kind: ControlGroupFile, file: ProcFile)? {
        for (place, kind) in kinds.enumerated() {
            guard let file = open(kind, path(of: folder, places, kind.controller), root) else { continue }
            kinds.remove(at: place)
            return (kind, file)
        }
        return nil
    }

    /// Looks again for files that it had not, as those of a controller that has been switched on for it since.
    package mutating func refresh() {
        if !root.isUnified {
            let now = Self.folders(of: folder, places, root)
            if numbers.isEmpty || isOneOf(now) { numbers = now }
        }
        missing = missing.filter { kind in
            guard let file = open(kind) else { return true }
            files.append((kind, keepsOpen ? file : nil))
            return false
        }
    }

    /// Its path in the hierarchy of a controller of version 1, or in the unified one; `nil` where it is not there.
    private static func path(
        of folder: ControlGroupTree.Folder, _ places: [String: String]?, _ controller: String?
    ) -> String? {
        places.map { $0[controller ?? ControlGroups.unifiedPlace] } ?? folder.path
    }

    private func open(_ kind: ControlGroupFile) -> ProcFile? {
        Self.open(kind, Self.path(of: folder, places, kind.controller), root)
    }

    private static func open(_ kind: ControlGroupFile, _ path: String?, _ root: KernelRoot) -> ProcFile? {
        path.flatMap { kind.path(of: $0, root) }.flatMap { try? ProcFile($0) }
    }

    /// Whether a file is to be read: one of version 1 is where the unified hierarchy has nothing in its place.
    ///
    /// - Parameter path: its path in the unified one; `nil` where it is not there.
    private static func isWanted(_ kind: ControlGroupFile, _ path: String?, _ root: KernelRoot) -> Bool {
        guard kind.controller != nil, let better = kind.better else { return true }
        return path.flatMap(root.unifiedFolder).map { access("\($0)/\(better)", F_OK) != 0 } ?? true
    }

    /// Reads what the kernel says of it now: some 2 µs a file that is kept open.
    ///
    /// Beside hierarchies of version 1 a controller's folder may go, or be made anew, while those of others stay: it is the same group for as
    /// long as one of them is there, and ``RunningFigures`` are for counts that begin anew then.
    ///
    /// - Throws: ``LinuxError``; ``LinuxError/isAbsence`` once it has been removed.
    package mutating func read() throws(LinuxError) -> ControlGroupReading {
        var reading = ControlGroupReading()
        var gone: [Int] = []
        for (place, (kind, kept)) in files.enumerated() {
            // One that is not there for once, as pressure information that is switched off, says nothing.
            guard let file = kept ?? open(kind) else { continue }
            do throws(LinuxError) { try kind.take(from: file, root, &reading) } catch {
                if kept != nil, error.isAbsence { gone.append(place) }
            }
        }
        // It is looked for again: a controller that was switched off and on has another file.
        for place in gone.reversed() { missing.append(files.remove(at: place).kind) }
        do throws(LinuxError) { try identity.kind.take(from: identity.file, root, &reading) } catch {
            guard error.isAbsence, !root.isUnified, try findAnotherIdentity(&reading) else { throw error }
        }
        reading.gauges.noteUnreclaimable()
        return reading
    }

    /// Whether some folder is there that was before, so that it is the same group.
    private func isOneOf(_ now: [String: UInt64]) -> Bool { now.contains { numbers[$0.key] == $0.value } }

    private static func folders(
        of folder: ControlGroupTree.Folder, _ places: [String: String]?, _ root: KernelRoot
    ) -> [String: UInt64] {
        var numbers: [String: UInt64] = [:]
        for controller in KernelRoot.versionOne.map(Optional.some) + [nil] {
            let path = path(of: folder, places, controller)
            let place = path.flatMap { path in
                controller.map { "\(root.hierarchies)/\($0)\(path)" } ?? root.unifiedFolder(of: path)
            }
            var status = stat()
            if let place, stat(place, &status) == 0 {
                numbers[controller ?? ControlGroups.unifiedPlace] = UInt64(status.st_ino)
            }
        }
        return numbers
    }

    /// Goes on by another file of the same path, where one is there still.
    private mutating func findAnotherIdentity(_ reading: inout ControlGroupReading) throws(LinuxError) -> Bool {
        guard isOneOf(Self.folders(of: folder, places, root)) else { return false }
        var kinds = [identity.kind] + files.map(\.kind) + missing
        guard let first = Self.takeFirst(of: &kinds, folder, places, root) else { return false }
        (identity, files, missing) = (first, [], kinds)
        refresh()
        try identity.kind.take(from: identity.file, root, &reading)
        return true
    }
}
