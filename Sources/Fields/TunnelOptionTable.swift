/// Which options of Geneve headers the fields tun_metadata0 ... tun_metadata63 stand for, on one bridge.
///
/// An option is known by its class and type; a controller maps it to a field and says how long its
/// value is. The values of all mapped options share 256 bytes of a `Flow`. A value; the bridge replaces
/// its own under the pipeline's write lock.
public struct TunnelOptionTable: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public let optionClass: UInt16
    public let type: UInt8
    /// Bytes of the value: a multiple of four.
    public let length: Int
    /// The number of the field.
    public let index: Int

    public init(optionClass: UInt16, type: UInt8, length: Int, index: Int) {
      self.optionClass = optionClass
      self.type = type
      self.length = length
      self.index = index
    }
  }

  public static let fieldCount = 64
  public static let maxLength = 124
  /// Bytes that all options together may take.
  public static let space = 256

  /// Why an entry cannot be added or removed.
  public enum Refusal: Error { case badLength, badIndex, full, alreadyMapped, duplicate }

  private struct Place: Hashable {
    let entry: Entry
    let position: Int
  }

  private var places: [Int: Place] = [:]

  public init() {}

  /// By the number of the field.
  public var entries: [Entry] { places.values.map(\.entry).sorted { $0.index < $1.index } }
  public var isEmpty: Bool { places.isEmpty }
  public var bytesUsed: Int { places.values.reduce(0) { $0 + $1.entry.length } }

  /// The field of a mapped option, nil when nothing is mapped to it.
  public func field(_ index: Int) -> MatchField? {
    places[index].map { .tunnelMetadata(index, at: $0.position, length: $0.entry.length) }
  }

  /// The fields of all mapped options, in their order.
  public var fields: [MatchField] { places.keys.sorted().compactMap { field($0) } }

  /// Maps an option to a field. Options may not move while flows use them, so that space is taken
  /// where there is some.
  public mutating func add(_ entry: Entry) throws(Refusal) {
    guard (0..<Self.fieldCount).contains(entry.index) else { throw .badIndex }
    guard entry.length > 0, entry.length <= Self.maxLength, entry.length % 4 == 0 else {
      throw .badLength
    }
    guard places[entry.index] == nil else { throw .alreadyMapped }
    let isTaken = places.values.contains {
      $0.entry.optionClass == entry.optionClass && $0.entry.type == entry.type
    }
    guard !isTaken else { throw .duplicate }
    guard let position = gap(of: entry.length) else { throw .full }
    places[entry.index] = Place(entry: entry, position: position)
  }

  /// Forgets what is mapped to a field.
  public mutating func remove(_ index: Int) throws(Refusal) {
    guard (0..<Self.fieldCount).contains(index) else { throw .badIndex }
    places[index] = nil
  }

  public mutating func removeAll() { places = [:] }

  private func gap(of length: Int) -> Int? {
    var position = 0
    for place in places.values.sorted(by: { $0.position < $1.position }) {
      if place.position - position >= length { return position }
      position = place.position + place.entry.length
    }
    return Self.space - position >= length ? position : nil
  }
}
