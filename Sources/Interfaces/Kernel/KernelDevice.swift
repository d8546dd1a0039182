import CDPDKShim
import Fields
import Glibc
import Runtime

/// A network device of the kernel, by name: what rtnetlink and ethtool tell of it, and what can be
/// set. Nothing is kept between calls but the name: a device may be deleted or replaced by another
/// of its name at any time. Any thread.
struct KernelDevice {
  let name: String

  init(_ name: String) { self.name = name }

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
    try check(pb_link_read(name, &link))
    var value: UInt64 = 0
    withUnsafeBytes(of: link.address) { for byte in $0 { value = value << 8 | UInt64(byte) } }
    return Link(
      ifindex: Int(link.ifindex),
      macAddress: link.has_address != 0 ? EthernetAddress(value) : nil, mtu: Int(link.mtu),
      adminUp: link.admin_up != 0, linkUp: link.running != 0,
      carrierChanges: Int(link.carrier_changes), counters: link.counters)
  }

  /// Bits per second and duplex, as far as the device says.
  var speed: (bitsPerSecond: Int64?, fullDuplex: Bool?) {
    var duplex: Int32 = -1
    let megabits = pb_link_speed(name, &duplex)
    return (megabits == 0 ? nil : Int64(megabits) * 1_000_000, duplex < 0 ? nil : duplex == 1)
  }

  /// The keys of the column `status`; empty when the device does not say.
  var driver: [String: String] {
    var d = pb_link_driver()
    guard pb_link_driver(name, &d) == 0 else { return [:] }
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
    try check(pb_link_set_mtu(name, Int32(clamping: mtu)))
  }

  func setAddress(_ address: EthernetAddress) throws(Failure) {
    let bytes = (0..<6).map { UInt8(truncatingIfNeeded: address.value >> UInt64(40 - 8 * $0)) }
    try check(pb_link_set_address(name, bytes))
  }

  func setUp(_ up: Bool) throws(Failure) { try check(pb_link_set_up(name, up ? 1 : 0)) }

  private func check(_ code: Int32) throws(Failure) {
    if code != 0 { throw Failure(code: code) }
  }
}
