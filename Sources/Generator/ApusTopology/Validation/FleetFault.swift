import ApusPromQL
import ApusText

/// One contradiction in a fleet: its description names the place in the Swift source and the remedy.
public enum FleetFault: Error, Hashable, Sendable {
    /// The name cannot be a label value, a file name and a host name at once.
    case illegalName(kind: String, name: String, place: SourcePlace)
    case repeatedName(kind: String, name: String, first: SourcePlace, place: SourcePlace)
    case repeatedPart(name: String, place: SourcePlace)
    /// The host is neither a name nor an IPv4 address.
    case illegalHost(String, place: SourcePlace)
    case noServices(place: SourcePlace)
    case emptyService(name: String, place: SourcePlace)
    case missingPort(instance: String, place: SourcePlace)
    case portOutOfRange(port: Int, holder: String, place: SourcePlace)
    case portTaken(port: Int, first: String, second: String, place: SourcePlace)
    /// The duration is too short, too long, or finer than a millisecond.
    case durationOutOfRange(name: String, value: Duration, range: ClosedRange<Duration>, place: SourcePlace)
    case timeoutNotBelowInterval(timeout: Duration, interval: Duration, place: SourcePlace)
    case holdTooShort(hold: Duration, evaluationInterval: Duration, place: SourcePlace)
    case windowTooShort(window: Duration, least: Duration, place: SourcePlace)
    case numberOutOfRange(name: String, value: Double, range: String, place: SourcePlace)
    case budgetBoundsReversed(minimum: Int, maximum: Int, place: SourcePlace)
    case budgetTooSmall(maximum: Int, instances: Int, place: SourcePlace)
    case budgetAboveThreshold(limit: Int, threshold: Int, place: SourcePlace)
    case illegalFileName(name: String, value: String, place: SourcePlace)
    /// The user is none that every tool takes for a Unix user.
    case illegalUser(String, of: String, place: SourcePlace)
    /// Agents and services have one user.
    case sharedUser(String, place: SourcePlace)
    case illegalPath(name: String, path: String, place: SourcePlace)
    case socketPathTooLong(String, longest: Int, place: SourcePlace)
    case limitNotAboveThreshold(service: String, limit: Int, threshold: Int, place: SourcePlace)
    /// Parts contradict one another: what is wrong and the remedy, in the words of the check.
    case contradiction(String, place: SourcePlace)

    /// Where the fault is to be mended.
    public var place: SourcePlace {
        switch self {
        case .illegalName(_, _, let place), .repeatedName(_, _, _, let place), .repeatedPart(_, let place),
            .illegalHost(_, let place), .noServices(let place), .emptyService(_, let place), .missingPort(_, let place),
            .portOutOfRange(_, _, let place),
            .portTaken(_, _, _, let place), .durationOutOfRange(_, _, _, let place), .timeoutNotBelowInterval(_, _, let place),
            .holdTooShort(_, _, let place), .windowTooShort(_, _, let place),
            .numberOutOfRange(_, _, _, let place), .budgetBoundsReversed(_, _, let place), .budgetTooSmall(_, _, let place),
            .budgetAboveThreshold(_, _, let place), .illegalFileName(_, _, let place), .illegalUser(_, _, let place),
            .sharedUser(_, let place), .illegalPath(_, _, let place), .socketPathTooLong(_, _, let place),
            .limitNotAboveThreshold(_, _, _, let place), .contradiction(_, let place):
            place
        }
    }
}

extension FleetFault: CustomStringConvertible {
    public var description: String { "\(place): \(explanation)" }

