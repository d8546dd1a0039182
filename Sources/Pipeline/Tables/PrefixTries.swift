import Fields

/// A field whose prefixes a table keeps track of (`Flow_Table.prefixes`).
public struct PrefixField: Hashable, Sendable {
  /// The Ethertype that a rule must match for the field to be there; nil when it is always there.
  enum Family: Sendable { case any, ipv4, ipv6 }

  public let name: String
  let offset: Int
  let bytes: Int
  let family: Family

  static let ipSrc = PrefixField("nw_src", FlowKey.Offset.ipv4Src, 4, .ipv4)
  static let ipDst = PrefixField("nw_dst", FlowKey.Offset.ipv4Dst, 4, .ipv4)
  static let ipv6Src = PrefixField("ipv6_src", FlowKey.Offset.ipv6Src, 16, .ipv6)
  static let ipv6Dst = PrefixField("ipv6_dst", FlowKey.Offset.ipv6Dst, 16, .ipv6)

  /// What the column may name.
  public static let all: [PrefixField] = {
    let tunnel = Flow.Offset.tunnel
    typealias Tunnel = TunnelFields.Offset
    return [
      ipSrc, ipDst, ipv6Src, ipv6Dst,
      PrefixField("tun_id", Flow.Offset.tunnelID, 8, .any),
      PrefixField("tun_src", tunnel + Tunnel.src, 4, .any),
      PrefixField("tun_dst", tunnel + Tunnel.dst, 4, .any),
      PrefixField("tun_ipv6_src", tunnel + Tunnel.ipv6Src, 16, .any),
      PrefixField("tun_ipv6_dst", tunnel + Tunnel.ipv6Dst, 16, .any),
    ]
  }()

  /// Without configuration: OVS 3.1 has the first two. Tries of fields that no rule matches cost
  /// nothing, so there is no reason to treat IPv6 worse.
  public static let defaults = [ipDst, ipSrc, ipv6Dst, ipv6Src]

  /// How many fields a table may track.
  public static let maxCount = 4

  private init(_ name: String, _ offset: Int, _ bytes: Int, _ family: Family) {
    self.name = name
    self.offset = offset
    self.bytes = bytes
    self.family = family
  }

  /// By the name of a match field.
  public static func named(_ name: String) -> PrefixField? {
    let aliases = [
      "ip_src": "nw_src", "ip_dst": "nw_dst", "tunnel_id": "tun_id",
    ]
    return all.first { $0.name == aliases[name] ?? name }
  }

  var place: FieldPlace { FieldPlace(offset: offset, bytes: bytes, family: family) }

  /// The length of the prefix that a mask has here, if the rules that have it can only mean packets
  /// that have the field.
  func length(in mask: PipelineMask) -> Int? {
    if family != .any, mask.key.ethType != .max { return nil }
    return withUnsafePointer(to: mask) { PrefixTrie.length(of: place.value(in: $0)) }
  }
}

/// The prefix tries of a table, and what they say during one lookup.
///
/// IPv4 and IPv6 addresses lie in the same place of a flow; a rule belongs to the trie of its own
/// Ethertype, and a packet asks the tries of its own.
final class PrefixTries {
  let fields: [PrefixField]
  /// One per field. Lookups refer to them without counting.
  fileprivate let tries: UnsafeMutablePointer<Unmanaged<DeferredTrie>>

  init(_ fields: [PrefixField]) {
    self.fields = fields
    tries = .allocate(capacity: max(1, fields.count))
    for (index, field) in fields.enumerated() {
      (tries + index).initialize(to: .passRetained(DeferredTrie(width: field.bytes * 8)))
    }
  }

  deinit {
    for index in fields.indices { tries[index].release() }
    tries.deallocate()
  }

  /// Counts the prefixes of a rule once more, or once less.
  func change(_ rule: Rule, _ prefixes: RulePrefixes, adding: Bool) {
    rule.readWords { words in
      let ethType = prefixes.ethType(words)
      for prefix in prefixes.list where prefix.place.isPresent(ethType: ethType) {
        tries[prefix.trie]._withUnsafeGuaranteedRef {
          $0.change(prefix.value(words), length: prefix.length, adding: adding)
        }
      }
    }
  }
}

