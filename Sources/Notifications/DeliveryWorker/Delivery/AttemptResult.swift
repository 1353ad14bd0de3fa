/// How an attempt to deliver ended.
package enum AttemptResult: Hashable, Sendable {
    case delivered
    case failed(DeliveryFailure)
    /// Cut off because the worker stops; whether the receiver got it is not known.
    case interrupted
}
