/// Writes a statistics reply message by message, taking entries only as it needs them: a table of a
/// million flows is never in memory as bytes.
public struct ReplyParts<Reply: EntryReply> {
  private let identity: MessageIdentity
  private let xid: UInt32
  private let context: WireContext
  private let nextEntry: () -> Reply.Entry?
  /// The entry that the message before had no room for.
  private var pending: Reply.Entry?
  private var isDone = false

  /// Nil when the version has no such message. The entries of `reply` are not used, only its form.
  public init?(
    _ reply: Reply, xid: UInt32, _ context: WireContext, entries: @escaping () -> Reply.Entry?
  ) {
    guard let identity = reply.identity(in: context) else { return nil }
    self.identity = identity
    self.xid = xid
    self.context = context
    nextEntry = entries
    pending = entries()
  }

  /// The parts of a reply that has its entries.
  public init?(_ reply: Reply, xid: UInt32, _ context: WireContext) {
    var rest = reply.entries[...]
    self.init(reply, xid: xid, context) { rest.popFirst() }
  }

  /// The next message, nil after the last. A reply without entries is one message. An entry that is
  /// too long for any message is left out.
  public mutating func nextPart() -> [UInt8]? {
    guard !isDone else { return nil }
    var writer = MessageCodec.begin(identity, xid: xid, context, more: false)
    let empty = writer.count
    while let entry = pending {
      let before = writer.count
      Reply.write(entry, to: &writer, as: identity, context)
      if writer.count > MessageCodec.maxLength {
        writer.truncate(to: before)
        if before > empty { break }
      }
      pending = nextEntry()
    }
    isDone = pending == nil
    // The flags stand behind the header and the kind, whatever the version.
    if !isDone { writer.patch16(at: MessageHeader.byteCount + 2, 1) }
    return MessageCodec.finish(&writer)
  }
}
