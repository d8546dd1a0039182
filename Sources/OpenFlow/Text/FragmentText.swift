import Fields

/// The names of what a match may ask of fragments. Some names stand for two conditions: the first
/// is the one that the name is read as.
enum FragmentText {
  private static let any = IPFragment.any
  private static let later = IPFragment.later
  private static let kinds: [(name: String, value: UInt8, mask: UInt8)] = [
    ("no", 0, any | later), ("first", any, any | later), ("later", any | later, any | later),
    ("no", 0, any), ("yes", any, any),
    ("not_later", 0, later), ("later", later, later),
  ]

  static func parse(_ text: some StringProtocol) -> (value: UInt8, mask: UInt8)? {
    let name = text.lowercased()
    return kinds.first { $0.name == name }.map { ($0.value, $0.mask) }
  }

  static func format(_ value: UInt8, mask: UInt8) -> String {
    kinds.first { $0.mask == mask && $0.value == value & mask }?.name ?? "<error>"
  }
}
