import ApusDashboards
import ApusPromQL
import ApusTopology

/// The monitoring of RabbitMQ servers and their queues.
struct RabbitMQPack: StandardPack {
    static let subject = StandardPacks.Subject.brokers
    let concern = "broker"

    func alerts(in fleet: Fleet) -> [Alert] { BrokerAlerts(fleet: fleet).all }

    func inhibitions(in fleet: Fleet) -> [Inhibition] {
        [
            Inhibition(
                of: [.deepBrokerQueue, .noConsumers, .messagesUnacknowledged, .brokerMemoryAlarm, .brokerDiskAlarm],
                while: [.brokerDown], equal: [TargetKey.service, .instance])
        ]
    }

    func dashboards(of fleet: Fleet) -> [Dashboard] {
        FleetDashboard.queue.ifPart(of: fleet) { BrokerSection(fleet: fleet).dashboard }
    }
}

extension FleetDashboard {
    package static let queue = FleetDashboard("queue", ofStandard: RabbitMQPack.self) { !$0.brokers.isEmpty }
}
