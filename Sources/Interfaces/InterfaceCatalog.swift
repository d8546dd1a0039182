/// Every `Interface.type` that there is: one line per file in `Types/`.
public enum InterfaceCatalog {
  static let types: [InterfaceType] = [
    dpdkType, dpdkvhostuserType, dpdkvhostuserclientType, internalType, tapType, systemType,
    patchType, dummyType, dummyPMDType,
  ]

  static func type(named name: String) -> InterfaceType? { types.first { $0.name == name } }

  /// Why types that people know from Open vSwitch are refused. What is neither here nor in `types`
  /// is unknown.
  static func refusal(of type: String) -> String? {
    switch type {
    case "dpdkr":
      "type dpdkr was removed; use type dpdk with a virtual device, or dpdkvhostuserclient"
    case "lisp", "stt": "tunnel type \(type) was removed; use vxlan or geneve"
    case "dpdkvhostcuse": "type dpdkvhostcuse was removed; use dpdkvhostuserclient"
    case "ipsec_gre", "ipsec_gre64", "gre64": "tunnel type \(type) was removed; use gre"
    case "vxlan", "gre", "ip6gre", "geneve", "erspan", "ip6erspan", "gtpu", "bareudp", "srv6",
      "afxdp", "afxdp-nonpmd":
      "type \(type) is not supported yet"
    default: nil
    }
  }
}

/// A line of the catalog.
struct InterfaceType {
  let name: String
  /// Whether the daemon's command line and database allow the type at all; what is not available is
  /// refused like an unknown type.
  var isAvailable: (InterfaceFactory) -> Bool = { _ in true }
  /// Constructs and configures, or throws a `TextError`.
  let make: (InterfaceRequest, InterfaceFactory) throws -> any InterfaceDevice
}
