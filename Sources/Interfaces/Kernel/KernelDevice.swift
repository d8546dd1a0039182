import CDPDKShim
import Fields
import Glibc
import Runtime

/// A network device of the kernel, by name: what rtnetlink and ethtool tell of it, and what can be
/// set. Nothing is kept between calls but the name: a device may be deleted or replaced by another
/// of its name at any time. Any thread.
///
/// A tap can be followed: an internal port that somebody moved into a container's network namespace
/// is read and set there, through our descriptor of it.
struct KernelDevice {
  let name: String
  private let tap: Int32?

  init(_ name: String, tap: Int32? = nil) {
    self.name = name
    self.tap = tap
  }

  /// Whether it is a tap of ours that nobody has deleted.
  var isOurTap: Bool { tap.map { pb_tap_exists($0) != 0 } ?? false }

  /// What the kernel says of a device at one moment.
  struct Link {
    var ifindex: Int
    var macAddress: EthernetAddress?
    var mtu: Int
    var adminUp: Bool
    var linkUp: Bool
    /// How often the carrier came or went since the device was made.
    var carrierChanges: Int
    var counters: pb_link_counters
  }

  /// Why a device cannot be read or set: errno's value.
  struct Failure: Error {
    let code: Int32
    var text: String { errorText(code) }
  }

  func read() throws(Failure) -> Link {
    var link = pb_link()
    try check(call { pb_link_read($0, &link) })
    var value: UInt64 = 0
    withUnsafeBytes(of: link.address) { for byte in $0 { value = value << 8 | UInt64(byte) } }
    return Link(
      ifindex: Int(link.ifindex),
      macAddress: link.has_address != 0 ? EthernetAddress(value) : nil, mtu: Int(link.mtu),
      adminUp: link.admin_up != 0, linkUp: link.running != 0,
      carrierChanges: Int(link.carrier_changes), counters: link.counters)
  }

  /// Fills in speed, duplex and medium, as far as the device says.
  func readMode(into status: inout InterfaceStatus) {
    var mode = pb_link_mode()
    guard call({ pb_link_mode($0, &mode) }) == 0 else { return }
    status.linkSpeed = mode.speed == 0 ? nil : Int64(mode.speed) * 1_000_000
    status.fullDuplex = mode.full_duplex < 0 ? nil : mode.full_duplex == 1
    status.medium = mode.copper != 0 ? .copper : mode.fiber != 0 ? .fiber : nil
    status.autonegotiates = mode.autonegotiates != 0
  }

  /// The keys of the column `status`; empty when the device does not say.
  var driver: [String: String] {
    var d = pb_link_driver()
    guard call({ pb_link_driver($0, &d) }) == 0 else { return [:] }
    return [
      "driver_name": text(of: d.name), "driver_version": text(of: d.version),
      "firmware_version": text(of: d.firmware),
    ]
  }

  private func text<T>(of bytes: T) -> String {
    withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  // MARK: Settings

  func setMTU(_ mtu: Int) throws(Failure) {
    try check(call { pb_link_set_mtu($0, Int32(clamping: mtu)) })
  }

  func setAddress(_ address: EthernetAddress) throws(Failure) {
    let bytes = (0..<6).map { UInt8(truncatingIfNeeded: address.value >> UInt64(40 - 8 * $0)) }
    try check(call { pb_link_set_address($0, bytes) })
  }

  func setUp(_ up: Bool) throws(Failure) { try check(call { pb_link_set_up($0, up ? 1 : 0) }) }

  /// Does something with the device, wherever it is.
  private func call(_ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
    let here = body(name)
    guard here == ENODEV, let tap else { return here }
    var home: Int32 = -1
    var itsName = [CChar](repeating: 0, count: 16)
    guard pb_tap_visit(tap, &itsName, &home) == 0 else { return here }
    defer { pb_netns_return(home) }
    return body(itsName)
  }

  private func check(_ code: Int32) throws(Failure) {
    if code != 0 { throw Failure(code: code) }
  }
}
