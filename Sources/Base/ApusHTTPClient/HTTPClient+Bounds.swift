package import AsyncHTTPClient
package import NIOCore

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
