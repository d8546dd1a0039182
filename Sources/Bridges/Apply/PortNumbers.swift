/// Chooses OpenFlow port numbers for one bridge.
///
/// A requested number (`ofport_request`) wins, then the number that the database remembers from an
/// earlier run, then the lowest number that was not used lately: a number just freed is not given to
/// another port at once, because controllers may still hold flows for it.
struct OpenFlowPortNumbers {
  /// Ports 1 ... 0xfeff are for interfaces (OpenFlow 1.0, `OFPP_MAX` is 0xff00).
  static let highest: UInt16 = 0xfeff
  /// The bridge's own port (`OFPP_LOCAL`).
  static let local: UInt16 = 0xfffe

  private var used: Set<UInt16> = []
  private var last: UInt16 = 0

  mutating func take(requested: UInt16?, previous: UInt16?) -> UInt16? {
    for wish in [requested, previous].compactMap({ $0 })
    where Self.isValid(wish) && !used.contains(wish) {
      used.insert(wish)
      return wish
    }
    return takeNext()
  }

  mutating func release(_ port: UInt16) { used.remove(port) }

  static func isValid(_ port: UInt16) -> Bool { port >= 1 && port <= highest }

  private mutating func takeNext() -> UInt16? {
    guard used.count < Int(Self.highest) else { return nil }
    repeat { last = last >= Self.highest ? 1 : last + 1 } while used.contains(last)
    used.insert(last)
    return last
  }
}

/// Chooses datapath port numbers: the lowest that is free, 0 being the datapath's own.
///
/// Dummy datapaths number ports by the digits in their names ("p1" is 1, "br0" is 100), so that
/// simulations can be written down beforehand.
struct DatapathPortNumbers {
  static let highest: UInt16 = 0xfffe
  private var used: Set<UInt16> = []
  /// No number below this one is free.
  private var lowest: UInt16 = 1

  mutating func take(name: String, byDigits: Bool) -> UInt16? {
    if byDigits, let number = Self.number(in: name), used.insert(number).inserted { return number }
    while lowest <= Self.highest, used.contains(lowest) { lowest += 1 }
    guard lowest <= Self.highest else { return nil }
    used.insert(lowest)
    return lowest
  }

  /// Takes just this number, if it is one for ports and free.
  mutating func take(exactly number: UInt16) -> Bool {
    number >= 1 && number <= Self.highest && used.insert(number).inserted
  }

  mutating func release(_ port: UInt16) {
    used.remove(port)
    lowest = min(lowest, port)
  }

  private static func number(in name: String) -> UInt16? {
    let start: UInt16 = name.hasPrefix("br") ? 100 : 0
    let digits = name.drop(while: { !$0.isASCIIDigit }).prefix(while: { $0.isASCIIDigit })
    guard let n = UInt16(digits), n <= 60_000, start + n > 0 else { return nil }
    return start + n
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
