import AgentMetrics
import ApusTopology
import Testing

@Suite struct `Connection budget` {
    @Test(arguments: [(1, 10), (2, 10), (3, 15), (7, 35), (10, 50), (11, 50), (40, 50)])
    func `the limit is five an instance, but neither below ten nor above fifty`(instances: Int, limit: Int) {
        #expect(ConnectionBudget().limit(instances: instances) == limit)
    }

    @Test(arguments: 1...50)
    func `shares add up to the limit and differ by one at most, the larger ones first`(instances: Int) throws {
        let budget = ConnectionBudget()
        let shares = budget.shares(instances: instances)
        #expect(shares.count == instances)
        #expect(shares.reduce(0, +) == budget.limit(instances: instances))
        let largest = try #require(shares.max())
        let smallest = try #require(shares.min())
        #expect(largest - smallest <= 1)
        #expect(shares == shares.sorted(by: >))
        #expect(smallest >= 1)
    }

    @Test func `no instances have no shares`() {
        #expect(ConnectionBudget().shares(instances: 0) == [])
    }

    @Test func `each instance of a fleet has its share, and a stranger none`() {
        let fleet = Fleet("f") {
            FleetService("worker", role: .worker) {
                for number in 1...3 { Instance("worker-\(number)", metricsPort: 9090 + number) }
            }
            ConnectionBudget(perInstance: 1, minimum: 10, maximum: 50)
        }
        #expect(fleet.connectionLimit == 10)
        #expect(fleet.identities.map { fleet.connectionShare(of: $0) } == [4, 3, 3])
        #expect(fleet.connectionShare(of: InstanceIdentity(service: "worker", instance: "worker-4")) == nil)
        #expect(fleet.connectionShare(of: InstanceIdentity(service: "api", instance: "worker-1")) == nil)
    }

    @Test func `the shares of services are those of their instances, in one run over all`() {
        let fleet = Fleet("f") {
            FleetService("api", role: .api) {
                for number in 1...2 { Instance("api-\(number)", port: 3000 + number, metricsPort: 9100 + number) }
            }
            FleetService("worker", role: .worker) {
                for number in 1...3 { Instance("worker-\(number)", metricsPort: 9090 + number) }
            }
            ConnectionBudget(perInstance: 1, minimum: 13, maximum: 50)
        }
        #expect(fleet.services.map { fleet.connectionShares(of: $0) } == [[3, 3], [3, 2, 2]])
        #expect(fleet.identities.map { fleet.connectionShare(of: $0) } == [3, 3, 3, 2, 2])
        #expect(fleet.connectionShares(of: FleetService("other", role: .worker) {}) == [])
    }

    @Test func `a budget that no number holds is the maximum`() {
        #expect(ConnectionBudget(perInstance: .max).limit(instances: 2) == 50)
    }
}
