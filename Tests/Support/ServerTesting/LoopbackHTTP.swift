import Foundation
import Glibc
import HostTesting

/// A GET of HTTP/1.0, whose answer ends with its connection.
package enum LoopbackHTTP {
    package struct Answer: Sendable {
        package let status: Int
        /// As they came, a line each.
        package let head: String
        package let text: String
    }

    /// - Parameter headers: lines without their ends, such as `Host: example.org`.
    package static func get(port: Int, _ path: String, headers: [String] = []) throws -> Answer {
        guard let descriptor = LoopbackPort.connection(to: port) else {
            throw ServerFailure("nobody listens on 127.0.0.1:\(port)")
        }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let request = Array((["GET \(path) HTTP/1.0"] + headers + ["", ""]).joined(separator: "\r\n").utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw ServerFailure("127.0.0.1:\(port) does not take a request for \(path)")
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count >= 0 else { throw ServerFailure("127.0.0.1:\(port)\(path) does not answer within 20 s") }
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        let answer = Data(bytes)
        guard let end = answer.range(of: Data("\r\n\r\n".utf8)),
            let status = Int(String(decoding: answer.dropFirst(9).prefix(3), as: UTF8.self))
        else { throw ServerFailure("127.0.0.1:\(port)\(path) does not answer in HTTP") }
        return Answer(
            status: status, head: String(decoding: answer[..<end.lowerBound], as: UTF8.self),
            text: String(decoding: answer[end.upperBound...], as: UTF8.self))
    }
}
