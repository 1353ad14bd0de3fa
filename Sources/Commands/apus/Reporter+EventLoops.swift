import ApusReporting
import NIOCore
import NIOPosix

extension Reporter {
    /// Has the event loops of this process watched, on which its HTTP servers and clients run: `event-loop-0`, `event-loop-1`, ….
    func watchEventLoops() {
        for (number, loop) in MultiThreadedEventLoopGroup.singleton.makeIterator().enumerated() {
            watch(executor: "event-loop-\(number)") { probe in loop.execute(probe) }
        }
    }
}
