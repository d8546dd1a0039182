import Fields
import OpenFlow

/// `multipath` and `bundle`: choosing one of several ways by a hash.

extension Multipath: TranslatableAction {
  public func translate(_ translator: Translator) {
    let hash = translator.hash(fields, basis: basis)
    translator.write(UInt128(link(hash)), into: destination)
    translator.noteValue(of: destination)
  }

  private var links: UInt32 { UInt32(maxLink) + 1 }

  /// Above so many links, weighing each of them for every packet costs too much.
  private static let maxWeighed: UInt32 = 64

  private func link(_ hash: UInt32) -> UInt32 {
    switch algorithm {
    case .moduloN: return hash % links
    case .hashThreshold: return links == 1 ? 0 : hash / (.max / links + 1)
    case .highestRandomWeight:
      guard links <= Self.maxWeighed else { return iterate(hash, modulo: 0) }
      return (0..<links).max { PacketHash.of(hash, $0) < PacketHash.of(hash, $1) } ?? 0
    case .iterativeHash: return iterate(hash, modulo: argument)
    }
  }

  /// Hashes again until the result is a link: most packets keep theirs when the number of links
  /// changes while `modulo` stays.
  private func iterate(_ hash: UInt32, modulo: UInt32) -> UInt32 {
    let fits = modulo >= links && modulo / 2 <= links
    let modulo = fits ? modulo : UInt32(1) << UInt32(32 - (links - 1).leadingZeroBitCount)
    for round in 0..<1000 as Range<UInt32> {
      let link = PacketHash.of(hash, round) % modulo
      if link < links { return link }
    }
    return 0
  }
}

extension BundleAction: TranslatableAction {
  public func translate(_ translator: Translator) {
    let port = choose(translator) ?? OpenFlowPort.none
    guard let destination else { return translator.output(to: port) }
    translator.write(UInt128(port), into: destination)
    translator.noteValue(of: destination)
  }

  private func choose(_ translator: Translator) -> UInt16? {
    switch algorithm {
    case .activeBackup: return members.first { translator.isUp($0) }
    case .highestRandomWeight:
      guard members.count > 1 else { return members.first { translator.isUp($0) } }
      let hash = translator.hash(fields, basis: basis)
      let up = members.indices.filter { translator.isUp(members[$0]) }
      let best = up.max {
        PacketHash.of(UInt32($0), hash) < PacketHash.of(UInt32($1), hash)
      }
      return best.map { members[$0] }
    }
  }
}

extension Translator {
  /// Whether a member of a bundle can take packets.
  fileprivate func isUp(_ port: UInt16) -> Bool {
    switch port {
    case OpenFlowPort.controller: false
    case OpenFlowPort.inPort...OpenFlowPort.all, OpenFlowPort.none: true
    default: bridge.ports[port]?.isLive ?? false
    }
  }
}
