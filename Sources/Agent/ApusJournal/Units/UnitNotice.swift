/// What is worth a line in the log.
package enum UnitNotice: Sendable, Equatable {
    /// Nothing is heard of units; said once, until they are heard of again.
    case unavailable(UnitBusError)
    case available
    /// systemd did not answer a question about a unit; what was known of it is kept.
    case refused(UnitBusError)
    /// So many units match and are not watched, as there are too many.
    case tooMany(Int)
}
