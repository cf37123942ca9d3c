// swift-tools-version: 6.2
import PackageDescription

// Strict everywhere: what the compiler can check, no reviewer has to.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),  // SE-0335
  .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
  .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
  .enableExperimentalFeature("Lifetimes"),  // stored spans in readers
  .strictMemorySafety(),  // SE-0458
  .treatAllWarnings(as: .error),
]

/// A module of the library with its DocC catalog.
func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
// scrypt, for keys under a passphrase.
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
  .product(name: "NIOTLS", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let certificates: [Target.Dependency] = [
  .product(name: "X509", package: "swift-certificates"), .product(name: "SwiftASN1", package: "swift-asn1"),
]

let package = Package(
  name: "quan",
  products: [
    .library(name: "Quan", targets: ["Quan"]),
    .library(name: "QuanTransport", targets: ["QuanTransport"]),
    .library(name: "QuanEducation", targets: ["QuanEducation"]),
    .library(name: "QuanTesting", targets: ["QuanTesting"]),
    .executable(name: "quan", targets: ["quan"]),
  ],
  dependencies: [
    // Command-line grammar, help and completions.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // SHA-256 (BoringSSL underneath, with the processor's SHA instructions).
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    // SQLite: connections, transactions, migrations.
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // Sockets: the event loop, TLS 1.3 and certificates.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
  ],
  targets: [
    module("QuanCore", []),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    module("QuanFormat", ["QuanCore", "CZlib", crypto, cryptoExtras]),
    module("QuanSync", ["QuanCore", "QuanFormat"]),
    module("QuanStore", ["QuanCore", "QuanFormat", "QuanSync", grdb, sqlite]),
    module("QuanTransport", ["QuanCore", "QuanFormat", "QuanSync", "QuanStore", crypto] + nio + certificates),
    module("Quan", ["QuanCore", "QuanFormat", "QuanSync", "QuanStore"]),
    module("QuanEducation", ["Quan"]),
    module("QuanTesting", ["Quan", "QuanFormat", "QuanStore"]),
    module("QuanCommands", ["Quan", "QuanEducation", "QuanTransport", arguments]),
    .executableTarget(name: "quan", dependencies: ["QuanCommands"], swiftSettings: strict),
    .executableTarget(
      name: "simulate", dependencies: ["QuanTesting", arguments], path: "Tools/Programs/simulate", swiftSettings: strict
    ),
    // Recorded editing histories, for the benchmark and the tests.
    .target(
      name: "EditingTraces", dependencies: ["Quan", "QuanFormat"], path: "Tools/Programs/traces", swiftSettings: strict),
    .executableTarget(
      name: "benchmark", dependencies: ["Quan", "QuanFormat", "QuanTesting", "EditingTraces", sqlite, arguments],
      path: "Tools/Programs/benchmark", swiftSettings: strict),
    .executableTarget(
      name: "TwoReplicas", dependencies: ["Quan", "QuanEducation"], path: "Examples/TwoReplicas", swiftSettings: strict),
    .executableTarget(
      name: "Stick", dependencies: ["Quan", "QuanEducation"], path: "Examples/Stick", swiftSettings: strict),
    .executableTarget(
      name: "Bulletin", dependencies: ["Quan"], path: "Examples/Bulletin", exclude: ["schema.json", "tasks.csv"],
      swiftSettings: strict),
    .executableTarget(
      name: "FormApp", dependencies: ["Quan"], path: "Examples/FormApp", swiftSettings: strict),
    .executableTarget(
      name: "Guides", dependencies: ["Quan"], path: "Examples/Guides", swiftSettings: strict),
    tests("StructureTests", []),
    tests("QuanCoreTests", ["QuanCore", "QuanTesting", "EditingTraces"]),
    tests("QuanSyncTests", ["QuanCore", "QuanFormat", "QuanSync"]),
    tests("QuanTransportTests", ["Quan", "QuanTransport", "QuanStore", "QuanFormat", "QuanSync", "QuanTesting"] + nio),
    tests("QuanTestingTests", ["QuanTesting"]),
    tests("QuanFormatTests", ["QuanFormat", "QuanTesting"], resources: [.copy("Golden")]),
    tests("QuanEducationTests", ["Quan", "QuanEducation"]),
    tests(
      "QuanStoreTests", ["Quan", "QuanStore", "QuanFormat", "QuanTesting", "EditingTraces", "CZlib", sqlite],
      resources: [.copy("Golden")]),
    tests(
      "QuanCommandsTests",
      ["quan", "TwoReplicas", "Stick", "Bulletin", "FormApp", "Guides", "Quan", "QuanCommands", "QuanTesting"],
      exclude: ["Earlier", "Recorded", "Screens"]),
  ]
)
