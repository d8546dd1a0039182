import Fields

/// `encap(HEADER)` or `encap(nsh(PROPERTIES))`: puts a header before the packet, which is of another
/// packet type afterwards. OpenFlow 1.3 and later.
public struct EncapAction: Action, Hashable {
  public let header: PacketHeader
  /// Size of the header in bytes, 0 for what is usual.
  public let headerSize: UInt16
  public let properties: [Property]

  public init(_ header: PacketHeader, headerSize: UInt16 = 0, _ properties: [Property] = []) {
    self.header = header
    self.headerSize = headerSize
    self.properties = properties
  }

  /// The headers that there are, by the packet type that makes.
  public enum PacketHeader: UInt32, CaseIterable, Sendable {
    case ethernet = 0
    case nsh = 0x1894f
    case mpls = 0x18847
    case mplsMulticast = 0x18848

    var name: String {
      switch self {
      case .ethernet: "ethernet"
      case .nsh: "nsh"
      case .mpls: "mpls"
      case .mplsMulticast: "mpls_mc"
      }
    }
  }

  /// Of a network service header.
  public enum Property: Hashable, Sendable {
    case metadataType(UInt8)
    case tlv(class: UInt16, type: UInt8, [UInt8])
  }

  public static let places = [ActionPlace(.nicira(46), .v13 ... .v15, lengths: 16...0xfff8)]

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    packets.addHeader(header.rawValue)
  }
}

// MARK: Wire

extension EncapAction {
  /// Class of the properties of a network service header.
  private static let nshClass: UInt16 = 4

  public static let actionSetSlot: ActionSetSlot? = .encap

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let size = try reader.u16()
    guard let header = PacketHeader(rawValue: try reader.u32()) else { throw .badHeaderType }
    var properties: [Property] = []
    while !reader.isAtEnd { properties.append(try readProperty(&reader)) }
    return EncapAction(header, headerSize: size, properties)
  }

  private static func readProperty(
    _ reader: inout WireReader
  ) throws(OpenFlowError) -> Property {
    let available = reader.remaining
    guard available >= 4 else { throw .badActionLength }
    let propertyClass = try reader.u16()
    let type = try reader.u8()
    let length = Int(try reader.u8())
    guard length >= 4, (length + 7) & ~7 <= available else { throw .badActionLength }
    guard propertyClass == nshClass else { throw .unknownEncapProperty }
    var body = try reader.sub(((length + 7) & ~7) - 4, tooShort: .badActionLength)
    switch type {
    case 1:
      guard length <= 8 else { throw .badEncapProperty }
      return .metadataType(try body.u8())
    case 2:
      guard length >= 8 else { throw .badEncapProperty }
      let (tlvClass, tlvType) = (try body.u16(), try body.u8())
      let size = Int(try body.u8())
      guard length == 8 + (size + 7) & ~7 else { throw .badEncapProperty }
      return .tlv(class: tlvClass, type: tlvType, Array(try body.take(size)))
    default: throw .unknownEncapProperty
    }
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(headerSize)
    writer.u32(header.rawValue)
    for property in properties {
      writer.u16(Self.nshClass)
      switch property {
      case .metadataType(let type):
        writer.append([1, 5, type, 0, 0, 0])
      case .tlv(let tlvClass, let type, let value):
        let padded = (value.count + 7) & ~7
        writer.append([2, UInt8(truncatingIfNeeded: 8 + padded)])
        writer.u16(tlvClass)
        writer.append([type, UInt8(truncatingIfNeeded: value.count)])
        writer.append(value)
        writer.zeros(padded - value.count)
      }
    }
  }
}

// MARK: Text

extension EncapAction {
  public static let keywords = ["encap"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var items = KeyValueText(argument)
    guard let (name, value) = items.next() else {
      throw FlowTextError("Missing encap hdr: \(argument)")
    }
    guard let header = PacketHeader.allCases.first(where: { $0.name == name }) else {
      throw FlowTextError("Encap hdr not supported: \(value)")
    }
    var properties: [Property] = []
    for (key, value) in KeyValueText(value) {
      guard header == .nsh, key == "md_type" || key == "tlv" else {
        throw FlowTextError("Invalid property: \(key)")
      }
      guard !value.isEmpty else { throw FlowTextError("Value missing for encap property") }
      properties.append(try key == "tlv" ? parseTLV(value) : parseMetadataType(value))
    }
    return [EncapAction(header, properties)]
  }

  private static func parseMetadataType(_ text: String) throws(FlowTextError) -> Property {
    let type = try ActionText.number(text[...], "md_type", as: UInt8.self)
    guard type == 1 || type == 2 else { throw FlowTextError("invalid md_type") }
    return .metadataType(type)
  }

  /// `0xCLASS,TYPE,0xVALUE`.
  private static func parseTLV(_ text: String) throws(FlowTextError) -> Property {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].hasPrefix("0x"), parts[2].hasPrefix("0x"),
      let tlvClass = UInt16(parts[0].dropFirst(2), radix: 16), let type = UInt8(parts[1])
    else { throw FlowTextError("Invalid NSH TLV header: \(text)") }
    var digits = parts[2].dropFirst(2).prefix(251).compactMap(\.hexDigitValue)
    if digits.count % 2 == 1 { digits.append(0) }
    let bytes = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
    return .tlv(class: tlvClass, type: type, bytes)
  }

  public func appendText(to text: inout String) {
    text += "encap(" + header.name
    if !properties.isEmpty {
      text += "(" + properties.map(Self.text).joined(separator: ",") + ")"
    }
    text += ")"
  }

  private static func text(_ property: Property) -> String {
    switch property {
    case .metadataType(let type): return "md_type=\(type)"
    case .tlv(let tlvClass, let type, let value):
      let digits = value.map { Number.hexDigits($0, 2) }.joined()
      let stripped = digits.drop { $0 == "0" }
      return
        "tlv(0x\(Number.hexDigits(tlvClass, 4)),\(type),0x\(stripped.isEmpty ? "0" : stripped))"
    }
  }
}
