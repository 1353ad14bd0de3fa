import ApusLinux

/// The descriptors of processes: five of each for as long as there are as many, and of the others one, their folder's.
///
/// What is read of a process through its folder alone is opened and closed at each look: two calls of the kernel more for each file.
extension GroupRoll {
    /// How many change over at a time: with each more of them the others are walked through less often.
    private static let changed = 64
    /// How many may have their files opened at a turn.
    private static let openedAtTurn = 512

    /// The descriptors that members take now.
    private var held: Int { members.count + (GroupMember.descriptors - 1) * openMembers }

    /// Whether one process more may keep its files open; where it may not, others close theirs if there is not even room for its folder.
    mutating func mayKeepFilesOpen() -> Bool {
        guard held > descriptors - GroupMember.descriptors else { return true }
        if held >= descriptors { keepFilesOpen(false, ofAtMost: Self.changed) }
        return false
    }

    /// Opens the files of processes for which there is room again, and leaves an eighth of all descriptors to those who come.
    mutating func openFiles() {
        let room = (descriptors - descriptors / 8 - held) / (GroupMember.descriptors - 1)
        guard room > 0, openMembers < members.count else { return }
        keepFilesOpen(true, ofAtMost: min(room, Self.openedAtTurn))
    }

    private mutating func keepFilesOpen(_ keepsOpen: Bool, ofAtMost most: Int) {
        var rest = most
        for member in members.values where rest > 0 && member.process.keepsFilesOpen != keepsOpen {
            member.keepFilesOpen(keepsOpen)
            guard member.process.keepsFilesOpen == keepsOpen else { continue }
            openMembers += keepsOpen ? 1 : -1
            rest -= 1
        }
    }
}
