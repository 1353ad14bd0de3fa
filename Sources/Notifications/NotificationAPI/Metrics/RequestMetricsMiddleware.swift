import HTTPTypes
import Hummingbird
import NIOCore

/// Measures every request to the end of its response.
struct RequestMetricsMiddleware: RouterMiddleware {
    let metrics: RequestMetrics

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let running = metrics.begin(RequestMethod(request.method), RoutePattern(path: request.uri.path))
        var response = try await next(request, context)
        running.answered(status: response.status.code)
        let body = response.body
        response.body = ResponseBody(contentLength: body.contentLength) { writer in
            defer { running.end() }
            try await body.write(writer)
        }
        return response
    }
}
