package import Logging
package import ServiceLifecycle

/// Stops the services that run; a second call does nothing.
package struct GracefulStop: Sendable {
    let group: ServiceGroup

    package func callAsFunction() async { await group.triggerGracefulShutdown() }
}

/// Runs services while the body runs, and stops them gracefully after it.
package func withServices<Result: Sendable>(
    _ services: [any Service], _ body: (GracefulStop) async throws -> Result
) async throws -> Result {
    let group = ServiceGroup(services: services, logger: quietLogger)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        do {
            let result = try await body(GracefulStop(group: group))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        } catch {
            // The end of the group waits for its task.
            await group.triggerGracefulShutdown()
            throw error
        }
    }
}

/// A logger that says nothing.
package let quietLogger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
