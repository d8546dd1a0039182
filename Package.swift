// swift-tools-version:6.1
import PackageDescription

// Debian's libdpdk.pc cannot be read by SwiftPM (prose in its Description, flags it refuses), so the
// flags and libraries of DPDK stand here, once. `march` is the oldest CPU we run on; newer kernels of
// the shim are chosen when the daemon starts.
let march = "x86-64-v2"
let dpdkFlags = [
  "-I/usr/include/dpdk", "-I/usr/include/x86_64-linux-gnu/dpdk", "-include", "rte_config.h",
  "-march=\(march)",
]
let dpdkLibraries = [
  "rte_eal", "rte_ethdev", "rte_mbuf", "rte_mempool", "rte_ring", "rte_net", "rte_kvargs",
  "rte_vhost", "rte_bus_vdev", "rte_bus_pci", "numa",
]

let common: [SwiftSetting] = [
  .swiftLanguageMode(.v5),
  .unsafeFlags(["-warnings-as-errors", "-Xcc", "-march=\(march)"]),
]
/// Settings of a target that imports CDPDKShim.
let withDPDK = common + [.unsafeFlags(dpdkFlags.flatMap { ["-Xcc", $0] })]
/// Settings of the packet's path, from its bytes to its translation: no dynamic exclusivity checks.
let hot = [SwiftSetting.unsafeFlags(["-enforce-exclusivity=unchecked"])]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nio = [nioCore, .product(name: "NIOPosix", package: "swift-nio")]
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
  name: "patchbay",
  products: [
    .executable(name: "patchbayd", targets: ["patchbayd"]),
    .executable(name: "patchbay", targets: ["patchbay"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    .target(
      name: "CDPDKShim", path: "CDPDKShim",
      cSettings: [.unsafeFlags(dpdkFlags + ["-O3", "-Wall", "-Werror"])],
      linkerSettings: dpdkLibraries.map { .linkedLibrary($0) }),
    .target(name: "Fields", exclude: ["README.md"], swiftSettings: common + hot),
    .target(
      name: "Datapath", dependencies: ["CDPDKShim", "Fields"], exclude: ["README.md"],
      swiftSettings: withDPDK + hot),

    .target(
      name: "Runtime", dependencies: nio + [nioSSL], exclude: ["README.md"], swiftSettings: common),
    .target(
      name: "JSONRPC", dependencies: ["Runtime"] + nio, exclude: ["README.md"],
      swiftSettings: common),
    .target(
      name: "OVSDB", dependencies: ["JSONRPC", "Runtime", nioCore], exclude: ["README.md"],
      swiftSettings: common),
    .target(
      name: "OpenFlow", dependencies: ["Fields"], exclude: ["README.md"], swiftSettings: common),
    .target(
      name: "Pipeline",
      dependencies: ["Fields", "Datapath", "OpenFlow", "Runtime", nioCore],
      exclude: ["README.md"], swiftSettings: withDPDK + hot),
    .target(
      name: "Interfaces",
      dependencies: ["CDPDKShim", "Fields", "Datapath", "Runtime"], exclude: ["README.md"],
      swiftSettings: withDPDK),
    .target(
      name: "Bridges",
      dependencies: [
        "OVSDB", "Interfaces", "Pipeline", "Datapath", "OpenFlow", "Fields", "Runtime",
      ],
      exclude: ["README.md"], swiftSettings: withDPDK),
    .target(
      name: "Commands",
      dependencies: [
        "Bridges", "Interfaces", "Pipeline", "Datapath", "OpenFlow", "Fields", "JSONRPC", "Runtime",
      ],
      exclude: ["README.md"], swiftSettings: withDPDK),
    .target(
      name: "Bench",
      dependencies: [
        "CDPDKShim", "Datapath", "Fields", "Interfaces", "JSONRPC", "Runtime",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      exclude: ["README.md"], swiftSettings: withDPDK + hot),
    .target(
      name: "Doctor", dependencies: ["JSONRPC", "Runtime"], exclude: ["README.md"],
      swiftSettings: common),
    .executableTarget(
      name: "patchbayd",
      dependencies: [
        "Commands", "Bridges", "Interfaces", "Pipeline", "Datapath", "OVSDB", "JSONRPC", "Runtime",
        nioCore,
      ],
      exclude: ["README.md"], swiftSettings: withDPDK),
    .executableTarget(
      name: "patchbay",
      dependencies: [
        "Bench", "Doctor", "JSONRPC", "Runtime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["README.md"], swiftSettings: withDPDK),

    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: common),
    .executableTarget(
      name: "instructions", dependencies: ["CDPDKShim", "Datapath", "Fields", "TestSupport"],
      path: "Tests/Instructions", exclude: ["expected"], swiftSettings: withDPDK),
    .testTarget(
      name: "FieldsTests", dependencies: ["Fields", "TestSupport"], swiftSettings: common),
    .testTarget(
      name: "DatapathTests", dependencies: ["CDPDKShim", "Datapath", "Fields", "TestSupport"],
      swiftSettings: withDPDK),
    .testTarget(
      name: "RuntimeTests", dependencies: ["Runtime", "TestSupport"], swiftSettings: common),
    .testTarget(
      name: "JSONRPCTests", dependencies: ["JSONRPC", "Runtime", "TestSupport"] + nio,
      swiftSettings: common),
    .testTarget(
      name: "OVSDBTests", dependencies: ["OVSDB", "JSONRPC", "Runtime", "TestSupport"] + nio,
      swiftSettings: common
    ),
    .testTarget(
      name: "OpenFlowTests", dependencies: ["OpenFlow", "Fields", "TestSupport"],
      exclude: ["Corpus"],
      swiftSettings: common),
    .testTarget(
      name: "PipelineTests",
      dependencies: ["Pipeline", "Datapath", "OpenFlow", "Fields", "Runtime"],
      swiftSettings: withDPDK),
    .testTarget(
      name: "InterfacesTests",
      dependencies: ["Interfaces", "Datapath", "Fields", "Runtime", "TestSupport"],
      swiftSettings: withDPDK),
    .testTarget(
      name: "BridgesTests",
      dependencies: [
        "Bridges", "OVSDB", "Fields", "TestSupport",
      ],
      swiftSettings: withDPDK),
    .testTarget(
      name: "BenchTests",
      dependencies: ["Bench", "CDPDKShim", "Datapath", "Interfaces", "JSONRPC", "TestSupport"],
      swiftSettings: withDPDK),
    .testTarget(
      name: "DoctorTests", dependencies: ["Doctor", "JSONRPC", "Runtime", "TestSupport"],
      swiftSettings: common),
    .testTarget(name: "CommandsTests", dependencies: ["TestSupport"], swiftSettings: common),
  ]
)
