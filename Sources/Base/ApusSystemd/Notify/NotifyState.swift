/// What a service tells its manager, sd_notify(3).
package enum NotifyState: Sendable, Equatable {
    /// The service has started, or finished its reload.
    case ready
    /// A reload has begun at a time of CLOCK_MONOTONIC in microseconds, which `Type=notify-reload` needs.
    case reloading(monotonicMicroseconds: UInt64)
    case stopping
    /// One line for `systemctl status`.
    case status(String)
    /// The start, reload or stop under way may last this much longer from now on.
    case extendTimeout(Duration)
    /// The service lives; see ``Watchdog``.
    case watchdog
    /// The watchdog's new timeout: from now on `.watchdog` is due within this time.
    case watchdogTimeout(Duration)
    /// The manager is to treat the service as hung at once.
    case watchdogTrigger
    case mainProcess(Int32)
    /// Keeps the descriptors that come with the message, and passes them to the next start of the service.
    case storeDescriptors(name: String)
    case removeDescriptors(name: String)

    /// The lines of the protocol. A line break in a text becomes a space, so that it cannot say anything of its own.
    package var text: String {
        switch self {
        case .ready: "READY=1"
        case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
        case .stopping: "STOPPING=1"
        case .status(let line): "STATUS=\(String(line.map { $0.isNewline ? " " : $0 }))"
        case .extendTimeout(let time): "EXTEND_TIMEOUT_USEC=\(Self.microseconds(time))"
        case .watchdog: "WATCHDOG=1"
        case .watchdogTimeout(let time): "WATCHDOG_USEC=\(Self.microseconds(time))"
        case .watchdogTrigger: "WATCHDOG=trigger"
        case .mainProcess(let pid): "MAINPID=\(pid)"
        case .storeDescriptors(let name): "FDSTORE=1\nFDNAME=\(Self.descriptorName(name))"
        case .removeDescriptors(let name): "FDSTOREREMOVE=1\nFDNAME=\(Self.descriptorName(name))"
        }
    }

    private static func microseconds(_ duration: Duration) -> UInt64 { UInt64(max(0, duration / .microseconds(1))) }

    /// A name of a descriptor: printable ASCII without a colon, at most 255; anything else becomes `_`.
    private static func descriptorName(_ name: String) -> String {
        let bytes = name.utf8.prefix(255).map { byte in
            (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: ":") ? byte : UInt8(ascii: "_")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
