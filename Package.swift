// swift-tools-version: 6.2
import PackageDescription

/// One language policy for every target: strict concurrency (v6 mode) plus the features that make
/// module boundaries explicit in the source text.
let policy: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

/// The simulator runs tens of millions of target instructions in a test, so it is optimised in debug builds too.
///
/// Exclusivity checking is what costs; bounds and overflow checks stay on. Its instruction handlers lie in many files,
/// so the modules are compiled as a whole (with threads, because SwiftPM's debug output map names one object per file).
let simulatorPolicy: [SwiftSetting] =
    policy + [
        .unsafeFlags(
            ["-O", "-wmo", "-num-threads", "2", "-disable-batch-mode", "-enforce-exclusivity=unchecked"],
            .when(configuration: .debug)),
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
    ]

func layer(_ name: String, on below: [Target.Dependency] = [], settings: [SwiftSetting] = policy) -> Target {
    .target(name: name, dependencies: below, swiftSettings: settings)
}

func tests(
    _ name: String, of modules: [Target.Dependency], exclude: [String] = [], resources: [Resource]? = nil,
    settings: [SwiftSetting] = policy
) -> Target {
    .testTarget(
        name: name, dependencies: modules, exclude: exclude, resources: resources, swiftSettings: settings)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "extflash",
    products: [
        .executable(name: "extflash", targets: ["extflash"]),
        .executable(name: "extflashd", targets: ["extflashd"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.20.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.30.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // base
        layer("Essentials"),
        // usb
        layer("USBTransport", on: ["Essentials"]),
        .systemLibrary(name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
        layer("LibUSBTransport", on: ["Essentials", "USBTransport", "CLibUSB"]),
        // probe
        layer("DebugProbe", on: ["Essentials"]),
        layer("STLinkProbe", on: ["Essentials", "USBTransport", "DebugProbe"]),
        layer("CMSISDAPProbe", on: ["Essentials", "USBTransport", "DebugProbe"]),
        // configuration
        layer("HardwareDescription", on: ["Essentials", yams]),
        // target
        layer("DebugAccess", on: ["Essentials", "DebugProbe"]),
        layer("CortexM", on: ["Essentials", "DebugAccess"]),
        layer("FlashController", on: ["Essentials", "HardwareDescription", "DebugAccess"]),
        layer(
            "TargetControl",
            on: [
                "Essentials", "HardwareDescription", "DebugProbe", "DebugAccess", "CortexM",
                "FlashController",
            ]),
        // flash
        layer("ObjectFiles", on: ["Essentials"]),
        .systemLibrary(name: "CZLib", providers: [.apt(["zlib1g-dev"])]),
        layer("DevicePacks", on: ["Essentials", "CZLib"]),
        layer(
            "FlashLoader",
            on: [
                "Essentials", "ObjectFiles", "DebugAccess", "CortexM", "HardwareDescription",
                "FlashController", "TargetControl",
            ]),
        layer(
            "FlashProgramming",
            on: ["Essentials", "ObjectFiles", "HardwareDescription", "FlashLoader", "FlashController"]),
        // Code of our own that works through commands on the target, and the host's half of it.
        .target(
            name: "FlashAgent",
            dependencies: [
                "Essentials", "ObjectFiles", "DebugAccess", "CortexM", "HardwareDescription",
                "FlashController", "TargetControl", "FlashLoader", "FlashProgramming",
            ], exclude: ["Firmware"], swiftSettings: policy, plugins: ["BuildFlashLoaders"]),
        // What the executable carries: written into Swift sources by the build.
        .target(
            name: "ShippedConfiguration", exclude: ["Config"], swiftSettings: policy,
            plugins: ["EmbedResources"]),
        .plugin(
            name: "EmbedResources", capability: .buildTool(), dependencies: ["EmbedFiles"]),
        .executableTarget(name: "EmbedFiles", path: "Plugins/EmbedFiles", swiftSettings: policy),
        // What runs on the target: built by the toolchain alone.
        .target(
            name: "ReferenceLoader", exclude: ["Firmware"], swiftSettings: policy,
            plugins: ["BuildFlashLoaders"]),
        .plugin(name: "BuildFlashLoaders", capability: .buildTool(), dependencies: ["EmbedFiles"]),
        // simulation
        layer("EmulatedCortexM", settings: simulatorPolicy),
        layer(
            "SimulatedBench", on: ["Essentials", "USBTransport", "EmulatedCortexM", yams],
            settings: simulatorPolicy),
        // The simulated bench for programs of others: what of Linux the Glibc module lacks, and the servers.
        .target(name: "CLinuxShim"),
        layer("BenchServer", on: ["Essentials", "SimulatedBench", "CLinuxShim"]),
        // production: recipes, units and serial numbers as values; what the station keeps
        layer(
            "ProductionJobs", on: ["Essentials", "ObjectFiles", "HardwareDescription", "FlashProgramming"]),
        layer("ProductionStore", on: ["Essentials", "HardwareDescription", "ProductionJobs", crypto, grdb]),
        // the database that stations share
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        layer("CentralDatabase", on: ["Essentials", "ProductionJobs", "CLibPQ"]),
        // shell
        layer(
            "Workbench",
            on: [
                "Essentials", "CLinuxShim", "USBTransport", "LibUSBTransport", "DebugProbe", "STLinkProbe",
                "CMSISDAPProbe",
                "DebugAccess", "CortexM", "HardwareDescription", "FlashController", "TargetControl",
                "ObjectFiles", "DevicePacks",
                "FlashLoader",
                "FlashProgramming", "FlashAgent", "ProductionJobs",
                "ReferenceLoader", "ShippedConfiguration", "SimulatedBench",
            ]),
        // The description of the station's interface, which the build writes into a Swift source.
        .target(name: "StationInterface", swiftSettings: policy, plugins: ["EmbedResources"]),
        // What a station proves with on a network who it is.
        layer(
            "StationTLS",
            on: [
                "Essentials", "ProductionJobs", .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // The station's page is written into a Swift source by the build.
        .target(
            name: "StationServer",
            dependencies: [
                "Essentials", "ObjectFiles", "HardwareDescription", "TargetControl", "FlashProgramming",
                "ProductionJobs", "ProductionStore", "StationInterface", "StationTLS", "CentralDatabase",
                "Workbench",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ], exclude: ["Web/Page"], swiftSettings: policy, plugins: ["EmbedResources"]),
        layer(
            "StationClient",
            on: [
                "Essentials", "ProductionJobs",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .executableTarget(
            name: "extflashd",
            dependencies: [
                "Essentials", "HardwareDescription", "ProductionJobs", "ProductionStore", "CentralDatabase",
                "Workbench", "StationServer", "StationTLS",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: policy),
        .executableTarget(
            name: "extflash",
            dependencies: [
                "Essentials", "CLinuxShim", "ObjectFiles", "TargetControl", "FlashLoader", "FlashProgramming",
                "Workbench", "BenchServer", "ProductionJobs", "StationClient", "StationTLS",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: policy),
        // tests
        tests("EssentialsTests", of: ["Essentials"]),
        tests("USBTransportTests", of: ["USBTransport"]),
        tests("LibUSBTransportTests", of: ["Essentials", "USBTransport", "LibUSBTransport"]),
        // Object files and archives of any shape for tests, made without the code under test.
        .target(
            name: "ELFTestKit", dependencies: ["Essentials"], path: "Tests/ELFTestKit", swiftSettings: policy),
        tests("ObjectFilesTests", of: ["Essentials", "ObjectFiles", "ELFTestKit"]),
        tests("DevicePacksTests", of: ["Essentials", "DevicePacks", "ELFTestKit"]),
        // What tests of probe drivers share: a scripted USB interface and the check that every decoder goes through.
        .target(
            name: "USBTestKit", dependencies: ["Essentials", "USBTransport"], path: "Tests/USBTestKit",
            swiftSettings: policy),
        tests(
            "STLinkProbeTests", of: ["Essentials", "USBTransport", "DebugProbe", "STLinkProbe", "USBTestKit"]),
        tests(
            "CMSISDAPProbeTests",
            of: ["Essentials", "USBTransport", "DebugProbe", "CMSISDAPProbe", "USBTestKit"]),
        // What tests above the probe share: a probe with a debug port, access ports, memory and a core behind it.
        .target(
            name: "DebugTestKit", dependencies: ["Essentials", "DebugProbe"], path: "Tests/DebugTestKit",
            swiftSettings: policy),
        tests("DebugAccessTests", of: ["Essentials", "DebugProbe", "DebugAccess", "DebugTestKit"]),
        tests("CortexMTests", of: ["Essentials", "DebugProbe", "DebugAccess", "CortexM", "DebugTestKit"]),
        tests("HardwareDescriptionTests", of: ["Essentials", "HardwareDescription"]),
        tests(
            "FlashControllerTests",
            of: ["Essentials", "HardwareDescription", "FlashController"]),
        tests(
            "TargetControlTests",
            of: [
                "Essentials", "HardwareDescription", "DebugProbe", "DebugAccess", "CortexM", "TargetControl",
                "DebugTestKit",
            ]),
        tests(
            "FlashLoaderTests",
            of: [
                "Essentials", "CortexM", "HardwareDescription", "FlashController", "FlashLoader",
                "ReferenceLoader", "ELFTestKit", "TestLoaders",
            ]),
        // Loaders in the style of others, and loaders that fail, as machine code for the simulated bench.
        .target(
            name: "TestLoaders", path: "Tests/TestLoaders", exclude: ["Firmware"], swiftSettings: policy,
            plugins: ["BuildFlashLoaders"]),
        tests(
            "FlashProgrammingTests",
            of: ["Essentials", "ObjectFiles", "HardwareDescription", "FlashLoader", "FlashProgramming"]),
        tests("FlashAgentTests", of: ["ObjectFiles", "FlashAgent"]),
        .systemLibrary(
            name: "CUnicorn", path: "Tests/CUnicorn", pkgConfig: "unicorn",
            providers: [.apt(["libunicorn-dev"])]),
        tests(
            "EmulatedCortexMTests", of: ["Essentials", "EmulatedCortexM", "CUnicorn"],
            settings: simulatorPolicy),
        tests(
            "SimulatedBenchTests",
            of: ["Essentials", "USBTransport", "EmulatedCortexM", "SimulatedBench", "BenchTestKit"],
            resources: [.copy("Vectors")]),
        // What tests on the simulated bench share: the descriptions of boards and flash parts.
        .target(
            name: "BenchTestKit", dependencies: ["SimulatedBench"], path: "Tests/BenchTestKit",
            swiftSettings: policy),
        tests(
            "BenchServerTests",
            of: ["Essentials", "SimulatedBench", "BenchServer", "BenchTestKit"]),
        tests(
            "WorkbenchTests",
            of: [
                "Essentials", "CLinuxShim", "ObjectFiles", "ReferenceLoader", "ShippedConfiguration",
                "USBTransport", "USBTestKit", "Workbench",
            ]),
        tests(
            "ProductionJobsTests",
            of: ["Essentials", "ObjectFiles", "HardwareDescription", "FlashProgramming", "ProductionJobs"]),
        tests(
            "ProductionStoreTests", of: ["Essentials", "ProductionJobs", "ProductionStore", grdb]),
        // What tests of a station share: its file, its described interface, and schemas held against documents.
        .target(
            name: "StationTestKit",
            dependencies: [
                "StationInterface", "StationServer", "CentralDatabase", "ProductionJobs", yams,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ], path: "Tests/StationTestKit",
            exclude: ["Certificates"],
            swiftSettings: policy),
        tests(
            "StationServerTests",
            of: [
                "Essentials", "HardwareDescription", "ProductionJobs", "ProductionStore", "Workbench",
                "CentralDatabase", "StationServer", "StationTLS", "StationTestKit", "USBTransport",
                "USBTestKit",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        // The program's words and documents, from command line to exit code.
        tests(
            "CommandLineTests",
            of: [
                "Essentials", "FlashProgramming", "ProductionJobs", "ProductionStore", "Workbench",
                "CentralDatabase", "StationServer", "StationClient", "StationTestKit", "extflash",
                "ELFTestKit",
                "TestLoaders",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Golden"]),
        // The whole stack on the simulated bench.
        tests(
            "ScenarioTests",
            of: [
                "Essentials", "USBTransport", "DebugProbe", "STLinkProbe", "CMSISDAPProbe", "DebugAccess",
                "CortexM",
                "HardwareDescription", "FlashController", "TargetControl", "ObjectFiles", "FlashLoader",
                "FlashProgramming", "FlashAgent",
                "EmulatedCortexM",
                "SimulatedBench", "BenchTestKit", "Workbench", "ReferenceLoader", "ShippedConfiguration",
                "ELFTestKit",
                "TestLoaders",
            ]),
        // The structure of the project itself.
        tests("TidyTests", of: []),
    ])
