import Foundation

/// What is tested: the executables of the same build, beside the test's own.
enum Executables {
    static let apus = folder + "/apus"
    static let agent = folder + "/apus-agent"
    static let reportingService = folder + "/reporting-service"

    private static let folder: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(filePath: own).deletingLastPathComponent().path()
    }()

    /// The root of the source tree, for the generated files that are committed.
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path()
}
