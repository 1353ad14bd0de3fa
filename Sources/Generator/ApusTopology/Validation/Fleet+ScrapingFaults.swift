import ApusMetrics
import ApusPromQL
import AgentMetrics
import ApusText

extension Fleet {
    /// What Prometheus would refuse or could not keep.
    var scrapingFaults: [FleetFault] {
        retentionFaults + sampleFaults
            + scraping.remoteWrite.flatMap(Self.remoteWriteFaults).map { .contradiction($0, place: scraping.place) }
            + (scraping.cluster.map(LegalText.isName) == false
                ? [.illegalName(kind: "cluster", name: scraping.cluster ?? "", place: scraping.place)] : [])
    }

    private var retentionFaults: [FleetFault] {
        // Prometheus keeps what it wrote last for two hours anyway.
        let range = Duration.seconds(7200)...Duration.seconds(3660 * 86_400)
        guard range.contains(scraping.retention), DurationText.milliseconds(scraping.retention) != nil else {
            return [
                .durationOutOfRange(
                    name: "the retention", value: scraping.retention, range: range, place: scraping.place)
            ]
        }
        guard scraping.retention < alertWindow else { return [] }
        return [
            .contradiction(
                "Prometheus keeps \(DurationText.string(scraping.retention)), but alerts look back "
                    + "\(DurationText.string(alertWindow)): lengthen the retention", place: scraping.place)
        ]
    }

    private var sampleFaults: [FleetFault] {
        guard scraping.sampleLimit > 0 else {
            return [
                .numberOutOfRange(
                    name: "the sample limit", value: Double(scraping.sampleLimit), range: "above 0", place: scraping.place)
            ]
        }
        let least: Int
        switch agents.placement {
        case .perHost: least = services.reduce(0) { $0 + $1.leastSeries * $1.instances.count }
        case .besideEachInstance: least = services.filter { !$0.instances.isEmpty }.map(\.leastSeries).max() ?? 0
        }
        guard least > scraping.sampleLimit else { return [] }
        return [
            .contradiction(
                "an agent serves at least \(least) series, and a target with more than \(scraping.sampleLimit) is not taken: raise "
                    + "the sampleLimit or place agents beside each instance", place: scraping.place)
        ]
    }

    private static func remoteWriteFaults(_ target: RemoteWrite) -> [String] {
        var faults: [String] = []
        if !LegalText.isWebURL(target.url) {
            faults.append("samples are sent on to “\(target.url)”: write a URL with http:// or https:// and a host")
        }
        switch (target.user, target.passwordFile) {
        case (nil, nil): break
        case (let user?, let file?):
            if !LegalText.isPlain(user) {
                faults.append("samples are sent on as “\(user)”: name a user without spaces and quotes")
            }
            if !Installation.isPlainPath(file) {
                faults.append(
                    "the password for \(target.url) is at “\(file)”: name an absolute path of letters, digits and . _ - +")
            }
        default:
            faults.append("samples are sent on to \(target.url) with a user or a password alone: give both, or neither")
        }
        return faults
    }
}

extension FleetService {
    /// Series that an agent serves of each instance at least: of its process, and of each family that it records one with the fewest
    /// that its kind has.
    fileprivate var leastSeries: Int {
        (MetricCatalog.families(of: .instance) + records.flatMap(\.families)).reduce(0) { sum, family in
            // The buckets with that of infinity, the sum and the count.
            sum + (family.kind == .histogram ? family.buckets.count + 3 : 1)
        }
    }
}
