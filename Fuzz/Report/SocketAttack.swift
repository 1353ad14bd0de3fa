import ApusSegment
import CLinux
import Glibc

/// Messages with descriptors over a socket of packets, received as the agent receives them: what arrives is what was sent, or is
/// refused whole, and no descriptor is left open.
enum SocketAttack {
    static func run(_ steps: ByteProgram) {
        var program = steps
        let before = open
        exchange(&program)
        require(open == before, "a descriptor is left open")
    }

    /// Which of the numbers that an exchange can come to are of open descriptors.
    private static var open: [Bool] { (3..<48).map { fcntl($0, F_GETFD) >= 0 } }

    private static func exchange(_ program: inout ByteProgram) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) == 0 else { return }
        defer { for end in ends { close(end) } }
        for _ in 0..<8 where !program.isAtEnd {
            let message = message(&program)
            let kind = program.byte()
            let descriptor = descriptor(kind)
            defer { if descriptor >= 0 { close(descriptor) } }
            // A packet without bytes is read as the end of the connection.
            guard !message.isEmpty, apus_send_with_descriptor(ends[0], message, message.count, descriptor) == message.count
            else {
                continue
            }
            check(received: receive(ends[1]), message, descriptor, isSegment: kind % kinds == kinds - 1)
            answer(message, over: ends)
        }
    }

    /// A hello with a change, or any bytes; some are longer than a message may be.
    private static func message(_ program: inout ByteProgram) -> [UInt8] {
        let shape = program.byte()
        var bytes = program.text()
        if shape & 1 != 0 { bytes = Array("apus-report 1\nservice=a\ninstance=b\n".utf8) + bytes }
        if shape & 2 != 0 { bytes += [UInt8](repeating: UInt8(ascii: "x"), count: Int(program.number(UInt16.self)) % 8192) }
        if shape & 4 != 0, !bytes.isEmpty { bytes[Int(program.byte()) % bytes.count] = program.byte() }
        return bytes
    }

    /// What another process may hand over; -1 for nothing. The last kind alone is a segment.
    private static func descriptor(_ kind: UInt8) -> Int32 {
        switch kind % kinds {
        case 0: -1
        case 1: Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)
        case 2: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        case 3: memory(size: SegmentLayout.size, isSealed: false)
        case 4: memory(size: 4096, isSealed: true)
        default: memory(size: SegmentLayout.size, isSealed: true)
        }
    }

    private static let kinds: UInt8 = 6

    /// Memory with the header of a segment.
    private static func memory(size: Int, isSealed: Bool) -> Int32 {
        let descriptor = apus_memfd_create("fuzz")
        _ = ftruncate(descriptor, off_t(size))
        var magic = SegmentLayout.magic
        var version = SegmentLayout.version
        var planes: UInt32 = 1
        pwrite(descriptor, &magic, 8, off_t(SegmentLayout.Header.magic))
        pwrite(descriptor, &version, 4, off_t(SegmentLayout.Header.version))
        pwrite(descriptor, &planes, 4, off_t(SegmentLayout.Header.planes))
        if isSealed { _ = apus_memfd_seal(descriptor) }
        return descriptor
    }

    private struct Received {
        let bytes: [UInt8]
        let descriptor: Int32
    }

    /// Nil for a message that was refused.
    private static func receive(_ socket: Int32) -> Received? {
        var buffer = [UInt8](repeating: 0, count: Hello.longest)
        var descriptor: Int32 = -1
        let count = apus_peek_with_descriptor(socket, &buffer, buffer.count, &descriptor)
        _ = apus_drop_message(socket)
        guard count >= 0 else {
            // They are the receiver's to close, also of a message that is refused.
            if descriptor >= 0 { close(descriptor) }
            return nil
        }
        require(count <= buffer.count, "\(count) bytes in a buffer of \(buffer.count)")
        return Received(bytes: Array(buffer[..<count]), descriptor: descriptor)
    }

    private static func check(received: Received?, _ message: [UInt8], _ descriptor: Int32, isSegment: Bool) {
        guard let received else { return require(message.count > Hello.longest, "\(message.count) bytes are refused") }
        defer { if received.descriptor >= 0 { close(received.descriptor) } }
        require(received.bytes == message, "a message changes on its way")
        require((received.descriptor >= 0) == (descriptor >= 0), "a descriptor is lost or found")
        guard received.descriptor >= 0 else { return }
        require(isSame(received.descriptor, descriptor), "another descriptor than the one that was sent")
        let isTaken = (try? SegmentReader(descriptor: received.descriptor)) != nil
        require(isTaken == isSegment, isSegment ? "a segment is refused" : "what is none is taken for a segment")
    }

    private static func isSame(_ one: Int32, _ other: Int32) -> Bool {
        var first = stat()
        var second = stat()
        return fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_dev == second.st_dev
            && first.st_ino == second.st_ino
    }

    /// What the agent says to a message, as a service hears it.
    private static func answer(_ message: [UInt8], over ends: [Int32]) {
        let reply: Reply
        do {
            _ = try Hello(bytes: message)
            reply = .accepted
        } catch { reply = .refused(error.description) }
        let bytes = reply.bytes
        guard apus_send_with_descriptor(ends[1], bytes, bytes.count, -1) == bytes.count else { return }
        guard let heard = receive(ends[0]) else { return require(false, "an answer is refused") }
        require(Reply(bytes: heard.bytes) == reply, "\(reply) is heard as \(heard.bytes)")
    }
}
