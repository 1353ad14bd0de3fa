// A service that does nothing but register series and record on them, from two threads, until it is killed.
// It prints the number of its segment's descriptor, by which the test finds the segment under /proc.
import ApusMetrics
import ApusSegment
import Glibc

enum Recording {
    /// Series with running numbers of six forms, recorded on along with one that both threads share.
    static func run(on writer: SegmentWriter, thread: String) {
        let counted = MetricFamily(name: "counted_total", kind: .counter, help: "Counted.")
        let summed = MetricFamily(name: "summed_total", kind: .counter, help: "Summed as a double.")
        let observed = MetricFamily(name: "observed", kind: .histogram, help: "Ones and twos.", buckets: [1])
        let lasted = MetricFamily(
            name: "lasted_seconds", kind: .nativeHistogram, help: "Halves and eights.",
            shape: try? NativeShape(schema: 1, lowestExponent: -3, octaves: 4))
        let totalled = MetricFamily(name: "totalled", kind: .summary, help: "Twos.")
        let held = MetricFamily(name: "held", kind: .stateSet, help: "Which half.", states: ["first", "second"])
        let shared = writer.series(observed, labels: [("thread", "both")], form: .histogram)
        for number in 0... {
            let labels = [("thread", thread), ("number", "\(number)")]
            let counter = writer.series(counted, labels: labels, form: .integer)
            let sum = writer.series(summed, labels: labels, form: .double)
            let histogram = writer.series(observed, labels: labels, form: .histogram)
            let native = writer.series(lasted, labels: labels, form: .nativeHistogram)
            let summary = writer.series(totalled, labels: labels, form: .summary)
            let state = writer.series(held, labels: labels, form: .state)
            for turn in 0..<100 {
                counter.add(UInt64(1))
                sum.add(0.5)
                histogram.observe(turn % 2 == 0 ? 1 : 2)
                shared.observe(turn % 3 == 0 ? 1 : 2)
                // Powers of two are bounds: both belong to the buckets that they end, the second one above the range.
                native.observeNative(turn % 2 == 0 ? 0.5 : 8)
                summary.summarize(2)
                state.set(state: turn < 50 ? 1 : 2)
            }
        }
    }

    /// The same on a thread of its own. What a thread starts with may not belong to the main actor, as code in this file's body does.
    static func runBeside(_ writer: SegmentWriter) {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Recording.run(on: Unmanaged<SegmentWriter>.fromOpaque(context).takeRetainedValue(), thread: "second")
                return nil
            }, Unmanaged.passRetained(writer).toOpaque())
    }
}

let writer = try SegmentWriter()
let line = Array("\(writer.descriptor)\n".utf8)
_ = write(STDOUT_FILENO, line, line.count)
Recording.runBeside(writer)
Recording.run(on: writer, thread: "first")
