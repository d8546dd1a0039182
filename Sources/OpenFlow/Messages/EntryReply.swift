/// A statistics reply that is a list of entries, which may take more than one message of 64 kB: the
/// list is written part by part, so that a long one never has to be held in memory as bytes.
public protocol EntryReply: Message {
  associatedtype Entry: Sendable

  var entries: [Entry] { get }
  init(entries: [Entry], as identity: MessageIdentity)

  /// Reads one entry; the reader is not at its end.
  static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Entry

  static func write(
    _ entry: Entry, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext)
}

extension EntryReply {
  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var entries: [Entry] = []
    while !reader.isAtEnd {
      let before = reader.remaining
      entries.append(try Self.readEntry(from: &reader, as: identity, context))
      // An entry that took nothing would go on for ever.
      guard reader.remaining < before else { throw .badLength }
    }
    self.init(entries: entries, as: identity)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    for entry in entries { Self.write(entry, to: &writer, as: identity, context) }
  }
}
