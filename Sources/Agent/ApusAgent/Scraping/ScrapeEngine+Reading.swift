import CLinux
import NIOCore

/// Pages whose answers are there: they are read on two threads, the quickest first, so that who takes long pays alone.
extension ScrapeEngine {
    /// An answer that waits to be read.
    struct Unread {
        let answer: PageAnswer
        let page: ScrapedPage
        let flight: Flight
        /// The seconds of a processor that reading it is expected to take.
        let expected: Double
    }

    /// A thread that reads pages.
    final class Reader {
        let loop: any EventLoop
        /// What it reads is expected to take less, in seconds of a processor.
        let most: Double
        var isBusy = false

        init(_ loop: any EventLoop, most: Double) {
            self.loop = loop
            self.most = most
        }
    }

    /// Seconds of a processor that a byte is taken to need where nobody knows; what is compressed may come to many times its size, though
    /// nobody asked for it.
    private static let secondsPerByte = (plain: 1e-7, compressed: 2e-6)
    /// What is left, at each reading, of the longest that a page took: who is quick in between does not count as quick.
    private static let memory = 0.98

    func read(_ answer: PageAnswer, _ page: ScrapedPage, _ flight: Flight) {
        flight.isBeingRead = true
        let now = clock.now().monotonic
        page.usualWait = now - min(now, flight.connectedAt ?? now)
        let perByte = answer.contentEncoding == nil ? Self.secondsPerByte.plain : Self.secondsPerByte.compressed
        unread.append(
            Unread(
                answer: answer, page: page, flight: flight,
                expected: max(page.readSeconds, Double(answer.body.count) * perByte)))
        readNext()
    }

    /// Gives the threads that have nothing to do the quickest of those that wait; a page that is late already is read no more.
    private func readNext() {
        for late in unread where late.page.flight !== late.flight { release(late.flight) }
        unread.removeAll { $0.page.flight !== $0.flight }
        for reader in readers where !reader.isBusy {
            let quickest = unread.indices.filter { unread[$0].expected < reader.most }
                .min { unread[$0].expected < unread[$1].expected }
            guard let quickest else { continue }
            read(unread.remove(at: quickest), on: reader)
        }
    }

    private func read(_ next: Unread, on reader: Reader) {
        reader.isBusy = true
        let bound = NIOLoopBound((engine: self, next: next, reader: reader), eventLoop: loop)
        let (answer, identity) = (next.answer, next.page.identity)
        reader.loop.execute { [ledger, loop] in
            // Not of the clock: others may have had the processor meanwhile.
            let start = apus_thread_cpu_nanoseconds()
            let report = ledger.report(answer, of: identity)
            let seconds = Double(apus_thread_cpu_nanoseconds() - start) / 1e9
            loop.execute {
                let (engine, next, reader) = bound.value
                reader.isBusy = false
                next.page.readSeconds = max(seconds, next.page.readSeconds * Self.memory)
                engine.release(next.flight)
                engine.settle(next.page, next.flight, report)
                engine.readNext()
            }
        }
    }
}
