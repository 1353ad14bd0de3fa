import ApusText
import ArgumentParser
import NotificationFleet

extension DeliverySettings {
    /// Compares values of the options `--batch-size`, `--lease-duration` and `--poll-interval` with what a worker takes; one that is
    /// nil was not given.
    ///
    /// - Throws: `ValidationError`, which names the option.
    static func validateOptions(batchSize: Int?, lease: Duration?, pollInterval: Duration?) throws {
        if let batchSize, !batchSizes.contains(batchSize) {
            throw ValidationError(
                "--batch-size \(batchSize): use \(batchSizes.lowerBound) to \(batchSizes.upperBound).")
        }
        try validate("--lease-duration", lease, leases)
        try validate("--poll-interval", pollInterval, pollIntervals)
    }

    private static func validate(_ option: String, _ value: Duration?, _ range: ClosedRange<Duration>) throws {
        guard let value, !range.contains(value) else { return }
        func text(_ duration: Duration) -> String { DurationText.string(duration) }
        throw ValidationError(
            "\(option) \(text(value)): use \(text(range.lowerBound)) to \(text(range.upperBound)).")
    }
}
