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
    /// Read last, as it tells whether all before was of this group.
    private let identity: (kind: ControlGroupFile, file: ProcFile)

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
        func path(_ kind: String?) -> String? { Self.path(of: folder, places, kind) }
        let kinds = ControlGroupFile.all.filter { (isWhole || $0.isOfTime) && Self.isWanted($0, path(nil), root) }
        let first = kinds.enumerated().lazy.compactMap { place, kind in
            Self.open(kind, path(kind.controller), root).map { (place, (kind, $0)) }
        }.first
        guard let first else { throw .open(path: folder.path, code: ENOENT) }
        identity = first.1
        missing = kinds
        missing.remove(at: first.0)
        refresh()
    }

    /// Looks again for files that it had not, as those of a controller that has been switched on for it since.
    package mutating func refresh() {
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
    /// - Throws: ``LinuxError``; ``LinuxError/isAbsence`` once it has been removed.
    package func read() throws(LinuxError) -> ControlGroupReading {
        var reading = ControlGroupReading()
        for (kind, kept) in files {
            // One that is not there for once, as pressure information that is switched off, says nothing.
            guard let file = kept ?? open(kind) else { continue }
            try? kind.take(from: file, root, &reading)
        }
        try identity.kind.take(from: identity.file, root, &reading)
        reading.gauges.noteUnreclaimable()
        return reading
    }
}
