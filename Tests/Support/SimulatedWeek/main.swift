// A week of an agent with a clock of its own, in which nothing stays what it was: processes of groups, services that report by a segment
// or over HTTP, OpenTelemetry exporters. At each turn of the sampling loop some begin and some end, and everything is scraped.
//
//   simulated-week TURNS
//
// Tells resident memory and descriptors after each quarter, and ends with 1 where they grew after the first one.
import ApusAgent
import Glibc

guard CommandLine.arguments.count == 2, let turns = Int(CommandLine.arguments[1]), turns >= 400 else {
    print("usage: simulated-week TURNS, 400 at least")
    exit(2)
}
let week = try SimulatedWeek()
var marks: [SimulatedWeek.Footprint] = []
for quarter in 1...4 {
    for _ in 0..<turns / 4 { try week.turn() }
    let mark = week.footprint()
    print("after \(quarter * (turns / 4)) turns: \(mark)")
    marks.append(mark)
}
guard let first = marks.first, let last = marks.last else { exit(1) }
// What malloc and the tables have in reserve differs by some pages from one moment to the next.
let grown = last.residentKiB - first.residentKiB
guard grown <= 1024, last.descriptors <= first.descriptors else {
    print("grown by \(grown) KiB and \(last.descriptors - first.descriptors) descriptors")
    exit(1)
}
