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

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "apus",
    products: [
        .library(name: "ApusMetrics", targets: ["ApusMetrics"]),
        .library(name: "ApusReporting", targets: ["ApusReporting"]),
        .library(
            name: "ApusGenerator",
            targets: [
                "ApusPromQL", "ApusTopology", "ApusGenerator", "MetricCatalog", "ExporterCatalog", "FleetCommands", "ApusLint",
            ]),
        .executable(name: "apus", targets: ["apus"]),
        .executable(name: "apus-agent", targets: ["apus-agent"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .target(name: "CExposition"),
        module("ApusMetrics", ["CExposition"]),
        .target(name: "CCompression", linkerSettings: [.linkedLibrary("z"), .linkedLibrary("zstd")]),
        module("ApusLinux", ["CLinux", "CCompression"]),
        .target(name: "CSystemd", linkerSettings: [.linkedLibrary("systemd")]),
        module("EventCatalog", [logging]),
        .target(name: "CPatterns", linkerSettings: [.linkedLibrary("pcre2-8")]),
        module("ApusSystemd", ["ApusMetrics", "CPatterns", "CSystemd", "EventCatalog", lifecycle, logging]),
        module("ApusSegment", ["ApusMetrics", "CLinux", atomics]),
        module("ApusReporting", ["ApusSegment", "ApusLinux", "ApusMetrics", "CLinux", coreMetrics, lifecycle, logging]),
        module("MetricCatalog", ["ApusMetrics"]),
        module("ExporterCatalog", ["ApusMetrics"]),
        module("ApusPromQL", ["ApusMetrics"]),
        module("ApusTopology", ["ApusPromQL", "MetricCatalog", "ApusMetrics"]),
        module(
            "ApusGenerator",
            ["ApusTopology", "ApusPromQL", "EventCatalog", "ExporterCatalog", "MetricCatalog", "ApusMetrics", "Yams"]),
        module("ApusLint", ["ApusPromQL", "ExporterCatalog", "MetricCatalog", "ApusMetrics", "Yams"]),
        module(
            "ApusAgent",
            [
                "ApusLinux", "ApusSystemd", "ApusSegment", "EventCatalog", "MetricCatalog", "ApusMetrics", "CLinux", nioCore,
                nioPosix, nioHTTP1, lifecycle, logging,
            ]),
        module("NotificationStore", [product("GRDB", "GRDB.swift")]),
        module(
            "DeliveryWorker",
            [
                "NotificationStore", "ApusReporting", "ApusMetrics", "EventCatalog", "MetricCatalog", coreMetrics, httpClient,
                lifecycle, logging, nioCore, nioHTTP1,
            ]),
        module(
            "NotificationAPI",
            [
                "NotificationStore", "ApusReporting", "ApusMetrics", "EventCatalog", "MetricCatalog", coreMetrics, hummingbird,
                lifecycle, logging, nioCore, nioPosix,
            ]),
        module("CommandConventions", [argumentParser]),
        module(
            "FleetCommands",
            [
                "ApusGenerator", "ApusLint", "ApusTopology", "ApusPromQL", "ExporterCatalog", "MetricCatalog", "ApusMetrics",
                "CommandConventions", argumentParser,
            ]),
        module(
            "LiveChecks",
            [
                "FleetCommands", "ApusGenerator", "ApusLint", "ApusTopology", "ApusPromQL", "MetricCatalog", "ApusMetrics",
                "CommandConventions", argumentParser, httpClient, nioCore, nioHTTP1,
                product("NIOFoundationCompat", "swift-nio"),
            ]),
        module("ClusterSupervisor", [product("Subprocess", "swift-subprocess"), lifecycle, logging]),
        module(
            "LoadTest",
            [httpClient, hummingbird, product("Histogram", "hdrhistogram-swift"), lifecycle, logging, nioCore]),
        module("NotificationFleet", ["ApusTopology", "ApusPromQL", "ApusMetrics", "MetricCatalog"]),
        .executableTarget(
            name: "apus-agent",
            dependencies: [
                "ApusAgent", "ApusSystemd", "ApusLinux", "CommandConventions", "CLinux", argumentParser, lifecycle, logging,
                signals,
            ],
            swiftSettings: settings, linkerSettings: staticRuntime),
        .executableTarget(
            name: "apus",
            dependencies: [
                "FleetCommands", "LiveChecks", "ApusGenerator", "ApusTopology", "ApusReporting", "NotificationFleet",
                "NotificationStore", "DeliveryWorker",
                "NotificationAPI", "ClusterSupervisor", "CommandConventions", "LoadTest", "ApusLinux", "ApusSystemd", "CLinux",
                "EventCatalog", argumentParser,
                coreMetrics, lifecycle, logging, signals, httpClient, nioCore, nioHTTP1, nioPosix,
            ],
            swiftSettings: settings, linkerSettings: staticFoundation),
        // A service that a test of the segment kills a thousand times.
        .executableTarget(
            name: "killed-writer", dependencies: ["ApusSegment", "ApusMetrics"], path: "Tests/KilledWriter",
            swiftSettings: settings),
        // A service that hangs on command, for the tests of hang detection.
        .executableTarget(
            name: "hung-service", dependencies: ["ApusReporting", logging], path: "Tests/HungService", swiftSettings: settings),
        // A service with a series of every kind, for the tests of the formats.
        .executableTarget(
            name: "reporting-service", dependencies: ["ApusReporting", "ApusMetrics", logging], path: "Tests/ReportingService",
            swiftSettings: settings),
        // Tests: a module each, then the whole product.
        tests("ApusMetricsTests", ["ApusMetrics", "MetricCatalog"], exclude: ["Oracle/check.py", "Oracle/reader"]),
        tests("CommandConventionsTests", ["CommandConventions"]),
        tests("ApusLinuxTests", ["ApusLinux"], resources: [.copy("Fixtures")]),
        .target(name: "HostTesting", path: "Tests/HostTesting", swiftSettings: settings),
        tests("ApusSystemdTests", ["ApusSystemd", "CSystemd", "EventCatalog", "HostTesting", logging]),
        .target(
            name: "SegmentTesting", dependencies: ["ApusSegment", "ApusMetrics"], path: "Tests/SegmentTesting",
            swiftSettings: settings),
        tests("ApusSegmentTests", ["ApusSegment", "SegmentTesting", "ApusMetrics", "CLinux", "killed-writer"]),
        tests(
            "ApusReportingTests",
            [
                "ApusReporting", "ApusSegment", "SegmentTesting", "ApusMetrics", "MetricCatalog", "CLinux", coreMetrics,
                lifecycle,
                logging,
            ]),
        tests(
            "ApusAgentTests",
            [
                "ApusAgent", "ApusReporting", "ApusSegment", "ApusSystemd", "ApusMetrics", "MetricCatalog", "CLinux",
                "HostTesting", "hung-service",
                coreMetrics,
                httpClient, lifecycle, logging, nioCore, nioHTTP1,
            ]),
        // Real servers and exporters on the loopback, started by tests.
        .target(
            name: "ServerTesting", dependencies: ["HostTesting"], path: "Tests/ServerTesting", swiftSettings: settings),
        tests(
            "ExporterCatalogTests", ["ExporterCatalog", "ApusMetrics", "HostTesting", "ServerTesting"],
            resources: [.copy("Fixtures")]),
        tests("ApusPromQLTests", ["ApusPromQL", "ApusMetrics", "MetricCatalog"]),
        tests("ApusTopologyTests", ["ApusTopology", "ApusPromQL", "MetricCatalog", "NotificationFleet"]),
        tests(
            "ApusGeneratorTests",
            [
                "ApusGenerator", "ApusMetrics", "ApusTopology", "ApusPromQL", "EventCatalog", "ExporterCatalog",
                "MetricCatalog",
                "NotificationFleet", "HostTesting", "ServerTesting", "Yams",
            ], exclude: ["Schemas"]),
        tests("ApusLintTests", ["ApusLint", "ApusPromQL", "ApusMetrics", "MetricCatalog"]),
        tests(
            "SystemTests",
            [
                "ApusGenerator", "ApusLint", "ApusPromQL", "ApusTopology", "NotificationFleet", "MetricCatalog", "ApusSystemd",
                "CSystemd",
                "EventCatalog",
                "HostTesting",
            ]),
        tests("NotificationStoreTests", ["NotificationStore", product("GRDB", "GRDB.swift")]),
        tests(
            "DeliveryWorkerTests",
            [
                "DeliveryWorker", "NotificationStore", "MetricCatalog", "ApusMetrics", coreMetrics, hummingbird, httpClient,
                lifecycle, logging,
            ]),
        tests(
            "NotificationAPITests",
            [
                "NotificationAPI", "NotificationStore", product("GRDB", "GRDB.swift"),
                product("MetricsTestKit", "swift-metrics"),
                coreMetrics, httpClient, lifecycle, logging, nioCore, nioHTTP1, nioPosix,
            ]),
        tests("ClusterSupervisorTests", ["ClusterSupervisor", lifecycle, logging]),
        tests(
            "LoadTestTests",
            [
                "LoadTest", "NotificationAPI", "NotificationStore", "DeliveryWorker", coreMetrics, httpClient, lifecycle,
                logging,
                nioCore, nioHTTP1,
            ]),
        tests(
            "IntegrationTests",
            [
                "MetricCatalog", "ApusMetrics", "ApusPromQL", "NotificationStore", "NotificationFleet", "ApusTopology",
                "ApusGenerator", "ApusLint", "ExporterCatalog", "LiveChecks", "HostTesting", "ServerTesting", "CLinux",
                "reporting-service", httpClient, nioCore, nioHTTP1,
                product("Subprocess", "swift-subprocess"),
            ]),
    ]
)
