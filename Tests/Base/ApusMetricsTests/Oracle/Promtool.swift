import Foundation
import HostTesting

/// `promtool check metrics`, from Debian's prometheus.
enum Promtool {
    /// - Returns: with status 0 when all is well and 3 when only the style of names is not.
    static func check(_ exposition: [UInt8]) throws -> Command {
        try Command.run("/usr/bin/promtool", ["check", "metrics"], input: Data(exposition))
    }
}
