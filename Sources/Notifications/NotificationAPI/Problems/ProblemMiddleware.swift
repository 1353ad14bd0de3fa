import HTTPTypes
import Hummingbird
import Logging
import NotificationStore

/// Answers every error by a problem, which tells nothing of the inside; that goes to the log.
struct ProblemMiddleware: RouterMiddleware {
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
            logger.error(
                "the store failed a request", metadata: ["error": "\(error)", "route": "\(route(of: request).rawValue)"])
            return .of(error)
        case let error as HTTPError where error.status == .notFound:
            let route = route(of: request)
            return route == .unmatched ? .noRoute : .method(of: route)
        case let error as any HTTPResponseError:
            return .framework(error.status)
        default:
            logger.error("a request failed", metadata: ["error": "\(error)", "route": "\(route(of: request).rawValue)"])
            return .internalError
        }
    }

    private func route(of request: Request) -> RoutePattern { RoutePattern(path: request.uri.path) }
}
