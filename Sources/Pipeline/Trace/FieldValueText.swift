import Fields
import OpenFlow

/// A field's exact value in the field's own notation.
enum FieldValueText {
  static func format(_ field: MatchField, _ value: UInt128) -> String {
    switch field.format {
    case .decimal: String(value)
    case .hexadecimal, .tcpFlags, .fragment: Number.hex(value)
    case .ethernet: EthernetAddress(UInt64(truncatingIfNeeded: value)).description
    case .ipv4: IPv4Text.format(UInt32(truncatingIfNeeded: value))
    case .ipv6: IPv6Text.format(value)
    case .ofPort: OpenFlowPort.text(UInt16(truncatingIfNeeded: value))
    }
  }
}
