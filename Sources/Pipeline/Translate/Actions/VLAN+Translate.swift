import OpenFlow

extension SetVLANVID: TranslatableAction {
  public func translate(_ translator: Translator) { translator.writeTag(vid, mask: 0x0fff) }
}

extension SetVLANPCP: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.writeTag(UInt16(pcp) << 13, mask: 0xe000)
  }
}

extension StripVLAN: TranslatableAction {
  public func translate(_ translator: Translator) { translator.popTag() }
}

extension PushVLAN: TranslatableAction {
  public func translate(_ translator: Translator) { translator.pushTag(type: etherType) }
}