/// The prefixes that the rules of a shape have, in the fields of which a table keeps tries.
struct RulePrefixes {
  /// By stage.
  let list: [SubtablePrefix]
  /// The item with the Ethertype; negative without one.
  private let typeItem: Int

  init(_ shape: MatchShape, _ fields: [PrefixField]) {
    list = fields.indices.compactMap { SubtablePrefix(shape, fields[$0], trie: $0) }
      .sorted { $0.stage < $1.stage }
    typeItem = shape.item(of: FlowKey.Offset.ethType, bytes: 2) ?? -1
  }

  @inline(__always)
  fileprivate func ethType(_ words: UnsafePointer<UInt64>) -> UInt16 {
    typeItem < 0 ? 0 : UInt16(truncatingIfNeeded: UInt64(bigEndian: words[typeItem]))
  }
}

/// That the rules of a subtable have a prefix of this length in a field. Plain data.
struct SubtablePrefix {
  let trie: Int
  let length: Int
  /// The stage in which the field is compared.
  let stage: UInt8
  let place: FieldPlace
  /// The items with the field's first and second word; negative for a word that the shape has not.
  private let first: Int
  private let second: Int

  /// Nil when the shape has no prefix there.
  init?(_ shape: MatchShape, _ field: PrefixField, trie: Int) {
    guard let length = field.length(in: shape.mask) else { return nil }
    self.trie = trie
    self.length = length
    place = field.place
    first = shape.item(of: field.offset, bytes: min(8, field.bytes)) ?? -1
    second = field.bytes > 8 ? shape.item(of: field.offset + 8, bytes: 8) ?? -1 : -1
    stage = shape.items[length > 64 ? second : first].stage
  }

  /// The field's bits of a rule's value, left-aligned. No field crosses a word but those of two.
  @inline(__always)
  fileprivate func value(_ words: UnsafePointer<UInt64>) -> UInt128 {
    let word = UInt64(bigEndian: words[first]) << UInt64(place.offset % 8 * 8)
    if place.bytes == 4 { return UInt128(word & 0xffff_ffff_0000_0000) << 64 }
    return UInt128(word) << 64 | (second < 0 ? 0 : UInt128(UInt64(bigEndian: words[second])))
  }
}

/// Where a field lies, without its name. Plain data.
struct FieldPlace {
  let offset: Int
  let bytes: Int
  let family: PrefixField.Family

  /// The field's bits of a flow, left-aligned.
  @inline(__always)
  func value(in flow: UnsafePointer<Flow>) -> UInt128 {
    let raw = UnsafeRawPointer(flow) + offset
    switch bytes {
    case 4: return UInt128(UInt32(bigEndian: raw.loadUnaligned(as: UInt32.self))) << 96
    case 8: return UInt128(UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self))) << 64
    default: return UInt128(bigEndian: raw.loadUnaligned(as: UInt128.self))
    }
  }

  /// Adds the bits of `bits` (left-aligned) to the field in a mask.
  @inline(__always)
  func examine(_ bits: UInt128, _ mask: UnsafeMutablePointer<PipelineMask>) {
    let raw = UnsafeMutableRawPointer(mask) + offset
    switch bytes {
    case 4:
      let new = UInt32(truncatingIfNeeded: bits >> 96).bigEndian
      raw.storeBytes(of: raw.loadUnaligned(as: UInt32.self) | new, as: UInt32.self)
    case 8:
      let new = UInt64(truncatingIfNeeded: bits >> 64).bigEndian
      raw.storeBytes(of: raw.loadUnaligned(as: UInt64.self) | new, as: UInt64.self)
    default:
      raw.storeBytes(of: raw.loadUnaligned(as: UInt128.self) | bits.bigEndian, as: UInt128.self)
    }
  }

  /// Whether a flow (or a rule's value) with this Ethertype has the field.
  @inline(__always)
  func isPresent(ethType: UInt16) -> Bool {
    switch family {
    case .any: true
    case .ipv6: ethType == EtherType.ipv6
    case .ipv4: ethType != EtherType.ipv6
    }
  }
}

