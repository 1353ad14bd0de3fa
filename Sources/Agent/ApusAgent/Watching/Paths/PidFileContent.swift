import ApusLimits
import ApusLinux
import Glibc

/// What a pid file says, and who can have it say that.
struct PidFileContent: Equatable, Sendable {
    /// The number in its first line.
    let number: Int32
    let owner: UInt32
    /// Whether others than the owner may write it.
    let isOpenToOthers: Bool
    /// Who can put another file in its place.
    let holders: PathHolders

    init(number: Int32, owner: UInt32, isOpenToOthers: Bool, holders: PathHolders) {
        self.number = number
        self.owner = owner
        self.isOpenToOthers = isOpenToOthers
        self.holders = holders
    }

    /// Reads the file at the end of a walk.
    init(_ walk: PathWalk, _ path: String) throws(PidFileFault) {
        let (file, number) = try Self.read(walk.place, path)
        let isPrivileged = [0, geteuid()].contains(file.owner)
        self.init(
            number: number, owner: file.owner, isOpenToOthers: file.isOpenToAll || isPrivileged && file.isOpenToGroup,
            holders: walk.holders)
    }

    /// Reads the file that a path leads to, whoever has to be asked for it.
    init(of path: String) throws(PidFileFault) {
        let walk: PathWalk
        do throws(PathFault) { walk = try PathWalk(path, .all) } catch { throw PidFileFault(error, path) }
        try self.init(walk, path)
    }

    private static let blanks = Set(" \t\r".utf8)

    /// Reads the file of a place, and the number in its first line.
    static func read(_ place: OpenPlace, _ path: String) throws(PidFileFault) -> (file: WholeFile.Contents, number: Int32) {
        let file: WholeFile.Contents
        do throws(LinuxError) {
            file = try WholeFile.contents(of: place, path, longest: WatchLimits.pidFile.value.bytes, isStored: true)
        } catch { throw .file(error) }
        var line = file.bytes.prefix { $0 != UInt8(ascii: "\n") }
        while let last = line.last, Self.blanks.contains(last) { line.removeLast() }
        let digits = line.drop { Self.blanks.contains($0) }
        guard let number = Int32(String(decoding: digits, as: UTF8.self)), number > 0 else { throw .noNumber }
        return (file, number)
    }
}

/// Why no number is had of a pid file.
enum PidFileFault: Error, Equatable, Sendable {
    case file(LinuxError)
    case noNumber
    /// Its file system has not said anything of it.
    case unknown(isSilent: Bool)

    /// The fault of a path that leads nowhere.
    init(_ fault: PathFault, _ path: String) {
        switch fault {
        case .failed(let code): self = .file(.open(path: path, code: code))
        case .unasked: self = .unknown(isSilent: false)
        }
    }

    /// What it is, and what to do.
    var reason: String {
        switch self {
        case .noNumber: "holds no number in its first line: let the program write the number of its process there"
        case .file(let error) where error.code == ENOENT || error.code == ENOTDIR:
            "is not there: start the program, or name the file that it writes"
        case .file(let error) where error.isForbidden:
            "may not be read by uid \(geteuid()): \(error.reason): let this user read the file, and search its folders"
        case .file(let error) where error.code == EFBIG:
            "is longer than \(WatchLimits.pidFile.value.limitText): name the file that holds the number alone"
        case .file(let error): "cannot be read: \(error.reason)"
        case .unknown(isSilent: true):
            "is on a file system that does not answer: see what serves it, or keep the file on a local one, such as /run"
        case .unknown(isSilent: false): "is on a file system that has yet to be asked, which is done at each turn"
        }
    }
}
