// swift-tools-version: 6.2
import PackageDescription

/// House rules of every target (docs/architecture.md): Swift 6 mode, explicit existentials, imports that leak nothing.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Tests are compiled without optimization, which halves the time, since they run once; what they test is optimized.
let testSettings = settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// The executables carry the Swift runtime, so that a host needs nothing but glibc and the named Debian libraries.
///
/// Modules are compiled once for executables and tests, so that the archives which a static Foundation leans on are named here.
let staticRuntime: [LinkerSetting] = [
    .unsafeFlags([
        "-static-stdlib", "-use-ld=lld", "-Xlinker", "--gc-sections", "-Xlinker", "--icf=safe", "-Xlinker", "-z", "-Xlinker",
        "pack-relative-relocs",
        // All symbols are bound at the start, after which the table of their addresses is read-only.
        "-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now",
    ]),
    .linkedLibrary("_FoundationCollections"), .linkedLibrary("_FoundationCShims"),
]
/// The functions that a running agent uses lie side by side, so that few pages hold them: a recording, which may be older than the program.
let agentOrder: [LinkerSetting] = [
    .unsafeFlags([
        "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/Sources/Agent/function-order.txt",
        "-Xlinker", "--no-warn-symbol-ordering",
    ])
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
let nioSSL = product("NIOSSL", "swift-nio-ssl")
let nioTLS = product("NIOTLS", "swift-nio")
let nioHTTP1 = product("NIOHTTP1", "swift-nio")
let nioEmbedded = product("NIOEmbedded", "swift-nio")
let argumentParser = product("ArgumentParser", "swift-argument-parser")
let httpClient = product("AsyncHTTPClient", "async-http-client")
let hummingbird = product("Hummingbird", "hummingbird")
let hummingbirdCore = product("HummingbirdCore", "hummingbird")
let httpTypes = product("HTTPTypes", "swift-http-types")
let systemPackage = product("SystemPackage", "swift-system")
let grdb = product("GRDB", "GRDB.swift")
let subprocess = product("Subprocess", "swift-subprocess")

/// A floor of the house: a folder of `Sources` and of `Tests`. A module imports its own floor and those below (`.ci/imports` checks it).
struct Floor {
    let name: String

    /// - Parameter isPublic: whether a library of this package holds it: packages that use one take no unsafe flags.
    func c(_ name: String, link libraries: [String] = [], isPublic: Bool = false) -> Target {
        .target(
            name: name, path: "Sources/\(self.name)/\(name)",
            cSettings: [.define("_FORTIFY_SOURCE", to: "2", .when(configuration: .release))]
                + (isPublic ? [] : [.unsafeFlags(["-fstack-protector-strong"], .when(configuration: .release))]),
            linkerSettings: libraries.map { .linkedLibrary($0) })
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
            swiftSettings: testSettings)
    }
}

let base = Floor(name: "Base")
let agent = Floor(name: "Agent")
let generator = Floor(name: "Generator")
let notifications = Floor(name: "Notifications")
let commands = Floor(name: "Commands")

/// What tests of several modules need, and the programs that they run.
func support(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Tests/Support/\(name)", exclude: exclude, swiftSettings: testSettings)
}

func supportProgram(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, path: "Tests/Support/\(folder)", swiftSettings: settings)
}

/// A program that a user of this package could have written: it sees what is public and nothing else.
func outsider(
    _ name: String, _ path: String, _ dependencies: [Target.Dependency], exclude: [String] = [], linker: [LinkerSetting] = [],
    plugins: [Target.PluginUsage] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: path, exclude: exclude, packageAccess: false, linkerSettings: linker,
        plugins: plugins)
}

