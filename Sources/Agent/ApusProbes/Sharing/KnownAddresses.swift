import ApusLimits
import ApusLinux
import ApusText
import NIOCore
import Synchronization

/// The addresses that names had when they were last looked up, for as long as they may be gone on with.
final class KnownAddresses: Sendable {
    private struct Entry {
        let addresses: [HostAddresses.Address]
        let at: NIODeadline
    }

    private let entries = Mutex<[ByteText: Entry]>([:])

    /// The addresses that a name had; `nil` where none were found, or too long ago.
    func addresses(of name: ByteText, at now: NIODeadline) -> [HostAddresses.Address]? {
        entries.withLock { entries in
            guard let entry = entries[name] else { return nil }
            guard now - entry.at <= TimeAmount(ProbeLimits.knownAddresses.value) else {
                entries[name] = nil
                return nil
            }
            return entry.addresses
        }
    }

    /// Keeps what a lookup has found. A name without an address is not gone on with.
    func keep(_ addresses: [HostAddresses.Address], of name: ByteText, at now: NIODeadline) {
        entries.withLock { entries in
            entries[name] = addresses.isEmpty ? nil : Entry(addresses: addresses, at: now)
            // Names of probes that are gone.
            while entries.count > ProbeLimits.probes.value, let oldest = entries.min(by: { $0.value.at < $1.value.at }) {
                entries[oldest.key] = nil
            }
        }
    }
}
