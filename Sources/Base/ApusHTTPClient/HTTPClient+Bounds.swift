package import AsyncHTTPClient
package import NIOCore
import NIOHTTP1

extension HTTPClientResponse.Body {
    /// Collects all of a body, which has to be there by a deadline: the library's own ends with the head.
    ///
    /// - Throws: `NIOTooManyBytesError` past `longest` bytes, `HTTPClientError.deadlineExceeded`, and what a broken connection gives.
    package func collect(upTo longest: Int, by deadline: NIODeadline) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer?.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await collect(upTo: longest) }
            group.addTask {
                try await Task.sleep(for: .nanoseconds(Swift.max(0, (deadline - .now()).nanoseconds)))
                return nil
            }
            guard let body = try await group.next() ?? nil else { throw HTTPClientError.deadlineExceeded }
            return body
        }
    }
}

extension HTTPClient {
    /// Lets go of the connections, and waits no longer than a moment for those that are not made yet.
    package func letGo() async {
        let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
        // The client has a type of this name.
        _Concurrency.Task {
            try? await self.shutdown()
            continuation.yield()
        }
        let timer = _Concurrency.Task {
            try? await _Concurrency.Task.sleep(for: Duration.seconds(1))
            continuation.yield()
        }
        for await _ in ends { break }
        timer.cancel()
    }
}

extension HTTPClient.Configuration {
    /// Has a connection end at a status below 100, at which the library would end the process; HTTP/2, where nothing can stand between, is
    /// not spoken.
    package mutating func refuseStatusesBelow100() {
        httpVersion = .http1Only
        http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.submit {
                let pipeline = channel.pipeline.syncOperations
                let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
                try pipeline.addHandler(StatusGuard(), position: .after(decoder))
            }
        }
    }
}

/// Ends a connection whose server answers with a status that HTTP does not have.
private final class StatusGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private var isOver = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        guard case .head(let head) = unwrapInboundIn(data), head.status.code < 100 else { return context.fireChannelRead(data) }
        isOver = true
        context.fireErrorCaught(UnknownStatus(code: head.status.code))
        context.close(promise: nil)
    }
}

/// A status of an answer that HTTP does not have.
package struct UnknownStatus: Error, CustomStringConvertible {
    package let code: UInt
    package var description: String { "it answers with the status \(code), which HTTP does not have" }
}