    /// What is wrong and the remedy, without the place.
    package var explanation: String {
        switch self {
        case .illegalName(let kind, let name, _):
            "\(kind) name “\(name)” is illegal: use 1 to 63 of a-z, 0-9 and hyphens, with a letter first and no hyphen last"
        case .repeatedName(let kind, let name, let first, _):
            "\(kind) name “\(name)” is taken at \(first): choose another"
        case .repeatedPart(let name, _):
            "\(name) is declared twice: a fleet has one, so merge the two"
        case .illegalHost(let host, _):
            "host “\(host)” is illegal: use a name or an IPv4 address"
        case .noServices:
            "the fleet has no service: declare at least one FleetService"
        case .emptyService(let name, _):
            "service \(name) has no instance: declare one, or remove the service"
        case .missingPort(let instance, _):
            "\(instance) is an API but has no port: give it one"
        case .portOutOfRange(let port, let holder, _):
            "port \(port) of \(holder) is out of range: use 1 to 65535"
        case .portTaken(let port, let first, let second, _):
            "port \(port) is used by \(first) and by \(second): give one of them another"
        case .durationOutOfRange(let name, let value, let range, _):
            "\(name) is \(value): it must be from \(DurationText.string(range.lowerBound))"
                + " to \(DurationText.string(range.upperBound)), in whole milliseconds"
        case .timeoutNotBelowInterval(let timeout, let interval, _):
            "a scrape may take \(DurationText.string(timeout)) but comes every \(DurationText.string(interval)):"
                + " shorten the timeout below the interval"
        case .holdTooShort(let hold, let evaluation, _):
            "alerts hold for \(DurationText.string(hold)), less than two evaluations of \(DurationText.string(evaluation)):"
                + " one bad sample would fire them; hold for at least \(DurationText.string(evaluation * 2))"
        case .windowTooShort(let window, let least, _):
            "the rate window of \(DurationText.string(window)) holds less than four scrapes or evaluations:"
                + " take at least \(DurationText.string(least))"
        case .numberOutOfRange(let name, let value, let range, _):
            "\(name) is \(value): it must be \(range)"
        case .budgetBoundsReversed(let minimum, let maximum, _):
            "the connection budget's minimum \(minimum) is above its maximum \(maximum): swap them"
        case .budgetTooSmall(let maximum, let instances, _):
            "a budget of at most \(maximum) connections leaves some of \(instances) instances without any:"
                + " raise the maximum or run fewer instances"
        case .budgetAboveThreshold(let limit, let threshold, _):
            "the fleet may open \(limit) connections but is alerted on above \(threshold):"
                + " lower the budget or raise Thresholds.connections"
        case .illegalFileName(let name, let value, _):
            "\(name) “\(value)” is no file name: it must be a plain name, without a slash or a leading dot"
        case .illegalUser(let user, let processes, _):
            "the user “\(user)” of the \(processes) is illegal: use 1 to 31 of a-z, 0-9, hyphens and underscores, no digit or hyphen first"
        case .sharedUser(let user, _):
            "agents and services have the same user \(user), so that a service could change its agent: give one another"
        case .illegalPath(let name, let path, _):
            "\(name) “\(path)” is illegal: use an absolute path of letters, digits and . _ - +, without . or .. and no slash last"
        case .socketPathTooLong(let path, let longest, _):
            "the socket \(path) has \(path.utf8.count) bytes and a socket's path at most \(longest): shorten the runtime folder"
        case .limitNotAboveThreshold(let service, let limit, let threshold, _):
            "\(service) is ended at \(limit) bytes but alerted on above \(threshold), so that the alert could not fire:"
                + " raise the limit or lower Thresholds.memory"
        case .contradiction(let explanation, _):
            explanation
        }
    }
}

/// A fleet that cannot run: its one fault on one line, or all its faults, a line each.
public struct InvalidFleet: Error, Hashable, Sendable, CustomStringConvertible {
    public let faults: [FleetFault]

    public var description: String {
        faults.count == 1
            ? "the fleet contradicts itself: \(faults[0])"
            : "the fleet contradicts itself:\n" + faults.map { "  \($0)" }.joined(separator: "\n")
    }
}

extension Fleet {
    /// The fleet itself when it can run.
    ///
    /// - Throws: ``InvalidFleet`` with all faults.
    public func validated() throws(InvalidFleet) -> Fleet {
        let faults = faults
        guard faults.isEmpty else { throw InvalidFleet(faults: faults) }
        return self
    }
}
