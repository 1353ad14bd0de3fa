public import ApusMetrics

extension NodeExporter {
    /// Interfaces, connection tracking and TCP; collectors `netdev`, `netclass`, `conntrack`, `netstat` and `sockstat`.
    ///
    /// What collector `netstat` reads is served as `untyped`: what rises only is a counter here, the others are gauges.
    public enum Network {
        public static let receivedBytes = Counter<DeviceLabels>("node_network_receive_bytes_total", "Bytes received.")
        public static let sentBytes = Counter<DeviceLabels>("node_network_transmit_bytes_total", "Bytes sent.")
        public static let receivedPackets = Counter<DeviceLabels>("node_network_receive_packets_total", "Packets received.")
        public static let sentPackets = Counter<DeviceLabels>("node_network_transmit_packets_total", "Packets sent.")
        public static let receiveErrors = Counter<DeviceLabels>(
            "node_network_receive_errs_total", "Packets that were received damaged.")
        public static let sendErrors = Counter<DeviceLabels>(
            "node_network_transmit_errs_total", "Packets that could not be sent.")
        public static let receiveDrops = Counter<DeviceLabels>(
            "node_network_receive_drop_total", "Received packets that were dropped.")
        public static let sendDrops = Counter<DeviceLabels>(
            "node_network_transmit_drop_total", "Packets to be sent that were dropped.")
        public static let up = Gauge<DeviceLabels>("node_network_up", "1 when the interface's state is up, else 0.")
        public static let carrier = Gauge<DeviceLabels>(
            "node_network_carrier", "1 when the interface has a link; absent while it is off.")
        public static let carrierChanges = Counter<DeviceLabels>(
            "node_network_carrier_changes_total", "Times that the link came or went.")
        public static let speed = Gauge<DeviceLabels>(
            "node_network_speed_bytes", "Speed of the link in bytes per second; absent where the driver does not tell.")
        public static let mtu = Gauge<DeviceLabels>("node_network_mtu_bytes", "Largest packet.")
        public static let information = Gauge<InterfaceLabels>(
            "node_network_info", "Always 1; facts of the interface are in the labels.")
        public static let trackedConnections = Gauge<NoLabels>(
            "node_nf_conntrack_entries", "Connections that netfilter tracks.")
        public static let trackedConnectionsLimit = Gauge<NoLabels>(
            "node_nf_conntrack_entries_limit", "Most connections that netfilter tracks.")
        public static let segmentsSent = Counter<NoLabels>("node_netstat_Tcp_OutSegs", "TCP segments sent.")
        public static let segmentsRetransmitted = Counter<NoLabels>("node_netstat_Tcp_RetransSegs", "TCP segments sent again.")
        public static let listenOverflows = Counter<NoLabels>(
            "node_netstat_TcpExt_ListenOverflows", "Connections that a full accept queue turned away.")
        public static let listenDrops = Counter<NoLabels>(
            "node_netstat_TcpExt_ListenDrops", "Connections that a listening socket turned away for whatever reason.")
        public static let establishedConnections = Gauge<NoLabels>(
            "node_netstat_Tcp_CurrEstab", "TCP connections that are established.")
        public static let socketsInTimeWait = Gauge<NoLabels>("node_sockstat_TCP_tw", "TCP sockets in TIME-WAIT.")
        public static let socketsAllocated = Gauge<NoLabels>("node_sockstat_TCP_alloc", "TCP sockets that exist.")
        public static let socketsUsed = Gauge<NoLabels>("node_sockstat_sockets_used", "Sockets of all kinds over IPv4.")

        static let families = [
            receivedBytes.family, sentBytes.family, receivedPackets.family, sentPackets.family, receiveErrors.family,
            sendErrors.family, receiveDrops.family, sendDrops.family, up.family, carrier.family, carrierChanges.family,
            speed.family, mtu.family, information.family, trackedConnections.family, trackedConnectionsLimit.family,
            segmentsSent.family, segmentsRetransmitted.family, listenOverflows.family, listenDrops.family,
            establishedConnections.family, socketsInTimeWait.family, socketsAllocated.family, socketsUsed.family,
        ]
    }

    public struct InterfaceLabels: LabelSet {
        public enum Key: String, LabelKey {
            case device
            case address
            case broadcast
            case duplex
            case alias = "ifalias"
            case state = "operstate"
        }
        public let device: String
        public let address: String
        public let broadcast: String
        public let duplex: String
        public let alias: String
        /// `up`, `down`, `unknown` and others.
        public let state: String
        public init(device: String, address: String, broadcast: String, duplex: String, alias: String, state: String) {
            self.device = device
            self.address = address
            self.broadcast = broadcast
            self.duplex = duplex
            self.alias = alias
            self.state = state
        }
        public subscript(key: Key) -> String {
            switch key {
            case .device: device
            case .address: address
            case .broadcast: broadcast
            case .duplex: duplex
            case .alias: alias
            case .state: state
            }
        }
    }
}
