import Synchronization

/// The handlers by what they were asked for, so that code which makes its metrics anew for each request gets the same ones.
final class HandlerCache: Sendable {
    enum Kind: Hashable { case counter, floatingCounter, meter, recorder, lastValueRecorder, timer }

    private struct Request: Hashable {
        let kind: Kind
        let label: String
        /// The names and values in turn, in the order that they were given in.
        let dimensions: [String]
    }

    private let handlers = Mutex<[Request: any AnyObject & Sendable]>([:])
    /// The number of handlers past which nothing new is kept: orders of dimensions are many.
    private static let capacity = 1 << 18

    /// The handler that was kept, or a new one.
    ///
    /// - Parameters:
    ///   - type: the same for all requests of a kind.
    ///   - make: gives a handler, and whether to keep it: one whose series was dropped is not worth the memory.
    func handler<Handler: AnyObject & Sendable>(
        _ kind: Kind, as type: Handler.Type, _ label: String, _ dimensions: [(String, String)],
        _ make: () -> (Handler, keep: Bool)
    ) -> Handler {
        let request = Request(kind: kind, label: label, dimensions: dimensions.flatMap { [$0.0, $0.1] })
        if let known = handlers.withLock({ $0[request] }) as? Handler { return known }
        let (handler, keep) = make()
        guard keep else { return handler }
        return handlers.withLock { handlers in
            // Another thread may have been faster; either of the two records on the same cells.
            if let known = handlers[request] as? Handler { return known }
            if handlers.count < Self.capacity { handlers[request] = handler }
            return handler
        }
    }
}