/// Asks each trie at most once per lookup.
struct PrefixSearch {
  private let tries: Unmanaged<PrefixTries>
  private let flow: UnsafePointer<Flow>
  private let ethType: UInt16
  /// Which tries were asked, a bit for each; there are at most four.
  private var asked: UInt8 = 0
  private var answers: (PrefixTrie.Answer, PrefixTrie.Answer, PrefixTrie.Answer, PrefixTrie.Answer)

  @inline(__always)
  init(_ tries: Unmanaged<PrefixTries>, _ flow: UnsafePointer<Flow>) {
    self.tries = tries
    self.flow = flow
    ethType = flow.pointee.key.ethType
    let none = PrefixTrie.Answer()
    answers = (none, none, none, none)
  }

  /// Whether no rule with this prefix can match, because none covers the packet's value. If so, adds
  /// the bits that tell this to `wildcards`.
  ///
  /// The trie serves all rules of the table, so its proof may need more bits than the subtable's own
  /// comparison would; then it is only used when those bits are matched anyway.
  @inline(__always)
  mutating func exclude(
    _ prefix: UnsafePointer<SubtablePrefix>, _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Bool {
    let isNarrow = prefix.pointee.place.bytes == 4
    return isNarrow ? excludeNarrow(prefix, wildcards) : excludeWide(prefix, wildcards)
  }

  @inline(never)
  private mutating func excludeWide(
    _ prefix: UnsafePointer<SubtablePrefix>, _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Bool {
    let (place, length) = (prefix.pointee.place, prefix.pointee.length)
    guard place.isPresent(ethType: ethType) else { return false }
    let value = place.value(in: flow)
    let answer = ask(prefix.pointee.trie) { $0.lookup(value) }
    guard !answer.covers(length) else { return false }
    let bits = PrefixTrie.mask(answer.examined)
    if answer.examined > length {
      guard place.value(in: UnsafePointer(wildcards)) & bits == bits else { return false }
    }
    place.examine(bits, wildcards)
    if place.family != .any { wildcards.pointee.key.ethType = .max }
    return true
  }

  /// The same of a field of 32 bits.
  @inline(__always)
  private mutating func excludeNarrow(
    _ prefix: UnsafePointer<SubtablePrefix>, _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Bool {
    let (place, length) = (prefix.pointee.place, prefix.pointee.length)
    guard place.isPresent(ethType: ethType) else { return false }
    let value = UInt32(
      bigEndian: UnsafeRawPointer(flow).loadUnaligned(
        fromByteOffset: place.offset, as: UInt32.self))
    let answer = ask(prefix.pointee.trie) { $0.lookupNarrow(value) }
    guard answer.narrowLengths & 1 &<< UInt32(truncatingIfNeeded: length &- 1) == 0 else {
      return false
    }
    let examined = UInt32(truncatingIfNeeded: answer.examined)
    let bits = examined == 0 ? 0 : (UInt32.max &<< (32 &- examined)).bigEndian
    let field = UnsafeMutableRawPointer(wildcards) + place.offset
    let known = field.loadUnaligned(as: UInt32.self)
    if answer.examined > length, known & bits != bits { return false }
    field.storeBytes(of: known | bits, as: UInt32.self)
    if place.family != .any { wildcards.pointee.key.ethType = .max }
    return true
  }

  @inline(__always)
  private mutating func ask(
    _ trie: Int, _ lookup: (DeferredTrie) -> PrefixTrie.Answer
  ) -> PrefixTrie.Answer {
    let bit = UInt8(1) &<< UInt8(truncatingIfNeeded: trie)
    let isNew = asked & bit == 0
    asked |= bit
    let tries = tries
    return withUnsafeMutableBytes(of: &answers) { answers in
      let place =
        answers.baseAddress.unsafelyUnwrapped
        .assumingMemoryBound(to: PrefixTrie.Answer.self) + (trie & 3)
      if isNew {
        place.pointee = tries._withUnsafeGuaranteedRef {
          $0.tries[trie]._withUnsafeGuaranteedRef { lookup($0) }
        }
      }
      return place.pointee
    }
  }
}
