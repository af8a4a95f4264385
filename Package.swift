// swift-tools-version: 6.3;(experimentalCGen)
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A Swift target of the package: every one is built under the same strict settings.
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A command-line program of the package.
func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A test target of the package.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "varve",
    products: [
        .executable(name: "varve", targets: ["varve"]),
        .library(name: "VarveLog", targets: ["VarveLog", "VarveStorage"]),
        .library(name: "VarveStreams", targets: ["VarveStreams"]),
        .library(name: "VarveStore", targets: ["VarveStore"]),
        .library(name: "VarveClient", targets: ["VarveClient"]),
    ],
    targets: [
        // What Debian provides.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Without pkg-config: SwiftPM refuses its one flag, a definition; CSimdjson has that.
        .systemLibrary(name: "CSimdjsonLibrary", providers: [.apt(["libsimdjson-dev"])]),
        .systemLibrary(
            name: "CRocksDB", pkgConfig: "rocksdb", providers: [.apt(["librocksdb-dev"])]),
        .systemLibrary(name: "CRE2Library", providers: [.apt(["libre2-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev", "protobuf-c-compiler"])]),
        // The few lines that Swift cannot say.
        .target(name: "CVarve"),
        .target(
            name: "CSimdjson", dependencies: ["CSimdjsonLibrary"],
            cxxSettings: [.define("SIMDJSON_THREADS_ENABLED", to: "1")],
            linkerSettings: [.linkedLibrary("simdjson")]),
        .target(
            name: "CRE2", dependencies: ["CRE2Library"],
            linkerSettings: [.linkedLibrary("re2")]),
        // The store's messages: protoc-c makes their C at build time.
        .plugin(name: "ProtobufMessages", capability: .buildTool()),
        .target(
            name: "CMessages", dependencies: ["CProtobufC"], exclude: ["proto"],
            plugins: ["ProtobufMessages"]),

        library("VarvePlatform", ["CVarve"]),
        library("VarveBytes", ["CVarve", "COpenSSL"]),
        library("VarveStorage", ["VarvePlatform", "VarveBytes"]),
        library("VarveIndex", ["CRocksDB", "VarvePlatform", "VarveBytes"]),
        library(
            "VarveSimulation", ["VarveStorage", "VarveIndex", "VarvePlatform", "VarveBytes"]),
        library(
            "VarveLog",
            ["VarveIndex", "VarveStorage", "VarvePlatform", "VarveBytes", "CZstd", "CLZ4"]),
        library(
            "VarveStreams",
            ["VarveLog", "VarveIndex", "VarveStorage", "VarvePlatform", "VarveBytes", "CSimdjson"]),
        library(
            "VarveStore",
            ["VarveLog", "VarveIndex", "VarveStorage", "VarvePlatform", "VarveBytes", "CRE2"]),
        library("VarveHTTP", ["VarveBytes"]),
        library("VarveConnect", ["CMessages", "CProtobufC", "CZlib", "CZstd", "VarveBytes"]),
        library("VarveNetwork", ["VarveHTTP", "VarvePlatform", "VarveBytes"]),
        library(
            "VarveServer",
            [
                "VarveNetwork", "VarveHTTP", "VarveConnect", "VarveStreams", "VarveStore",
                "VarveLog",
                "VarveIndex", "VarvePlatform", "VarveBytes",
            ]),
        library("VarveClient", ["VarveHTTP", "VarveConnect", "VarveBytes"]),
        library(
            "VarveSimulator",
            [
                "VarveSimulation", "VarveStreams", "VarveStore", "VarveLog", "VarveIndex",
                "VarveStorage", "VarvePlatform", "VarveBytes",
            ]),
        library("VarveLoad", ["VarveHTTP", "VarvePlatform", "VarveBytes"]),
        library("VarveConformance", ["VarveStreams", "VarvePlatform"]),
        program(
            "varve",
            [
                "VarveServer", "VarveNetwork", "VarveStreams", "VarveStore", "VarveLog",
                "VarveStorage", "VarveClient", "VarveLoad", "VarveConformance", "VarvePlatform",
                "VarveBytes",
            ]),
        program(
            "varve-bench",
            [
                "VarveStreams", "VarveStore", "VarveLog", "VarveIndex", "VarveStorage",
                "VarvePlatform", "VarveBytes",
            ]),
        program("varve-simulate", ["VarveSimulator", "VarvePlatform"]),

        tests("VarvePlatformTests", ["VarvePlatform", "CVarve"]),
        tests("VarveBytesTests", ["VarveBytes"]),
        tests("VarveStorageTests", ["VarveStorage", "VarveSimulation", "VarvePlatform"]),
        tests(
            "VarveIndexTests",
            ["VarveIndex", "VarveSimulation", "VarvePlatform", "VarveBytes", "ServerProcess"]),
        tests(
            "VarveLogTests",
            [
                "VarveLog", "VarveIndex", "VarveSimulation", "VarveStorage", "VarvePlatform",
                "VarveBytes",
            ]),
        tests(
            "VarveStreamsTests",
            [
                "VarveStreams", "VarveLog", "VarveSimulation", "VarveStorage", "VarvePlatform",
                "VarveBytes",
            ]),
        tests(
            "VarveStoreTests",
            [
                "VarveStore", "VarveStreams", "VarveLog", "VarveIndex", "VarveSimulation",
                "VarveStorage", "VarvePlatform", "VarveBytes", "ServerProcess",
            ]),
        tests(
            "PropertyTests",
            ["VarveStreams", "VarveLog", "VarveStorage", "VarvePlatform"]),
        tests("SimulationTests", ["VarveSimulator"]),
        tests("VarveHTTPTests", ["VarveHTTP", "VarveBytes"]),
        tests("VarveConnectTests", ["VarveConnect", "VarveBytes"]),
        tests("VarveNetworkTests", ["VarveNetwork", "VarveHTTP", "VarvePlatform"]),
        tests(
            "VarveServerTests",
            [
                "VarveServer", "VarveNetwork", "VarveHTTP", "VarveConnect", "VarveStreams",
                "VarveStore", "VarveLog", "VarveIndex", "VarveSimulation", "VarveStorage",
                "VarvePlatform", "ServerProcess",
            ]),
        tests(
            "VarveClientTests",
            ["VarveClient", "VarveServer", "VarveNetwork", "VarvePlatform", "ServerProcess"]),
        tests(
            "ConformanceTests",
            [
                "VarveConformance", "VarveServer", "VarveNetwork", "VarveStreams", "VarveLog",
                "VarveStorage", "VarveSimulation", "VarvePlatform", "ServerProcess",
            ]),
        tests(
            "CrashTests",
            [
                "VarveLog", "VarveSimulation", "VarveStorage", "VarveStreams", "VarvePlatform",
                "VarveConnect", "VarveBytes", "ServerProcess", "varve",
            ]),
        tests("VarveLoadTests", ["VarveLoad"]),
        .testTarget(
            name: "FormatTests",
            dependencies: [
                "VarveLog", "VarveStorage", "VarvePlatform", "VarveBytes", "ServerProcess", "varve",
            ], exclude: ["Fixtures"], swiftSettings: strict),
        tests("CommandTests", ["ServerProcess", "VarvePlatform", "varve"]),
        // The server as a child process, for the tests that kill it, starve it or follow the guide.
        .target(
            name: "ServerProcess", dependencies: ["VarvePlatform"], path: "Tests/ServerProcess",
            swiftSettings: strict),
        tests("TidyTests", ["ServerProcess", "varve"]),
    ],
    cxxLanguageStandard: .cxx17
)

// The fuzz targets are built by scripts/fuzz.sh only: they need libFuzzer's instrumentation.
if Context.environment["VARVE_FUZZ"] != nil {
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        .executableTarget(
            name: "varve-fuzz",
            dependencies: [
                "CFuzzer", "VarveHTTP", "VarveConnect", "VarveStreams", "VarveStore", "VarveLog",
                "VarveStorage", "VarvePlatform", "VarveBytes",
            ],
            path: "Fuzz/Targets",
            swiftSettings: strict),
    ]
}
