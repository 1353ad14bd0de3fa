// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Polyglot",
    dependencies: [
        // A package of one's own names the repository here, and a version.
        .package(name: "apus", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "Polyglot",
            dependencies: [.product(name: "ApusGenerator", package: "apus"), .product(name: "LiveChecks", package: "apus")])
    ]
)
