import ApusLimits
import Synchronization

/// The memory that the agent has for reported series, divided so that nobody can take it all.
///
/// An instance and the instances of one user may have parts (``SeriesLimits``). The last third of a user's part and of the whole is for instances
/// that keep little, so that whoever comes late with few series finds room.
package final class SeriesBudget: Sendable {
    private struct Use {
        var total = 0
        var byOwner: [UInt32: Int] = [:]
    }

    private let total: Int
    private let use = Mutex(Use())

    /// - Parameter total: in bytes.
    package init(total: Int) { self.total = total }

    /// An account without a claim, of an instance that a user's process reports.
    package func account(of owner: UInt32) -> Account { Account(self, owner) }

    /// The bytes that are taken.
    package var taken: Int { use.withLock { $0.total } }

    /// What one instance has taken; it is given back when nothing refers to this.
    package final class Account: Sendable {
        private let budget: SeriesBudget
        private let owner: UInt32
        private let used = Mutex(0)
        private let refused = Mutex<Refusal?>(nil)

        fileprivate init(_ budget: SeriesBudget, _ owner: UInt32) {
            self.budget = budget
            self.owner = owner
        }

        /// Takes bytes, all of them or none; returns whether there were so many.
        package func take(_ bytes: Int) -> Bool {
            used.withLock { used in
                let refusal = budget.take(bytes, by: owner, having: used)
                guard refusal == nil else {
                    refused.withLock { $0 = refusal }
                    return false
                }
                used += bytes
                return true
            }
        }

        /// Whose part was used up when bytes were refused the last time.
        package var refusal: Refusal? { refused.withLock { $0 } }

        package var taken: Int { used.withLock { $0 } }

        /// Gives back all that was taken.
        func empty() {
            used.withLock { used in
                budget.give(used, by: owner)
                used = 0
            }
        }

        deinit { budget.give(used.withLock { $0 }, by: owner) }
    }

    /// The part of the memory that has no room, with its size in bytes.
    package enum Refusal: Sendable, Equatable {
        case instance(Int)
        case owner(Int)
        case agent(Int)

        /// What is used up.
        var reached: String {
            switch self {
            case .instance(let bytes): "\(Self.text(bytes)) of one instance, a quarter of --series-memory"
            case .owner(let bytes): "\(Self.text(bytes)) of all instances of the uid together, of half of --series-memory"
            case .agent(let bytes): "\(Self.text(bytes)) of all instances together, of --series-memory"
            }
        }

        var remedy: String {
            switch self {
            case .instance: "bound their labels, or raise --series-memory and MemoryMax="
            case .owner: "bound their labels, run services as users of their own, or raise --series-memory and MemoryMax="
            case .agent: "look which instances have the most (apus_service_series), or raise --series-memory and MemoryMax="
            }
        }

        private static func text(_ bytes: Int) -> String {
            bytes >= 1 << 20 ? "\((Double(bytes) / Double(1 << 20) * 10).rounded() / 10) MiB" : "\(bytes >> 10) KiB"
        }
    }

    /// - Returns: nil where there was room.
    private func take(_ bytes: Int, by owner: UInt32, having used: Int) -> Refusal? {
        let most = share(SeriesLimits.instanceMemory)
        guard used + bytes <= most else { return .instance(most) }
        let isSmall = used + bytes <= SeriesLimits.smallInstance.value.bytes
        func part(_ whole: Int) -> Int { isSmall ? whole : whole / 3 * 2 }
        return use.withLock { use in
            let own = use.byOwner[owner, default: 0]
            let most = part(share(SeriesLimits.ownerMemory))
            guard own + bytes <= most else { return .owner(most) }
            guard use.total + bytes <= part(total) else { return .agent(part(total)) }
            use.byOwner[owner] = own + bytes
            use.total += bytes
            return nil
        }
    }

    /// A limit's part of the whole, as large as it is of the default.
    private func share(_ limit: Limit<ByteLimit>) -> Int {
        Int(clamping: Int128(total) * Int128(limit.value.bytes) / Int128(SeriesLimits.memory.value.bytes))
    }

    private func give(_ bytes: Int, by owner: UInt32) {
        use.withLock { use in
            let rest = use.byOwner[owner, default: 0] - bytes
            use.byOwner[owner] = rest > 0 ? rest : nil
            use.total -= bytes
        }
    }
}

/// Divides something among those who want it so that who wants little gets it all, and the others the same each.
package enum FairShare {
    /// - Returns: what each gets; together at most `total`, and less only where all get what they want.
    package static func divide(_ total: Int, among wishes: [Int]) -> [Int] {
        var shares = [Int](repeating: 0, count: wishes.count)
        var rest = max(0, total)
        for (place, index) in wishes.indices.sorted(by: { wishes[$0] < wishes[$1] }).enumerated() {
            shares[index] = min(wishes[index], rest / (wishes.count - place))
            rest -= shares[index]
        }
        return shares
    }
}
