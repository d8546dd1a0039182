import Fields
import OpenFlow

/// `name(a=1,b=2/0xf)`: a group of fields in the notation of datapath flows. A field with an empty
/// mask is left out, unless everything is wanted; an exact one has no mask behind it.
struct DatapathItem {
  let name: String
  let isVerbose: Bool
  private var fields: [String] = []

  init(_ name: String, verbose: Bool = false) {
    self.name = name
    isVerbose = verbose
  }

  var isEmpty: Bool { fields.isEmpty }
  var text: String { "\(name)(\(fields.joined(separator: ",")))" }

  mutating func add(_ field: String) { fields.append(field) }

  /// A field in its own notation; the mask is hexadecimal where it is no address.
  mutating func add(_ key: String, _ field: MatchField, _ flow: Flow, _ mask: PipelineMask) {
    let (value, has) = (field.value(in: flow), field.value(in: mask))
    let text = field.text(value)
    let maskText: String
    switch field.format {
    case .ethernet, .ipv4, .ipv6: maskText = field.text(has)
    default: maskText = Number.hex(has)
    }
    add(key, text, maskText, has, field.allOnes)
  }

  mutating func ethernet(_ key: String, _ value: EthernetAddress, _ mask: EthernetAddress) {
    add(key, value.description, mask.description, mask.value, 0xffff_ffff_ffff)
  }

  mutating func ipv4(_ key: String, _ value: UInt32, _ mask: UInt32) {
    add(key, IPv4Text.format(value), IPv4Text.format(mask), mask, .max)
  }

  mutating func ipv6(_ key: String, _ value: UInt128, _ mask: UInt128) {
    add(key, IPv6Text.format(value), IPv6Text.format(mask), mask, .max)
  }

  mutating func decimal<T: FixedWidthInteger>(_ key: String, _ value: T, _ mask: T) {
    add(key, String(value), Number.hex(mask), mask, .max)
  }

  mutating func hexadecimal<T: FixedWidthInteger>(_ key: String, _ value: T, _ mask: T) {
    add(key, Number.hex(value), Number.hex(mask), mask, .max)
  }

  private mutating func add<T: FixedWidthInteger>(
    _ key: String, _ value: String, _ maskText: String, _ mask: T, _ exact: T
  ) {
    if mask == exact {
      fields.append("\(key)=\(value)")
    } else if mask != 0 || isVerbose {
      fields.append("\(key)=\(value)/\(maskText)")
    }
  }
}
