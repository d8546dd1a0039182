import Datapath
import Fields
import OpenFlow

/// MPLS labels. A flow has room for three.
///
/// When the last label is popped, nobody knows what the packet carries: the parser stopped at the
/// labels. Whatever only sends the packet away, or changes its Ethernet header, goes on; anything else
/// waits until the packet was parsed anew (`wasMPLS`, `needsWhatMPLSHid`), as in OVS.
extension Translator {
  func pushLabel(_ etherType: UInt16) {
    let count = countLabels()
    if count == 0 { commit() }
    guard count < HeaderFields.maxLabels else { return fail(.tooManyLabels("push")) }
    if count > 0 {
      for i in 0..<count { examineLabel(i, .max) }
      for i in (1...count).reversed() { flow.headers[label: i] = flow.headers[label: i - 1] }
      flow.headers[label: 0] &= ~LabelStackEntry.bottom
    } else {
      flow.headers[label: 0] = firstLabel()
      forgetPayload()
    }
    flow.key.ethType = etherType
  }

  /// Explicit null, with DSCP and TTL of the packet.
  func firstLabel() -> UInt32 {
    var (trafficClass, ttl): (UInt32, UInt32) = (0, 64)
    if isIP {
      wildcards.key.ipTOS |= 0xfc
      wildcards.key.ipTTL = .max
      trafficClass = UInt32(flow.key.ipTOS & 0xfc) >> 2 & 7
      if flow.key.ipTTL != 0 { ttl = UInt32(flow.key.ipTTL) }
    }
    return (isIPv6 ? 2 : 0) << 12 | trafficClass << 9 | LabelStackEntry.bottom | ttl
  }

  /// What is behind the labels is opaque.
  func forgetPayload() {
    flow.takePayload(of: Flow())
    flow.dpHash = 0
  }

  func popLabel(_ etherType: UInt16) {
    let count = countLabels()
    guard count > 0 else { return }
    if count == HeaderFields.maxLabels {
      examineLabel(count - 1, LabelStackEntry.bottom)
      guard flow.headers[label: count - 1] & LabelStackEntry.bottom != 0 else {
        return fail(.tooManyLabels("pop"))
      }
    }
    removeLabel(count, etherType)
    if !EtherType.isMPLS(etherType) { wasMPLS = true }
  }

  /// Takes the outermost of `count` entries away.
  func removeLabel(_ count: Int, _ etherType: UInt16) {
    for i in 1..<max(count, 1) {
      examineLabel(i, .max)
      flow.headers[label: i - 1] = flow.headers[label: i]
    }
    flow.headers[label: count - 1] = 0
    flow.key.ethType = etherType
  }

  /// How many entries there are, as far as a flow has them; looks at what tells.
  func countLabels() -> Int {
    guard flow.isMPLS else { return 0 }
    var count = 0
    for i in 0..<HeaderFields.maxLabels {
      examineLabel(i, LabelStackEntry.bottom)
      if flow.headers[label: i] & LabelStackEntry.bottom != 0 { return i + 1 }
      if flow.headers[label: i] != 0 { count += 1 }
    }
    return count
  }

  /// Changes bits of the outermost entry.
  func setLabel(_ value: UInt32, _ mask: UInt32) {
    guard flow.isMPLS else { return }
    examineLabel(0, mask)
    flow.headers[label: 0] = flow.headers[label: 0] & ~mask | value & mask
  }

  /// Of a packet with labels. False when the TTL does not allow it.
  func decrementLabelTTL() -> Bool {
    examineLabel(0, LabelStackEntry.ttl)
    guard flow.headers[label: 0] & LabelStackEntry.ttl > 1 else { return false }
    flow.headers[label: 0] -= 1
    return true
  }

  func examineLabel(_ index: Int, _ bits: UInt32) { wildcards.headers[label: index] |= bits }

  /// Whether an action depends on what was behind the label that was popped.
  func needsWhatMPLSHid(_ action: any Action) -> Bool {
    switch action {
    case is OutputAction, is OutputTruncated, is Enqueue, is OutputReg, is SetVLANVID,
      is SetVLANPCP,
      is SetEthSrc, is SetEthDst, is GroupAction:
      false
    case let load as RegLoad:
      load.destination.field.offset < Flow.Offset.registers
        && load.destination.field.offset >= FlowKey.Offset.ethType
    default: true
    }
  }

  // MARK: Commit

  /// Pops what is in the way, sets the last that can be set, pushes the rest: entries are compared
  /// from the innermost.
  func commitLabels() {
    var old = base.isMPLS ? base.headers.labels : []
    let new = flow.isMPLS ? flow.headers.labels : []
    guard old != new || flow.key.ethType != base.key.ethType else { return }
    var same = 0
    while same < min(old.count, new.count),
      old[old.count - 1 - same] == new[new.count - 1 - same]
    { same += 1 }
    while old.count > same {
      if old.count - 1 == same, new.count > same {
        let entry = new[new.count - old.count]
        examineLabel(0, .max)
        actions.append(.setMPLS(lse: entry, mask: .max))
        old[0] = entry
        same += 1
      } else {
        let type =
          !flow.isMPLS && old.count > 1 ? EtherType.mpls : flow.key.ethType
        actions.append(.popMPLS(etherType: type))
        old.removeFirst()
      }
    }
    for entry in new.dropLast(old.count).reversed() {
      actions.append(.pushMPLS(etherType: flow.key.ethType, lse: entry))
    }
    if !new.isEmpty || base.isMPLS { base.key.ethType = flow.key.ethType }
    for i in 0..<HeaderFields.maxLabels {
      base.headers[label: i] = i < new.count ? new[i] : 0
    }
  }
}

extension Flow {
  /// What labels would hide is as in `other`.
  mutating func takePayload(of other: Flow) {
    (key.w3, key.w4, key.w5, key.w6, key.w7) = (
      other.key.w3, other.key.w4, other.key.w5, other.key.w6, other.key.w7
    )
    key.tcpFlags = other.key.tcpFlags
    withUnsafeMutableBytes(of: &headers) { mine in
      withUnsafeBytes(of: other.headers) { mine.copyMemory(from: .init(rebasing: $0[..<37])) }
    }
  }
}

/// Bits of a label stack entry.
enum LabelStackEntry {
  static let bottom: UInt32 = 0x100
  static let label: UInt32 = 0xffff_f000
  static let trafficClass: UInt32 = 0xe00
  static let ttl: UInt32 = 0xff
}

extension EtherType {
  static func isMPLS(_ type: UInt16) -> Bool { type == mpls || type == mplsMulticast }
}

extension HeaderFields {
  static let maxLabels = 3

  /// A label stack entry, the outermost first.
  subscript(label index: Int) -> UInt32 {
    get {
      withUnsafeBytes(of: self) {
        UInt32(
          bigEndian: $0.loadUnaligned(
            fromByteOffset: Offset.mplsLSE + 4 * index, as: UInt32.self))
      }
    }
    set {
      withUnsafeMutableBytes(of: &self) {
        $0.storeBytes(
          of: newValue.bigEndian, toByteOffset: Offset.mplsLSE + 4 * index, as: UInt32.self)
      }
    }
  }

  /// The entries that are there, the outermost first.
  var labels: [UInt32] {
    var labels: [UInt32] = []
    for i in 0..<Self.maxLabels {
      let entry = self[label: i]
      if entry == 0 { break }
      labels.append(entry)
      if entry & LabelStackEntry.bottom != 0 { break }
    }
    return labels
  }
}
