import Glibc

/// Cards of the PCI bus that interfaces wait for: those that were taken out of the machine or away from
/// their driver, and those that could not be attached.
///
/// The kernel takes a card from a program only when the program lets go of it. vfio asks for it; DPDK's
/// interrupt thread hears that (`InterfaceFactory.watchDevices`), and the interface is made anew on the
/// control thread. That lets go of the card and then fails, so the row shows an error.
///
/// When the card is bound to a driver of DPDK again, the interface is made once more. The next binding is
/// told from the last by the inode of the link `driver` in /sys, which each makes anew: a card that is
/// still there, because the kernel is only about to take it, must not be attached again.
///
/// Control thread.
final class Cards {
  private struct Wait {
    var address: String
    var binding: UInt64
    var wasTaken: Bool
  }
  private let devices: String
  private var waits: [String: Wait] = [:]
  /// Drivers that leave a card to a program.
  private static let handsOff: Set = ["vfio-pci", "uio_pci_generic", "igb_uio"]

  init(devices: String = "/sys/bus/pci/devices") { self.devices = devices }

  /// The interface has to give the card back to the kernel.
  func taken(_ interface: String, _ arguments: String) { wait(interface, arguments, taken: true) }

  /// The interface could not get the card.
  func failed(_ interface: String, _ arguments: String) {
    if waits[interface]?.wasTaken != true { wait(interface, arguments, taken: false) }
  }

  func attached(_ interface: String) { waits[interface] = nil }

  private func wait(_ interface: String, _ arguments: String, taken: Bool) {
    guard let address = Cards.address(arguments) else { return }
    waits[interface] = Wait(address: address, binding: binding(address), wasTaken: taken)
  }

  /// Whether the kernel wants the card for itself, and nobody has bound it since.
  func isTaken(_ arguments: String) -> Bool {
    let address = Cards.address(arguments)
    return waits.values.contains {
      $0.wasTaken && $0.address == address && !isBack($0)
    }
  }

  /// The interfaces whose cards were bound again: to be made once more. Tells each binding once.
  func comeBack() -> [String] {
    let back = waits.filter { isBack($0.value) }.keys.sorted()
    for name in back { waits[name] = nil }
    return back
  }

  private func isBack(_ wait: Wait) -> Bool {
    binding(wait.address) != wait.binding && Cards.handsOff.contains(driver(wait.address))
  }

  /// 0: no driver, or no card.
  private func binding(_ address: String) -> UInt64 {
    var link = stat()
    return lstat("\(devices)/\(address)/driver", &link) == 0 ? UInt64(link.st_ino) : 0
  }

  private func driver(_ address: String) -> String {
    var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = target.withUnsafeMutableBytes {
      readlink(
        "\(devices)/\(address)/driver", $0.baseAddress!.assumingMemoryBound(to: CChar.self),
        $0.count)
    }
    guard length > 0 else { return "" }
    let last = target[..<length].split(separator: UInt8(ascii: "/")).last
    return String(decoding: last ?? [], as: UTF8.self)
  }

  /// The PCI address, as /sys has it, that device arguments begin with; nil for other devices.
  static func address(_ arguments: String) -> String? {
    var text = arguments.prefix { $0 != "," }.lowercased()
    if text.hasPrefix("pci:") { text.removeFirst(4) }
    let parts = text.split(omittingEmptySubsequences: false) { $0 == ":" || $0 == "." }
    guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isHexDigit) }) else { return nil }
    switch parts.map(\.count) {
    case [2, 2, 1]: return "0000:" + text
    case [4, 2, 2, 1]: return text
    default: return nil
    }
  }
}