let package = Package(
    name: "apus",
    products: [
        .library(name: "ApusMetrics", targets: ["ApusMetrics"]),
        .library(name: "ApusReporting", targets: ["ApusReporting"]),
        .library(
            name: "ApusGenerator",
            targets: [
                "AgentMetrics", "ApusDashboards", "ApusDeployment", "ApusFiles", "ApusGenerator", "ApusLint", "ApusMetrics",
                "ApusPromQL", "ApusRules", "ApusText", "ApusTopology", "ExporterCatalog", "FleetCommands", "MonitoringPacks",
            ]),
        .library(name: "LiveChecks", targets: ["FleetTop", "LiveChecks"]),
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
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
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
        base.c("CLinux", isPublic: true),
        base.c("CExposition", isPublic: true),
        base.c("CCompression", link: ["z", "zstd"]),
        base.c("CPatterns", link: ["pcre2-8"]),
        base.c("CSystemd", link: ["systemd"]),
        // The archive: no host needs the library for one file that is read at the start.
        base.c("CYAML", link: [":libyaml.a"]),
        // The archive: only agents whose clients have passwords use it, and of its kinds of hashes one.
        base.c("CBcrypt", link: [":libcrypt.a"]),
        // Loads its two libraries where it is asked: nothing is linked.
        base.c("CDatabases"),
        base.module("ApusText"),
        base.module("ApusLimits"),
        base.module("ApusHTTP", ["ApusLinux", "ApusThreads", nioCore, nioHTTP1, nioPosix]),
        base.module("ApusHTTPClient", ["ApusTLS", httpClient, nioCore, nioHTTP1, nioSSL]),
        base.module("ApusThreads", ["CLinux", lifecycle, logging, signals]),
        base.module("ApusMetrics", ["CExposition"]),
        base.module("ApusLinux", ["CLinux"]),
        base.module("ApusPatterns", ["CPatterns"]),
        base.module("ApusTerminal", ["ApusText", "CLinux"]),
        base.module("ApusTLS", [nioCore, nioSSL]),
        base.module("ApusYAML", ["ApusText", "CYAML"]),
        base.module("EventCatalog", [logging]),
        base.module("ApusSystemd", ["ApusText", "ApusThreads", "CLinux", "EventCatalog", lifecycle, logging]),
        base.module("CommandConventions", ["ApusText", argumentParser]),
        // Agent: what watches, and what a service links to be watched.
        agent.module("AgentMetrics", ["ApusMetrics"], plugins: ["ListConformers"]),
        agent.module("ApusSegment", ["ApusMetrics", "CLinux", atomics]),
        agent.module("ApusOTLP", ["AgentMetrics", "ApusMetrics", "ApusSegment", "ApusText"]),
        agent.module(
            "ApusReporting",
            [
                "AgentMetrics", "ApusLimits", "ApusMetrics", "ApusSegment", "ApusThreads", "CLinux", coreMetrics, lifecycle,
                logging,
            ]),
        agent.module(
            "ApusJournal",
            [
                "AgentMetrics", "ApusLimits", "ApusLinux", "ApusMetrics", "ApusPatterns", "ApusSystemd", "ApusText",
                "ApusThreads",
                "CLinux",
                "CSystemd",
            ]),
        agent.module(
            "ApusProbes",
            [
                "AgentMetrics", "ApusLimits", "ApusLinux", "ApusMetrics", "ApusTLS", "ApusText", "ApusThreads", "CDatabases",
                "CLinux",
                nioCore, nioHTTP1, nioPosix, nioSSL, nioTLS,
            ]),
        agent.module(
            "ApusAgent",
            [
                "AgentMetrics", "ApusHTTP", "ApusJournal", "ApusLimits", "ApusLinux", "ApusMetrics", "ApusOTLP", "ApusPatterns",
                "ApusProbes",
                "ApusSegment", "ApusSystemd", "ApusText", "ApusThreads", "ApusYAML", "CBcrypt", "CCompression", "CLinux",
                "EventCatalog",
                lifecycle, logging, nioCore, nioHTTP1, nioPosix, nioSSL, nioTLS,
            ], plugins: ["ListConformers"]),
        agent.executable(
            "apus-agent",
            [
                "AgentMetrics", "ApusAgent", "ApusJournal", "ApusLimits", "ApusLinux", "ApusProbes", "ApusSystemd", "ApusText",
                "ApusThreads", "CLinux", "CommandConventions", argumentParser, lifecycle, logging, signals,
            ], linker: staticRuntime + agentOrder),
        // Generator: from one topology to every file.
        generator.module("ExporterCatalog", ["ApusMetrics"]),
        generator.module("ApusPromQL", ["ApusMetrics", "ApusText"]),
        generator.module("ApusTopology", ["AgentMetrics", "ApusMetrics", "ApusPromQL", "ApusText"]),
        generator.module("ApusFiles", ["ApusTopology", "Yams"]),
        generator.module(
            "ApusDashboards", ["AgentMetrics", "ApusFiles", "ApusMetrics", "ApusPromQL", "ApusText", "ApusTopology"]),
        generator.module("ApusRules", ["ApusFiles", "ApusMetrics", "ApusPromQL", "ApusText", "ApusTopology"]),
        generator.module(
            "ApusDeployment",
            ["AgentMetrics", "ApusFiles", "ApusMetrics", "ApusPromQL", "ApusText", "ApusTopology", "EventCatalog"]),
        generator.module(
            "MonitoringPacks",
            [
                "AgentMetrics", "ApusDashboards", "ApusFiles", "ApusMetrics", "ApusPromQL", "ApusRules", "ApusText",
                "ApusTopology", "ExporterCatalog",
            ]),
        generator.module(
            "ApusGenerator",
            [
                "AgentMetrics", "ApusDashboards", "ApusDeployment", "ApusFiles", "ApusPromQL", "ApusRules", "ApusText",
                "ApusTopology", "ExporterCatalog", "MonitoringPacks", "Yams",
            ]),
        generator.module(
            "ApusLint", ["AgentMetrics", "ApusMetrics", "ApusPromQL", "ApusText", "ExporterCatalog", "Yams"]),
        generator.module(
            "FleetCommands",
            [
                "AgentMetrics", "ApusDashboards", "ApusDeployment", "ApusFiles", "ApusGenerator", "ApusLint", "ApusMetrics",
                "ApusPromQL", "ApusTopology", "CommandConventions", "ExporterCatalog", "MonitoringPacks", argumentParser,
            ]),
        generator.module(
            "LiveChecks",
            [
                "AgentMetrics", "ApusFiles", "ApusGenerator", "ApusHTTP", "ApusHTTPClient", "ApusLint", "ApusMetrics",
                "ApusPromQL", "ApusTLS", "ApusText",
                "ApusTopology", "CLinux", "CommandConventions", "ExporterCatalog", "FleetCommands", "Yams", argumentParser,
                httpClient,
                nioCore,
                nioHTTP1, nioSSL, product("NIOFoundationCompat", "swift-nio"),
            ]),
        generator.module(
            "FleetTop",
            [
                "ApusLimits", "ApusTerminal", "ApusText", "ApusThreads", "CommandConventions", "LiveChecks", argumentParser,
                nioCore,
            ]),
        // Notifications: the platform that is watched.
        notifications.module("NotificationStore", ["ApusLimits", "ApusText"]),
        notifications.module("SQLiteStore", ["ApusLimits", "ApusMetrics", "NotificationMetrics", "NotificationStore", grdb]),
        notifications.module("NotificationMetrics", ["AgentMetrics", "ApusMetrics", "NotificationStore"]),
        notifications.module(
            "StoreMetrics",
            [
                "AgentMetrics", "ApusReporting", "EventCatalog", "NotificationMetrics", "NotificationStore", coreMetrics,
                lifecycle, logging,
            ]),
        notifications.module(
            "DeliveryWorker",
            [
                "ApusHTTP", "ApusLimits", "ApusMetrics", "ApusReporting", "ApusTLS", "ApusThreads", "CLinux", "EventCatalog",
                "NotificationMetrics",
                "NotificationStore", coreMetrics, lifecycle, logging, nioCore, nioHTTP1, nioPosix, nioSSL,
            ]),
        notifications.module(
            "NotificationAPI",
            [
                "AgentMetrics", "ApusHTTP", "ApusLimits", "ApusLinux", "ApusMetrics", "ApusReporting", "ApusText",
                "EventCatalog",
                "NotificationMetrics",
                "NotificationStore",
                coreMetrics, httpTypes, hummingbird, hummingbirdCore, lifecycle, logging, nioCore, nioHTTP1, nioPosix,
            ]),
        notifications.module(
            "ClusterSupervisor", ["ApusLimits", "ApusLinux", "ApusThreads", lifecycle, logging, subprocess, systemPackage]),
        notifications.module(
            "LoadTest",
            [
                "ApusHTTP", "ApusHTTPClient", "ApusText", httpClient, httpTypes, hummingbird, lifecycle, logging, nioCore,
                nioHTTP1,
                product("Histogram", "hdrhistogram-swift"), signals,
            ]),
        notifications.module(
            "NotificationPack",
            [
                "AgentMetrics", "ApusDashboards", "ApusMetrics", "ApusPromQL", "ApusText", "ApusTopology", "MonitoringPacks",
                "NotificationMetrics",
            ]),
        notifications.module("NotificationFleet", ["ApusText", "ApusTopology", "NotificationPack", "NotificationStore"]),
        // Commands: thin.
        commands.executable(
            "apus",
            [
                "AgentMetrics", "ApusDeployment", "ApusFiles", "ApusHTTP", "ApusLimits", "ApusLinux", "ApusMetrics",
                "ApusReporting",
                "ApusSystemd",
                "ApusTLS",
                "ApusText",
                "ApusThreads",
                "ApusTopology", "ClusterSupervisor", "CommandConventions", "DeliveryWorker", "EventCatalog", "FleetCommands",
                "FleetTop", "LiveChecks",
                "LoadTest", "NotificationAPI", "NotificationFleet", "NotificationMetrics", "NotificationStore", "SQLiteStore",
                "StoreMetrics", argumentParser, coreMetrics, lifecycle, logging, nioCore, nioHTTP1, nioPosix, nioSSL,
                signals,
            ], linker: staticFoundation),
        // Lists the metric subsystems and the sources of the agent, which are found by being there.
        .plugin(name: "ListConformers", capability: .buildTool()),
        // What tests share.
        support("HostTesting"),
        support("SampleMetrics", ["ApusMetrics"]),
        support("StoreConformance", ["ApusLimits", "NotificationStore"]),
        support(
            "NotificationTesting",
            ["ApusMetrics", "HostTesting", "NotificationStore", "SQLiteStore", coreMetrics, lifecycle, logging]),
        support("ServerTesting", ["HostTesting"]),
        support("SegmentTesting", ["ApusMetrics", "ApusSegment"]),
        support(
            "GeneratorTesting",
            [
                "AgentMetrics", "ApusDashboards", "ApusDeployment", "ApusFiles", "ApusGenerator", "ApusMetrics", "ApusPromQL",
                "ApusRules", "ApusTopology", "ExporterCatalog", "HostTesting", "MonitoringPacks", "Yams",
            ], exclude: ["Schemas"]),
        // A service that a test of the segment kills a thousand times.
        supportProgram("killed-writer", "KilledWriter", ["ApusMetrics", "ApusSegment"]),
        // A service that hangs on command, for the tests of hang detection.
        supportProgram("hung-service", "HungService", ["ApusReporting", logging]),
        // A hostile neighbour, for the tests of what agent, API and workers bear.
        supportProgram("attacker", "Attacker", ["ApusMetrics", "ApusSegment", "CLinux"]),
        // A week of an agent in which everything begins and ends, for the test that it keeps nothing of it.
        supportProgram(
            "simulated-week", "SimulatedWeek",
            [
                "AgentMetrics", "ApusAgent", "ApusLinux", "ApusMetrics", "ApusOTLP", "ApusSegment", "CLinux", "HostTesting",
                logging,
            ]),
        // A service with a series of every kind, for the tests of the formats.
        supportProgram("reporting-service", "ReportingService", ["ApusMetrics", "ApusReporting", logging]),
        // Tests: a module each, then the whole product.
        base.tests(
            "ApusMetricsTests", ["ApusMetrics", "CExposition", "HostTesting"],
            exclude: ["Oracle/check.py", "Oracle/reader", "Oracle/reported.py"]),
        base.tests("ApusLimitsTests", ["ApusLimits"]),
        base.tests("ApusHTTPTests", ["ApusHTTP", "ApusLinux", "HostTesting", nioCore, nioEmbedded, nioHTTP1, nioPosix]),
        base.tests("ApusThreadsTests", ["ApusThreads", "CLinux", "HostTesting", lifecycle, logging]),
        base.tests("CommandConventionsTests", ["CommandConventions", argumentParser]),
        base.tests("ApusTextTests", ["ApusText"]),
        base.tests("ApusPatternsTests", ["ApusPatterns"]),
        base.tests("ApusTerminalTests", ["ApusTerminal", "HostTesting"]),
        base.tests("ApusYAMLTests", ["ApusText", "ApusYAML"]),
        base.tests("ApusLinuxTests", ["ApusLinux", "CLinux", "HostTesting"], resources: [.copy("Fixtures")]),
        base.tests("ApusSystemdTests", ["ApusSystemd", "EventCatalog", "HostTesting", logging]),
        agent.tests("AgentMetricsTests", ["AgentMetrics", "ApusMetrics"]),
        agent.tests(
            "ApusOTLPTests", ["AgentMetrics", "ApusMetrics", "ApusOTLP", "HostTesting"], exclude: ["Oracle/sdk.py"]),
        agent.tests("ApusSegmentTests", ["ApusMetrics", "ApusSegment", "CLinux", "SegmentTesting", "killed-writer"]),
        agent.tests(
            "ApusReportingTests",
            [
                "AgentMetrics", "ApusMetrics", "ApusReporting", "ApusSegment", "CLinux", "HostTesting", "SampleMetrics",
                "SegmentTesting", "reporting-service", coreMetrics, lifecycle, logging,
            ]),
        agent.tests(
            "ApusJournalTests", ["AgentMetrics", "ApusJournal", "ApusLinux", "ApusSystemd", "ApusThreads", "HostTesting"],
            exclude: ["Units/silent_systemd.py"]),
        agent.tests(
            "ApusProbesTests",
            [
                "AgentMetrics", "ApusLimits", "ApusLinux", "ApusProbes", "ApusText", "ApusThreads", "HostTesting",
                "ServerTesting",
                nioCore, nioEmbedded, nioPosix,
            ]),
        agent.tests(
            "ApusAgentTests",
            [
                "AgentMetrics", "ApusAgent", "ApusHTTP", "ApusJournal", "ApusLimits", "ApusLinux", "ApusMetrics", "ApusProbes",
                "ApusReporting", "ApusSegment", "ApusSystemd", "ApusText", "CLinux", "HostTesting", "SampleMetrics",
                "ServerTesting", "hung-service", "simulated-week",
                coreMetrics, httpClient, lifecycle,
                logging, nioCore, nioHTTP1,
            ], exclude: ["Fixtures"]),
        generator.tests(
            "ExporterCatalogTests", ["ApusMetrics", "ExporterCatalog", "HostTesting", "ServerTesting"],
            resources: [.copy("Fixtures")]),
        generator.tests(
            "ApusPromQLTests", ["AgentMetrics", "ApusMetrics", "ApusPromQL", "ApusText", "HostTesting", "SampleMetrics"]),
        generator.tests(
            "ApusTopologyTests",
            ["AgentMetrics", "ApusMetrics", "ApusPromQL", "ApusTopology"]),
        generator.tests("ApusFilesTests", ["ApusFiles", "HostTesting"]),
        generator.tests(
            "ApusDashboardsTests",
            [
                "AgentMetrics", "ApusDashboards", "ApusFiles", "ApusMetrics", "ApusPromQL", "ApusTopology", "ExporterCatalog",
                "GeneratorTesting", "HostTesting", "MonitoringPacks",
            ]),
        generator.tests(
            "ApusRulesTests",
            [
                "AgentMetrics", "ApusFiles", "ApusGenerator", "ApusMetrics", "ApusProbes", "ApusPromQL", "ApusRules",
                "ApusTopology", "GeneratorTesting", "HostTesting", "MonitoringPacks", "ServerTesting",
            ]),
        generator.tests(
            "ApusDeploymentTests",
            [
                "AgentMetrics", "ApusAgent", "ApusDeployment", "ApusFiles", "ApusGenerator", "ApusLinux", "ApusProbes",
                "ApusPromQL", "ApusTopology",
                "EventCatalog", "GeneratorTesting", "HostTesting", "ServerTesting", "Yams",
            ]),
        generator.tests(
            "MonitoringPacksTests",
            [
                "AgentMetrics", "ApusDashboards", "ApusFiles", "ApusMetrics", "ApusPromQL", "ApusTopology", "GeneratorTesting",
                "MonitoringPacks",
            ]),
        generator.tests(
            "ApusGeneratorTests",
            [
                "ApusDashboards", "ApusFiles", "ApusGenerator", "ApusTopology", "ExporterCatalog", "GeneratorTesting",
                "HostTesting", "Yams",
            ]),
        generator.tests(
            "FleetCommandsTests",
            [
                "ApusDashboards", "ApusLint", "ApusMetrics", "ApusPromQL", "ApusTopology", "ExporterCatalog", "FleetCommands",
                "LiveChecks", "MonitoringPacks", argumentParser,
            ]),
        generator.tests("FleetTopTests", ["ApusTerminal", "FleetTop"]),
        generator.tests("ApusLintTests", ["ApusLint", "ApusMetrics", "ApusPromQL", "ApusText"]),
        notifications.tests("NotificationMetricsTests", ["AgentMetrics", "ApusMetrics", "NotificationMetrics"]),
        notifications.tests("NotificationStoreTests", ["NotificationStore"]),
        notifications.tests("SQLiteStoreTests", ["HostTesting", "NotificationStore", "SQLiteStore", "StoreConformance", grdb]),
        notifications.tests(
            "StoreMetricsTests",
            [
                "AgentMetrics", "ApusMetrics", "HostTesting", "NotificationMetrics", "NotificationStore", "NotificationTesting",
                "StoreMetrics", logging,
            ]),
        notifications.tests(
            "DeliveryWorkerTests",
            [
                "ApusLimits", "ApusMetrics", "ApusThreads", "DeliveryWorker", "HostTesting", "NotificationMetrics",
                "NotificationStore", "NotificationTesting", httpTypes, hummingbird, lifecycle, logging, nioCore, nioHTTP1,
                nioPosix,
                nioPosix, nioSSL,
            ]),
        notifications.tests(
            "NotificationAPITests",
            [
                "ApusHTTP", "ApusLimits", "HostTesting", "NotificationAPI", "NotificationStore", "NotificationTesting",
                coreMetrics, grdb, httpClient, lifecycle, logging, nioCore, nioHTTP1, nioPosix,
                product("MetricsTestKit", "swift-metrics"),
            ]),
        notifications.tests(
            "NotificationPackTests",
            [
                "ApusDashboards", "ApusFiles", "ApusGenerator", "ApusPromQL", "ApusTopology", "GeneratorTesting", "HostTesting",
                "MonitoringPacks",
                "NotificationFleet", "NotificationPack",
            ]),
        notifications.tests(
            "NotificationFleetTests",
            [
                "AgentMetrics", "ApusDeployment", "ApusFiles", "ApusGenerator", "ApusTopology", "DeliveryWorker",
                "GeneratorTesting", "HostTesting", "NotificationAPI", "NotificationFleet", "NotificationPack", "Yams",
            ]),
        notifications.tests("ClusterSupervisorTests", ["ClusterSupervisor", "HostTesting", lifecycle, logging]),
        notifications.tests(
            "LoadTestTests",
            [
                "DeliveryWorker", "LoadTest", "NotificationAPI", "NotificationStore", "NotificationTesting", coreMetrics,
                httpClient, lifecycle, nioCore, nioHTTP1,
            ]),
        commands.tests(
            "SystemTests",
            [
                "ApusDeployment", "ApusFiles", "ApusGenerator", "ApusLint", "ApusMetrics", "ApusPromQL", "ApusTopology",
                "EventCatalog", "HostTesting", "NotificationFleet", "NotificationPack", "reporting-service",
            ]),
        commands.tests(
            "IntegrationTests",
            [
                "AgentMetrics", "ApusAgent", "ApusDeployment", "ApusFiles", "ApusGenerator", "ApusJournal", "ApusLimits",
                "ApusLint", "ApusMetrics", "ApusProbes", "ApusPromQL", "ApusReporting", "ApusTopology", "ClusterSupervisor",
                "DeliveryWorker",
                "ExporterCatalog", "FleetTop", "HostTesting", "LiveChecks", "MonitoringPacks", "NotificationAPI",
                "NotificationFleet",
                "NotificationMetrics", "NotificationPack", "NotificationStore", "SQLiteStore", "ServerTesting",
                "reporting-service", httpClient, nioCore, nioHTTP1,
            ],
            exclude: [
                "Page/check.py", "Page/chromium.py", "Paths/automount.py", "Paths/silent.py", "Reports/mutants.py",
                "Reports/restarts.py",
                "Top/agents.py",
                "Top/screen.py",
                "Trust/clients.py",
            ]),
        // The sources of the examples, whose own Package.swift are for their readers: so they are compiled with everything else.
        outsider(
            "ShopExample", "Examples/Shop/Sources/Shop",
            ["ApusDashboards", "ApusMetrics", "ApusPromQL", "ApusTopology", "FleetCommands", "LiveChecks", "MonitoringPacks"]),
        outsider(
            "PolyglotExample", "Examples/Polyglot/Sources/Polyglot",
            ["ApusDashboards", "ApusMetrics", "ApusPromQL", "ApusTopology", "FleetCommands", "LiveChecks"]),
    ]
)

