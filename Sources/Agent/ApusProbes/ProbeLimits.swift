import AgentMetrics
package import ApusLimits
import ApusMetrics

/// The bounds of what the agent asks from outside, so that no server, name or file can hold up the agent or another probe.
package enum ProbeLimits: LimitCatalog {
    package static let title = "Probes"

    private static let failures = Probe.failures.family.name

    package static let probes = Limit(
        ProbeBounds.probes, "probes in the file", per: "file", remedy: "run a second agent for others")
    package static let interval = Limit(
        ProbeBounds.usualInterval, "from one attempt of a probe to its next one", per: "probe", option: "every",
        remedy: "write another one")
    package static let shortestInterval = Limit(
        ProbeBounds.intervals.lowerBound, "from one attempt of a probe to its next one at least", per: "probe",
        remedy: "write a longer one")
    package static let longestInterval = Limit(
        ProbeBounds.intervals.upperBound, "from one attempt of a probe to its next one at most", per: "probe",
        remedy: "write a shorter one")
    package static let timeout = Limit(
        ProbeBounds.usualTimeout, "an attempt, its name's resolution included", per: "probe", option: "timeout",
        metric: failures,
        remedy: "raise the probe's timeout, or see why the server takes so long")
    package static let shortestTimeout = Limit(
        ProbeBounds.timeouts.lowerBound, "of a probe's timeout at least", per: "probe", remedy: "write a longer one")
    package static let longestTimeout = Limit(
        ProbeBounds.timeouts.upperBound, "of a probe's timeout at most, which is not longer than its every either",
        per: "probe",
        remedy: "have the server answer sooner")
    package static let firstAttempts = Limit(
        Duration.seconds(2), "within which the probes of an agent that starts are asked first", per: "agent",
        remedy: "nothing: the attempts are spread over this time")
    package static let attempts = Limit(
        64, "attempts at a time, of which those whose last attempt was not answered in time have three quarters at most",
        per: "agent", metric: failures,
        remedy: "give probes that do not answer a shorter timeout or a longer every; others wait for their turn")
    package static let grace = Limit(
        Duration.seconds(2), "after its deadline in which an attempt lets go of what it holds, past which it is left behind",
        per: "probe", metric: failures,
        remedy: "see what it asks: its probe is not asked again until the attempt has ended")
    package static let lookups = Limit(
        8,
        "names that are looked up at a time, of which those that hang have three quarters at most; the probes of one name share a lookup",
        per: "agent", metric: failures,
        remedy: "write addresses in place of names, or see why the name server does not answer")
    package static let patience = Limit(
        Duration.seconds(1), "after which a lookup, or the opening of a file, counts as one that hangs", per: "agent",
        remedy: "see which name server or file system does not answer")
    package static let hanging = Limit(
        24, "lookups at a time where some hang that did not before, and as many files", per: "agent", metric: failures,
        remedy: "see which name server or file system does not answer")
    package static let knownAddresses = Limit(
        Duration.seconds(3600), "for which the last known addresses of a name are asked while its lookup hangs", per: "name",
        metric: failures, remedy: "see why the name server does not answer, or write the address")
    package static let addresses = Limit(
        16, "addresses of a name that are tried", per: "probe", remedy: "write the address that is meant")
    package static let files = Limit(
        8,
        "files of probes (secrets, certificates, sockets) that are opened at a time, of which those that hang have three quarters at most",
        per: "agent", metric: failures,
        remedy: "see which file system does not answer")
    package static let secret = Limit(
        ByteLimit.kibibytes(4), "of a secret in a file", per: "probe", metric: failures,
        remedy: "name the file that has the secret alone")
    package static let failureText = Limit(
        ByteLimit(bytes: 200), "of a text from a server in a line of the log", per: "attempt",
        remedy: "see the server's own log")

    package static let all: [any AnyLimit] = [
        probes, interval, shortestInterval, longestInterval, timeout, shortestTimeout, longestTimeout, firstAttempts, attempts,
        grace, lookups, patience, hanging, knownAddresses, addresses, files, secret, failureText,
    ]
}
