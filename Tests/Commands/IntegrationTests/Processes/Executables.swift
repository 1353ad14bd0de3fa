import Foundation
import HostTesting

/// What is tested: the executables of the same build, beside the test's own.
enum Executables {
    static let apus = BuiltProgram.path("apus")
    static let agent = BuiltProgram.path("apus-agent")
    static let reportingService = BuiltProgram.path("reporting-service")

    /// The root of the source tree, for the generated files that are committed.
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path()
}

/// A check that did not come true, or a program that is not there.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
