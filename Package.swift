// swift-tools-version: 6.2
import PackageDescription

/// House rules of every target (docs/architecture.md): Swift 6 mode, explicit existentials, imports that leak nothing.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The executables carry the Swift runtime, so that a host needs nothing but glibc and the named Debian libraries.
///
/// Modules are compiled once for executables and tests, so that the archives which a static Foundation leans on are named here.
let staticRuntime: [LinkerSetting] = [
    .unsafeFlags([
        "-static-stdlib", "-use-ld=lld", "-Xlinker", "--gc-sections", "-Xlinker", "--icf=safe", "-Xlinker", "-z", "-Xlinker",
        "pack-relative-relocs",
    ]),
    .linkedLibrary("_FoundationCollections"), .linkedLibrary("_FoundationCShims"),
]
let staticFoundation: [LinkerSetting] =
    staticRuntime + [
        .linkedLibrary("CoreFoundation"), .linkedLibrary("FoundationInternationalization"), .linkedLibrary("_FoundationICU"),
    ]

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let atomics = product("Atomics", "swift-atomics")
let coreMetrics = product("CoreMetrics", "swift-metrics")
let logging = product("Logging", "swift-log")
let lifecycle = product("ServiceLifecycle", "swift-service-lifecycle")
let signals = product("UnixSignals", "swift-service-lifecycle")
let nioCore = product("NIOCore", "swift-nio")
let nioPosix = product("NIOPosix", "swift-nio")
let nioHTTP1 = product("NIOHTTP1", "swift-nio")
let argumentParser = product("ArgumentParser", "swift-argument-parser")
let httpClient = product("AsyncHTTPClient", "async-http-client")
let hummingbird = product("Hummingbird", "hummingbird")
let httpTypes = product("HTTPTypes", "swift-http-types")
let systemPackage = product("SystemPackage", "swift-system")
let grdb = product("GRDB", "GRDB.swift")
let subprocess = product("Subprocess", "swift-subprocess")

/// A floor of the house: a folder of `Sources` and of `Tests`. A module imports its own floor and those below (`.ci/imports` checks it).
struct Floor {
    let name: String

    func c(_ name: String, link libraries: [String] = []) -> Target {
        .target(name: name, path: "Sources/\(self.name)/\(name)", linkerSettings: libraries.map { .linkedLibrary($0) })
    }

    /// - Parameter plugins: what is done before the module is compiled.
    func module(
        _ name: String, _ dependencies: [Target.Dependency] = [], plugins: [Target.PluginUsage] = []
    ) -> Target {
        .target(
            name: name, dependencies: dependencies, path: "Sources/\(self.name)/\(name)", swiftSettings: settings,
            plugins: plugins)
    }

    func executable(_ name: String, _ dependencies: [Target.Dependency], linker: [LinkerSetting]) -> Target {
        .executableTarget(
            name: name, dependencies: dependencies, path: "Sources/\(self.name)/\(name)", swiftSettings: settings,
            linkerSettings: linker)
    }

    func tests(
        _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
    ) -> Target {
        .testTarget(
            name: name, dependencies: dependencies, path: "Tests/\(self.name)/\(name)", exclude: exclude, resources: resources,
            swiftSettings: settings)
    }
}

let base = Floor(name: "Base")
let agent = Floor(name: "Agent")
let generator = Floor(name: "Generator")
let notifications = Floor(name: "Notifications")
let commands = Floor(name: "Commands")

/// What tests of several modules need, and the programs that they run.
func support(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/Support/\(name)", swiftSettings: settings)
}

func supportProgram(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Tests/Support/\(folder)", swiftSettings: settings)
}

