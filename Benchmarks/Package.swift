// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "apus-benchmarks",
    dependencies: [
        .package(name: "apus", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
        .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "Ratios",
            dependencies: [
                .product(name: "ApusMetrics", package: "apus"),
                .product(name: "ApusReporting", package: "apus"),
                .product(name: "Atomics", package: "swift-atomics"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Ratios"),
        .executableTarget(
            name: "Dashboards",
            dependencies: [
                .product(name: "ApusGenerator", package: "apus"),
                .product(name: "ApusMetrics", package: "apus"),
            ],
            path: "Dashboards", exclude: ["peer.py"]),
        .executableTarget(
            name: "LargeFleet",
            dependencies: [.product(name: "ApusGenerator", package: "apus")],
            path: "Fleet"),
        .executableTarget(
            name: "Registry",
            dependencies: [
                .product(name: "ApusMetrics", package: "apus"),
                .product(name: "ApusReporting", package: "apus"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Registry"),
        .executableTarget(
            name: "Recording",
            dependencies: [
                .product(name: "ApusMetrics", package: "apus"),
                .product(name: "ApusReporting", package: "apus"),
                .product(name: "Atomics", package: "swift-atomics"),
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Benchmarks/Recording",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ]
)
