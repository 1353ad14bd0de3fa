import Glibc

/// What is wrong with the content of a state file.
package enum JournalStateFault: Error, Equatable {
    /// The file is longer than ``JournalFollowingLimits/state``.
    case tooLong
    /// The end of the file is missing, or it is no text.
    case cutOff
    case checksum
    /// The file was written by a version with another format.
    case version
    /// A line that this version does not know, or this part of one.
    case content(String)
}

/// Why the state cannot be kept or had.
package enum JournalStateError: Error, Equatable {
    case read(path: String, code: Int32)
    case write(path: String, call: String, code: Int32)
    case content(path: String, JournalStateFault)
    /// The content is wrong, and the file could not be put aside.
    case putAside(path: String, code: Int32)
}

extension JournalStateError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .read(let path, let code): "\(path): the journal's place cannot be read: \(String(cString: strerror(code)))"
        case .write(let path, let call, let code):
            "\(path): the journal's place cannot be saved: \(call): \(String(cString: strerror(code)))"
        case .putAside(let path, let code):
            "\(path): the journal's place has a wrong content, and the file cannot be put aside: \(String(cString: strerror(code)))"
        case .content(let path, let fault):
            switch fault {
            case .tooLong: "\(path): the journal's place is longer than any agent writes"
            case .cutOff: "\(path): the journal's place is cut off"
            case .checksum: "\(path): the journal's place has a wrong checksum"
            case .version: "\(path): not a file of the journal's place, or of another version"
            case .content(let part): "\(path): the journal's place has an unknown part: \(part)"
            }
        }
    }
}
