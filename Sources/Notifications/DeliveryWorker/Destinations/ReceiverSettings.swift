import ApusLimits
import ApusTLS
package import NIOSSL

/// How a worker finds receivers and whom it trusts; a test has names and an authority of its own.
package struct ReceiverSettings: Sendable {
    package var lookup: NameResolver.Lookup = NameResolver.systemLookup
    /// How long an attempt waits for a name.
    package var lookupTime = DeliveryLimits.lookupTime.value
    package var security = TLSConfiguration.makeClientConfiguration()

    package init() { security.takeAllSignatures() }
}