let package = Package(
    name: "apus",
    products: [
        .library(name: "ApusMetrics", targets: ["ApusMetrics"]),
        .library(name: "ApusReporting", targets: ["ApusReporting"]),
        .library(
            name: "ApusGenerator",
            targets: [
                "ApusPromQL", "ApusTopology", "ApusGenerator", "AgentMetrics", "ExporterCatalog", "FleetCommands", "ApusLint",
            ]),
        .executable(name: "apus", targets: ["apus"]),
        .executable(name: "apus-agent", targets: ["apus-agent"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Base: what the kernel, systemd and the metric model say; nothing of a fleet.
        base.c("CLinux"),
        base.c("CExposition"),
        base.c("CCompression", link: ["z", "zstd"]),
        base.c("CPatterns", link: ["pcre2-8"]),
        base.c("CSystemd", link: ["systemd"]),
        base.module("ApusThreads", ["CLinux", lifecycle]),
        base.module("ApusMetrics", ["CExposition"]),
        base.module("ApusLinux", ["CLinux"]),
        base.module("EventCatalog", [logging]),
        base.module("ApusSystemd", ["CSystemd", "EventCatalog", lifecycle, logging]),
        base.module("CommandConventions", [argumentParser]),
        // Agent: what watches, and what a service links to be watched.
        agent.module("AgentMetrics", ["ApusMetrics"], plugins: ["ListConformers"]),
        agent.module("ApusSegment", ["ApusMetrics", "CLinux", atomics]),
        agent.module(
            "ApusReporting", ["ApusMetrics", "ApusSegment", "ApusThreads", "CLinux", coreMetrics, lifecycle, logging]),
        agent.module("ApusJournal", ["ApusMetrics", "ApusSystemd", "CPatterns", "CSystemd"]),
        agent.module(
            "ApusAgent",
            [
                "AgentMetrics", "ApusJournal", "ApusLinux", "ApusMetrics", "ApusSegment", "ApusSystemd", "ApusThreads",
                "CCompression", "CLinux", "EventCatalog", lifecycle, logging, nioCore, nioHTTP1, nioPosix,
            ], plugins: ["ListConformers"]),
        agent.executable(
            "apus-agent",
            [
                "AgentMetrics", "ApusAgent", "ApusJournal", "ApusLinux", "ApusSystemd", "ApusThreads", "CLinux",
                "CommandConventions",
                argumentParser, lifecycle, logging, signals,
            ], linker: staticRuntime),
        // Generator: from one topology to every file.
        generator.module("ExporterCatalog", ["ApusMetrics"]),
        generator.module("ApusPromQL", ["ApusMetrics"]),
        generator.module("ApusTopology", ["AgentMetrics", "ApusMetrics", "ApusPromQL"]),
        generator.module(
            "ApusGenerator",
            ["AgentMetrics", "ApusMetrics", "ApusPromQL", "ApusTopology", "EventCatalog", "ExporterCatalog", "Yams"]),
        generator.module("ApusLint", ["AgentMetrics", "ApusMetrics", "ApusPromQL", "ExporterCatalog", "Yams"]),
        generator.module(
            "FleetCommands", ["ApusGenerator", "ApusLint", "ApusPromQL", "ApusTopology", "CommandConventions", argumentParser]),
        generator.module(
            "LiveChecks",
            [
                "AgentMetrics", "ApusGenerator", "ApusLint", "ApusMetrics", "ApusPromQL", "ApusTopology", "CommandConventions",
                "FleetCommands", argumentParser, httpClient, nioCore, nioHTTP1, product("NIOFoundationCompat", "swift-nio"),
            ]),
        // Notifications: the platform that is watched.
        notifications.module("NotificationStore", [grdb]),
        notifications.module(
            "DeliveryWorker",
            [
                "AgentMetrics", "ApusReporting", "EventCatalog", "NotificationStore", coreMetrics, httpClient, lifecycle,
                logging, nioCore, nioHTTP1,
            ]),
        notifications.module(
            "NotificationAPI",
            [
                "AgentMetrics", "ApusReporting", "EventCatalog", "NotificationStore", coreMetrics, httpTypes, hummingbird,
                lifecycle, logging, nioCore, nioPosix,
            ]),
        notifications.module("ClusterSupervisor", [lifecycle, logging, subprocess, systemPackage]),
        notifications.module(
            "LoadTest",
            [
                httpClient, httpTypes, hummingbird, lifecycle, logging, nioCore, nioHTTP1,
                product("Histogram", "hdrhistogram-swift"), signals,
            ]),
        notifications.module("NotificationFleet", ["ApusTopology"]),
        // Commands: thin.
        commands.executable(
            "apus",
            [
                "AgentMetrics", "ApusGenerator", "ApusReporting", "ApusSystemd", "ApusThreads", "ApusTopology",
                "ClusterSupervisor",
                "CommandConventions", "DeliveryWorker", "EventCatalog", "FleetCommands", "LiveChecks", "LoadTest",
                "NotificationAPI", "NotificationFleet", "NotificationStore", argumentParser, coreMetrics, httpClient, lifecycle,
                logging, nioCore, nioHTTP1, nioPosix, signals,
            ], linker: staticFoundation),
        // Lists the metric subsystems and the sources of the agent, which are found by being there.
        .plugin(name: "ListConformers", capability: .buildTool()),
        // What tests share.
        support("HostTesting"),
        support("ServerTesting", ["HostTesting"]),
        support("SegmentTesting", ["ApusMetrics", "ApusSegment"]),
        // A service that a test of the segment kills a thousand times.
        supportProgram("killed-writer", "KilledWriter", ["ApusMetrics", "ApusSegment"]),
        // A service that hangs on command, for the tests of hang detection.
        supportProgram("hung-service", "HungService", ["ApusReporting", logging]),
        // A service with a series of every kind, for the tests of the formats.
        supportProgram("reporting-service", "ReportingService", ["ApusMetrics", "ApusReporting", logging]),
        // Tests: a module each, then the whole product.
        base.tests("ApusMetricsTests", ["AgentMetrics", "ApusMetrics"], exclude: ["Oracle/check.py", "Oracle/reader"]),
        base.tests("ApusThreadsTests", ["ApusThreads", lifecycle, logging]),
        base.tests("CommandConventionsTests", ["CommandConventions"]),
        base.tests("ApusLinuxTests", ["ApusLinux"], resources: [.copy("Fixtures")]),
        base.tests("ApusSystemdTests", ["ApusSystemd", "EventCatalog", "HostTesting", logging]),
        agent.tests("ApusSegmentTests", ["ApusMetrics", "ApusSegment", "CLinux", "SegmentTesting", "killed-writer"]),
        agent.tests(
            "ApusReportingTests",
            [
                "AgentMetrics", "ApusMetrics", "ApusReporting", "ApusSegment", "CLinux", "SegmentTesting", coreMetrics,
                lifecycle, logging,
            ]),
        agent.tests("ApusJournalTests", ["ApusJournal", "ApusSystemd", "HostTesting"]),
        agent.tests(
            "ApusAgentTests",
            [
                "AgentMetrics", "ApusAgent", "ApusJournal", "ApusLinux", "ApusMetrics", "ApusReporting", "ApusSegment",
                "ApusSystemd", "CLinux", "HostTesting", "hung-service", coreMetrics, httpClient, lifecycle, logging, nioCore,
                nioHTTP1,
            ], exclude: ["Fixtures"]),
        generator.tests(
            "ExporterCatalogTests", ["ApusMetrics", "ExporterCatalog", "HostTesting", "ServerTesting"],
            resources: [.copy("Fixtures")]),
        generator.tests("ApusPromQLTests", ["AgentMetrics", "ApusMetrics", "ApusPromQL"]),
        generator.tests("ApusTopologyTests", ["AgentMetrics", "ApusPromQL", "ApusTopology", "NotificationFleet"]),
        generator.tests(
            "ApusGeneratorTests",
            [
                "AgentMetrics", "ApusGenerator", "ApusMetrics", "ApusPromQL", "ApusTopology", "EventCatalog", "ExporterCatalog",
                "HostTesting", "NotificationFleet", "ServerTesting", "Yams",
            ], exclude: ["Schemas"]),
        generator.tests("ApusLintTests", ["ApusLint", "ApusMetrics", "ApusPromQL"]),
        notifications.tests("NotificationStoreTests", ["NotificationStore", grdb]),
        notifications.tests(
            "DeliveryWorkerTests",
            [
                "AgentMetrics", "ApusMetrics", "DeliveryWorker", "NotificationStore", coreMetrics, httpClient, httpTypes,
                hummingbird, lifecycle, logging, nioCore,
            ]),
        notifications.tests(
            "NotificationAPITests",
            [
                "NotificationAPI", "NotificationStore", coreMetrics, grdb, httpClient, lifecycle, logging, nioCore, nioHTTP1,
                nioPosix, product("MetricsTestKit", "swift-metrics"),
            ]),
        notifications.tests("ClusterSupervisorTests", ["ClusterSupervisor", lifecycle, logging]),
        notifications.tests(
            "LoadTestTests",
            [
                "DeliveryWorker", "LoadTest", "NotificationAPI", "NotificationStore", coreMetrics, httpClient, lifecycle,
                logging, nioCore, nioHTTP1,
            ]),
        commands.tests(
            "SystemTests",
            ["ApusGenerator", "ApusLint", "ApusPromQL", "ApusTopology", "EventCatalog", "HostTesting", "NotificationFleet"]),
        commands.tests(
            "IntegrationTests",
            [
                "ApusGenerator", "ApusLint", "ApusPromQL", "ApusTopology", "ExporterCatalog", "HostTesting", "LiveChecks",
                "NotificationFleet", "NotificationStore", "ServerTesting", "reporting-service", httpClient, nioCore, nioHTTP1,
            ]),
    ]
)
