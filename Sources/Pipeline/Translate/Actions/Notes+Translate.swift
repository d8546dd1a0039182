import OpenFlow

/// Actions that do nothing to the packet.

extension NoteAction: TranslatableAction {
  /// A note is for whoever reads the flow.
  public func translate(_ translator: Translator) {}
}

extension SampleAction: TranslatableAction {
  /// There are no collectors that a sample could go to.
  public func translate(_ translator: Translator) {}
}

extension ConjunctionAction: TranslatableAction {
  /// Says what the flow is; lookups deal with it. It gets here in a packet-out only.
  public func translate(_ translator: Translator) {
    translator.report("executing no-op conjunction action")
  }
}

// Flows with these are refused (`ActionSupport`).

extension ConnTrack: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.report("connection tracking is not supported")
  }
}

extension NATAction: TranslatableAction {
  public func translate(_ translator: Translator) {}
}

extension CTClear: TranslatableAction {
  /// Nothing is known of the packet's connection that could be forgotten.
  public func translate(_ translator: Translator) {}
}
