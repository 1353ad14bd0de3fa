import ApusLimits
import HTTPTypes
import Hummingbird
import Logging
import NotificationStore

/// Answers every error by a problem, which tells nothing of the inside; that goes to the log.
struct ProblemMiddleware: RouterMiddleware {
    /// Which lines are written, by the kind of failure and the route.
    let lines: LogThrottle<String>

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return try problem(of: error, request: request, logger: context.logger).response()
        }
    }

    private func problem(of error: any Error, request: Request, logger: Logger) -> Problem {
        switch error {
        case let problem as Problem:
            return problem
        case let error as StoreError:
            let problem = Problem.of(error)
            log("the store failed a request", problem.type, error, request, logger)
            return problem
        case let error as HTTPError where error.status == .notFound:
            let route = route(of: request)
            return route == .unmatched ? .noRoute : .method(of: route)
        case let error as any HTTPResponseError:
            return .framework(error.status)
        default:
            log("a request failed", "\(type(of: error))", error, request, logger)
            return .internalError
        }
    }

    private func log(_ message: Logger.Message, _ kind: String, _ error: any Error, _ request: Request, _ logger: Logger) {
        let route = route(of: request).rawValue
        guard let omitted = lines.admit("\(message) \(kind) \(route)") else { return }
        logger.error(message, metadata: ["error": "\(error)", "route": "\(route)", "omitted": "\(omitted)"])
    }

    private func route(of request: Request) -> RoutePattern { RoutePattern(path: request.uri.path) }
}