// Benchmarks share every object with the product. One needs a package that nobody else needs, so that they are asked for:
// APUS_BENCHMARKS=1 make product NAME=Ratios
if let benchmarks = Context.environment["APUS_BENCHMARKS"] {
    package.dependencies.append(.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []))
    package.targets += [
        outsider("Ratios", "Benchmarks/Ratios", ["ApusMetrics", "ApusReporting", atomics, coreMetrics, logging]),
        outsider(
            "Dashboards", "Benchmarks/Dashboards",
            ["AgentMetrics", "ApusDashboards", "ApusGenerator", "ApusMetrics", "ApusPromQL"],
            exclude: ["peer.py"],
            linker: staticFoundation),
        outsider(
            "LargeFleet", "Benchmarks/Fleet", ["AgentMetrics", "ApusPromQL", "ApusTopology", "FleetCommands"],
            linker: staticFoundation),
        outsider("Registry", "Benchmarks/Registry", ["ApusMetrics", "ApusReporting", logging]),
    ]
    let recording: [Target.Dependency] = [
        "ApusMetrics", "ApusReporting", atomics, coreMetrics, logging, product("Benchmark", "benchmark"),
    ]
    // Only who runs it needs the plugin, which builds tools first: APUS_BENCHMARKS=recording swift package benchmark
    package.targets.append(
        benchmarks == "recording"
            ? outsider(
                "Recording", "Benchmarks/Recording", recording,
                plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
            : .target(name: "Recording", dependencies: recording, path: "Benchmarks/Recording", packageAccess: false))
}
