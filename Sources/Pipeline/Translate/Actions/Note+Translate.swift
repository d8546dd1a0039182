import OpenFlow

extension NoteAction: TranslatableAction {
  /// A note is for whoever reads the flow.
  public func translate(_ translator: Translator) {}
}
