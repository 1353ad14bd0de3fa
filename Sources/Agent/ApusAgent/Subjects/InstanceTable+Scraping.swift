package import AgentMetrics
package import ApusMetrics
import Glibc
import Synchronization

extension InstanceTable {
    /// The pages of these instances are fetched by the agent, and nobody else may report under their names. What was fetched of others
    /// is forgotten.
    package func scrape(_ identities: Set<InstanceIdentity>) {
        let gone = scraped.withLock { scraped in
            defer { scraped = identities }
            return scraped.subtracting(identities)
        }
        scrapes.keep(identities)
        // Who holds the table's lock asks an instance nothing.
        let left = state.withLock { instances in gone.compactMap { instances[$0] } }.filter(\.isReceived)
        state.withLock { instances in
            for instance in left where instances[instance.identity] === instance { instances[instance.identity] = nil }
        }
    }

    func isScraped(_ identity: InstanceIdentity) -> Bool { scraped.withLock { $0.contains(identity) } }

    /// Whether a page of another name is fetched.
    func scrapes(othersThan identity: InstanceIdentity) -> Bool { scraped.withLock { $0.contains { $0 != identity } } }

    func known(_ identity: InstanceIdentity) -> KnownInstance? { state.withLock { $0[identity] } }

    /// - Throws: ``Refusal`` of a name whose page the agent fetches.
    func checkScraped(_ identity: InstanceIdentity) throws(Refusal) {
        guard isScraped(identity) else { return }
        throw Refusal(
            .name,
            "the page of \(identity) is scraped by the agent, as its file says: give this one another name, or take the page out"
        )
    }

    /// Takes in the page of an instance that the agent fetched, in place of the page before.
    ///
    /// - Throws: ``Refusal`` where the instance reports by itself, or its page is not fetched any more.
    package func receive(scraped report: ReceivedReport, of identity: InstanceIdentity, at now: Moment) throws(Refusal) {
        guard isScraped(identity) else { throw Refusal(.name, "\(identity) has no page any more") }
        let peer = ReportPeer(pid: 0, uid: geteuid())
        let instance = try find(identity, for: peer, at: now).instance
        if instance.isAlive, !instance.isReceived {
            let holder = instance.holding.by.map { "\($0)" } ?? "a process"
            throw Refusal(
                .name,
                "\(identity) is reported by \(holder), which lives: take the page out of the file, or give it another instance")
        }
        instance.receive(report, of: peer, at: now)
        keep(instance)
    }

    /// Ends the life of an instance whose page is not there.
    package func endScraped(_ identity: InstanceIdentity, at now: Moment) {
        guard isScraped(identity), let instance = known(identity), instance.isReceived else { return }
        instance.stopReceiving(at: now)
    }
}
