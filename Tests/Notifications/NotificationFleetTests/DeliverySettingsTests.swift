import ApusTopology
import NotificationFleet
import Testing

@Suite struct `Delivery settings` {
    private func faults(_ settings: DeliverySettings, prefetch: Int = 1000) -> [String] {
        Fleet("f") {
            FleetService("worker", role: .worker, program: WorkerProgram()) { Instance("worker-1", metricsPort: 9091) }
            Broker("rabbitmq", queues: [BrokerQueue("mail", consumers: "worker", prefetch: prefetch)])
            settings
        }.faults.map { String($0.description.split(separator: ": ", maxSplits: 1).last ?? "") }
    }

    @Test func `are what workers take by default`() {
        let settings = Fleet("f") {}.delivery
        #expect(settings.batchSize == 50)
        #expect(settings.lease == .seconds(300))
        #expect(settings.pollInterval == .seconds(5))
    }

    @Test func `are within what a worker takes`() {
        #expect(faults(DeliverySettings(batchSize: 1000, lease: .seconds(1), pollInterval: .milliseconds(10))) == [])
        #expect(faults(DeliverySettings(batchSize: 0)) == ["the batch size is 0.0: it must be from 1 to 1000"])
        #expect(
            faults(DeliverySettings(batchSize: 1001), prefetch: 2000) == ["the batch size is 1001.0: it must be from 1 to 1000"]
        )
        #expect(
            faults(DeliverySettings(lease: .milliseconds(999), pollInterval: .milliseconds(10))) == [
                "the lease is 0.999 seconds: it must be from 1s to 1d, in whole milliseconds"
            ])
        #expect(
            faults(DeliverySettings(pollInterval: .milliseconds(9))) == [
                "the poll interval is 0.009 seconds: it must be from 10ms to 1d, in whole milliseconds"
            ])
        #expect(
            faults(DeliverySettings(pollInterval: .seconds(172_800))) == [
                "the poll interval is 172800.0 seconds: it must be from 10ms to 1d, in whole milliseconds"
            ])
    }

    @Test func `have a lease that outlasts the time between two looks`() {
        #expect(
            faults(DeliverySettings(lease: .seconds(5), pollInterval: .seconds(5))) == [
                "a lease of 5s does not outlast a poll interval of 5s: lengthen the lease"
            ])
    }

    @Test func `ask for no more at a time than a queue hands out`() {
        #expect(faults(DeliverySettings(batchSize: 50), prefetch: 50) == [])
        #expect(
            faults(DeliverySettings(batchSize: 50), prefetch: 49) == [
                """
                queue mail hands out 49 messages at a time, too few for a batch of 50: raise the prefetch or lower \
                DeliverySettings.batchSize
                """
            ])
    }
}
