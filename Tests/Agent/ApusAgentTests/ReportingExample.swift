import ApusMetrics
import ApusReporting
import Logging
import ServiceLifecycle

func runShop(agentSocket: String, logger: Logger, services: [any Service]) async throws {
    let reporter = try Reporter(service: "shop", instance: "shop-1", socketPath: agentSocket, logger: logger)
    let orders = Counter<NoLabels>("orders_total", "Orders taken.").series(in: reporter)
    orders.increment()
    try await ServiceGroup(services: [reporter] + services, logger: logger).run()
}
