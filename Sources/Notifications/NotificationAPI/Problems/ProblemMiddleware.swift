import ApusLimits
import HTTPTypes
import Hummingbird
import Logging
import NotificationStore

/// Answers every error by a problem, which tells nothing of the inside; that goes to the log.
struct ProblemMiddleware: RouterMiddleware {
    /// Which lines are written, by route: while the store fails, each request would write one.
    private let lines = LogThrottle<RoutePattern>()

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
            tell("the store failed a request", error, route(of: request), logger)
            return .of(error)
        case let error as HTTPError where error.status == .notFound:
            let route = route(of: request)
            return route == .unmatched ? .noRoute : .method(of: route)
        case let error as any HTTPResponseError:
            return .framework(error.status)
        default:
            tell("a request failed", error, route(of: request), logger)
            return .internalError
        }
    }

    private func tell(_ message: Logger.Message, _ error: any Error, _ route: RoutePattern, _ logger: Logger) {
        guard let omitted = lines.admit(route) else { return }
        logger.error(
            message, metadata: ["error": "\(error)", "route": "\(route.rawValue)", "omitted": "\(omitted)"])
    }

    private func route(of request: Request) -> RoutePattern { RoutePattern(path: request.uri.path) }
}
