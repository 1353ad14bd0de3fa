import ApusLinux
import ApusProbes
import Glibc

/// What is asked of a file system that may not answer.
enum PathQuestion: Hashable, Sendable {
    /// Which file a path leads to.
    case target(String)
    /// What a pid file says.
    case pidFile(String)

    var path: String {
        switch self {
        case .target(let path), .pidFile(let path): path
        }
    }

    /// The answer, from whoever has to be asked for it: the caller may wait for ever.
    func answer() -> PathAnswer {
        switch self {
        case .target(let path):
            do throws(PathFault) { return .target(try PathWalk(path, .all).target) } catch {
                if case .failed(let code) = error, Self.outages.contains(code) { return .outage(code) }
                return .target(nil)
            }
        case .pidFile(let path):
            do throws(PidFileFault) { return .pidFile(.success(try PidFileContent(of: path))) } catch {
                if case .file(let fault) = error, let code = fault.code, Self.outages.contains(code) { return .outage(code) }
                return .pidFile(.failure(error))
            }
        }
    }

    /// What a file system answers whose server is gone, or a kernel that has no room to ask: it says nothing of the path.
    private static let outages: Set = [
        EAGAIN, ECONNABORTED, ECONNREFUSED, ECONNRESET, EHOSTDOWN, EHOSTUNREACH, EINTR, EIO, EKEYEXPIRED, EMFILE, ENETUNREACH,
        ENFILE,
        ENOMEM, ENOTCONN, EREMOTEIO, ESHUTDOWN, ESTALE, ETIMEDOUT,
    ]

    // MARK: - As the bytes of a message

    private enum Kind: String {
        case target, pidFile
    }

    var message: [UInt8] {
        var message = ChildMessage()
        switch self {
        case .target: message.append(Kind.target.rawValue)
        case .pidFile: message.append(Kind.pidFile.rawValue)
        }
        message.append(path)
        return message.bytes
    }

    /// Reads what the agent has written; `nil` for anything else.
    init?(_ bytes: [UInt8]) {
        var message = ChildMessage(bytes)
        guard let kind = message.text().flatMap({ Kind(rawValue: $0) }), let path = message.text(), message.isAtEnd else {
            return nil
        }
        switch kind {
        case .target: self = .target(path)
        case .pidFile: self = .pidFile(path)
        }
    }
}

/// What a file system has said of a path.
enum PathAnswer: Equatable, Sendable {
    /// The file that it leads to; `nil` where it leads nowhere.
    case target(String?)
    case pidFile(Result<PidFileContent, PidFileFault>)
    /// It cannot say anything of it now, by the number of errno(3).
    case outage(Int32)

    private enum Kind: String {
        case target, outage, content, noNumber, notRegular, opening, reading
    }

    var message: [UInt8] {
        var message = ChildMessage()
        func begin(_ kind: Kind) { message.append(kind.rawValue) }
        switch self {
        case .target(let path):
            begin(.target)
            message.append(value: path)
        case .pidFile(.success(let content)):
            begin(.content)
            let holders = content.holders
            for flag in [content.isOpenToOthers, holders.isOpenToAll, holders.isOpenToGroup] { message.append(flag ? 1 : 0) }
            for number in [Int(content.number), Int(content.owner), holders.owners.count] + holders.owners.map({ Int($0) }) {
                message.append(number)
            }
        case .pidFile(.failure(.noNumber)): begin(.noNumber)
        case .pidFile(.failure(.file(.open(_, let code)))):
            begin(.opening)
            message.append(Int(code))
        case .pidFile(.failure(.file(let error))):
            begin(error.code == nil ? .notRegular : .reading)
            if let code = error.code { message.append(Int(code)) }
        case .pidFile(.failure(.unknown)): break
        case .outage(let code):
            begin(.outage)
            message.append(Int(code))
        }
        return message.bytes
    }

    /// Reads an answer to a question, which is bounded by its length; `nil` for what is none.
    init?(_ bytes: [UInt8], to question: PathQuestion) {
        var message = ChildMessage(bytes)
        let path = question.path
        guard let kind = message.text().flatMap({ Kind(rawValue: $0) }) else { return nil }
        switch (kind, question) {
        case (.target, .target):
            guard let target = message.value() else { return nil }
            self = .target(target)
        case (.content, .pidFile):
            guard let content = PidFileContent(&message) else { return nil }
            self = .pidFile(.success(content))
        case (.noNumber, .pidFile): self = .pidFile(.failure(.noNumber))
        case (.notRegular, .pidFile): self = .pidFile(.failure(.file(.notRegular(path: path))))
        case (.outage, _):
            guard let code = Self.code(&message) else { return nil }
            self = .outage(code)
        case (.opening, .pidFile), (.reading, .pidFile):
            guard let code = Self.code(&message) else { return nil }
            self = .pidFile(.failure(.file(kind == .opening ? .open(path: path, code: code) : .read(path: path, code: code))))
        default: return nil
        }
        guard message.isAtEnd else { return nil }
    }

    private static func code(_ message: inout ChildMessage) -> Int32? { message.number(most: 4096).map { Int32($0) } }
}

extension PidFileContent {
    /// Reads what ``PathAnswer/message`` has written.
    fileprivate init?(_ message: inout ChildMessage) {
        var flags: [Bool] = []
        for _ in 0..<3 {
            guard let flag = message.number(most: 1) else { return nil }
            flags.append(flag == 1)
        }
        // A path of 4,096 parts and 40 links has no more owners.
        guard let number = message.number(most: Int(Int32.max)), let owner = message.number(most: Int(UInt32.max)),
            let count = message.number(most: 4200)
        else { return nil }
        var owners: Set<UInt32> = []
        for _ in 0..<count {
            guard let owner = message.number(most: Int(UInt32.max)) else { return nil }
            owners.insert(UInt32(owner))
        }
        self.init(
            number: Int32(number), owner: UInt32(owner), isOpenToOthers: flags[0],
            holders: PathHolders(owners: owners, isOpenToAll: flags[1], isOpenToGroup: flags[2]))
    }
}
