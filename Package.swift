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
  "rte_bus_vdev", "rte_bus_pci", "numa",
]

let common: [SwiftSetting] = [
  .swiftLanguageMode(.v5),
  .unsafeFlags(["-warnings-as-errors", "-Xcc", "-march=\(march)"]),
]
/// Settings of a target that imports CDPDKShim.
let withDPDK = common + [.unsafeFlags(dpdkFlags.flatMap { ["-Xcc", $0] })]
/// Settings of the packet's path: whole-module, no dynamic exclusivity checks.
let hot = [SwiftSetting.unsafeFlags(["-enforce-exclusivity=unchecked"])]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let atomics = Target.Dependency.product(name: "Atomics", package: "swift-atomics")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")

let package = Package(
  name: "patchbay",
  products: [
    .executable(name: "patchbayd", targets: ["patchbayd"]),
    .executable(name: "patchbay", targets: ["patchbay"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(
      name: "CDPDKShim", path: "CDPDKShim",
      cSettings: [.unsafeFlags(dpdkFlags + ["-O3", "-Wall", "-Werror"])],
      linkerSettings: dpdkLibraries.map { .linkedLibrary($0) }),
    .target(name: "Fields", swiftSettings: common + hot),
    .target(
      name: "Datapath", dependencies: ["CDPDKShim", "Fields"], swiftSettings: withDPDK + hot),

    .target(name: "Runtime", dependencies: nio + [nioSSL, atomics], swiftSettings: common),
    .target(name: "JSONRPC", dependencies: ["Runtime"] + nio + [nioSSL], swiftSettings: common),
    .target(name: "OVSDB", dependencies: ["JSONRPC", "Runtime"] + nio, swiftSettings: common),
    .target(name: "OpenFlow", dependencies: ["Fields"], swiftSettings: common),
    .target(
      name: "Pipeline",
      dependencies: ["Fields", "Datapath", "OpenFlow", "Runtime", collections] + nio,
      swiftSettings: common + [.unsafeFlags(dpdkFlags.flatMap { ["-Xcc", $0] })]),
    .target(
      name: "Interfaces",
      dependencies: ["CDPDKShim", "Fields", "Datapath", "Runtime"], swiftSettings: withDPDK),
    .target(
      name: "Bridges",
      dependencies: ["OVSDB", "JSONRPC", "Interfaces", "Pipeline", "Datapath", "OpenFlow", "Fields", "Runtime"] + nio,
      swiftSettings: withDPDK),
    .target(
      name: "Commands",
      dependencies: ["Bridges", "Interfaces", "Pipeline", "Datapath", "OpenFlow", "Fields", "JSONRPC", "Runtime"] + nio,
      swiftSettings: withDPDK),
    .executableTarget(
      name: "patchbayd",
      dependencies: ["Commands", "Bridges", "Interfaces", "Pipeline", "Datapath", "OVSDB", "JSONRPC", "Runtime"] + nio,
      swiftSettings: withDPDK),
    .executableTarget(
      name: "patchbay",
      dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: common),

    .testTarget(name: "FieldsTests", dependencies: ["Fields"], swiftSettings: common),
    .testTarget(name: "DatapathTests", dependencies: ["Datapath", "Fields"], swiftSettings: withDPDK),
    .testTarget(name: "RuntimeTests", dependencies: ["Runtime"] + nio, swiftSettings: common),
    .testTarget(name: "JSONRPCTests", dependencies: ["JSONRPC", "Runtime"] + nio, swiftSettings: common),
    .testTarget(name: "OVSDBTests", dependencies: ["OVSDB", "JSONRPC", "Runtime"] + nio, swiftSettings: common),
    .testTarget(
      name: "OpenFlowTests", dependencies: ["OpenFlow", "Fields"], exclude: ["Corpus"],
      swiftSettings: common),
    .testTarget(
      name: "PipelineTests", dependencies: ["Pipeline", "Datapath", "OpenFlow", "Fields", "Runtime"],
      swiftSettings: withDPDK),
    .testTarget(
      name: "InterfacesTests", dependencies: ["Interfaces", "Datapath"], swiftSettings: withDPDK),
    .testTarget(name: "BridgesTests", dependencies: ["Bridges"], swiftSettings: withDPDK),
  ]
)
