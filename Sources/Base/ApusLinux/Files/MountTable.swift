/// The mounts of a list such as /proc/self/mountinfo, and which of them ask nobody.
package struct MountTable: Sendable {
    package private(set) var local: Set<UInt64> = []
    /// What asks others, and where it is: `/mnt/team (nfs4)`.
    package private(set) var others: [UInt64: String] = [:]

    package init() {}

    /// The file systems that ask nobody. Any other may: of the network, in user space (FUSE), or unknown to this version.
    private static let kinds: Set = [
        "bcachefs", "btrfs", "devtmpfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "iso9660", "jfs", "nilfs2", "ntfs3",
        "proc", "ramfs", "reiserfs", "rootfs", "squashfs", "sysfs", "tmpfs", "vfat", "xfs", "zfs",
    ]

    /// An overlay, which is as local as what lies under it.
    private struct Overlay {
        let number: UInt64
        let layers: [String]
    }

    /// Takes in a list.
    ///
    /// - Parameter text: `nil` where it could not be read: what was known stands.
    package mutating func take(_ text: [UInt8]?) {
        guard let text else { return }
        (local, others) = ([], [:])
        var overlays: [Overlay] = []
        var numbers: [String: UInt64] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            // Any number of optional fields before the dash (proc_pid_mountinfo(5)).
            guard parts.count > 6, let number = UInt64(parts[0]), let dash = parts[6...].firstIndex(of: "-"),
                dash + 1 < parts.count
            else { continue }
            let (place, kind) = (parts[4], parts[dash + 1])
            // What was mounted last at a place covers what was there before.
            numbers[place] = number
            if Self.kinds.contains(kind) {
                local.insert(number)
                continue
            }
            others[number] = "\(place) (\(kind))"
            guard kind == "overlay" else { continue }
            if place == "/" {
                // Its layers are in sight of no path, and what this process runs from is there: it would not run if that hung.
                local.insert(number)
                others[number] = nil
            } else if let layers = Self.layers(parts.dropFirst(dash + 3).joined(separator: " ")) {
                overlays.append(Overlay(number: number, layers: layers))
            }
        }
        // One overlay may lie on another, and is listed behind it or before.
        var isChanged = true
        while isChanged {
            isChanged = false
            for overlay in overlays where !local.contains(overlay.number) {
                guard overlay.layers.allSatisfy({ Self.mount(of: $0, numbers).map(local.contains) ?? false }) else { continue }
                local.insert(overlay.number)
                others[overlay.number] = nil
                isChanged = true
            }
        }
    }

    /// The folders that an overlay shows, by its options; `nil` where these do not say them all.
    private static func layers(_ options: String) -> [String]? {
        var layers: [String] = []
        for option in options.split(separator: ",") {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard ["lowerdir", "lowerdir+", "datadir+", "upperdir", "workdir"].contains(String(parts[0])) else { continue }
            guard parts.count == 2 else { return nil }
            layers += parts[1].split(separator: ":").map { String($0) }
        }
        // One that is relative is so to a folder that nobody knows any more; a backslash stands for a sign that could be any.
        guard !layers.isEmpty,
            layers.allSatisfy({ $0.utf8.first == UInt8(ascii: "/") && !$0.utf8.contains(UInt8(ascii: "\\")) })
        else { return nil }
        // A whole list of lower ones has at least one.
        return options.split(separator: ",").contains { $0.hasPrefix("lowerdir") } ? layers : nil
    }

    /// The mount that a folder is on, by the longest path of a mount that it begins with.
    private static func mount(of folder: String, _ numbers: [String: UInt64]) -> UInt64? {
        let parts = folder.split(separator: "/")
        guard !parts.contains(".."), !parts.contains(".") else { return nil }
        for count in stride(from: parts.count, to: 0, by: -1) {
            if let number = numbers["/" + parts[..<count].joined(separator: "/")] { return number }
        }
        return numbers["/"]
    }
}
