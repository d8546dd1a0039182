import Fields
import OpenFlow

/// The actions of OpenFlow 1.0 that set a header field; without the header they do nothing.

extension SetEthSrc: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.wildcards.key.ethSrc = .broadcast
    translator.flow.key.ethSrc = address
  }
}

extension SetEthDst: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.wildcards.key.ethDst = .broadcast
    translator.flow.key.ethDst = address
  }
}

extension SetIPv4Src: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.isIPv4 else { return }
    translator.examineProtocol()
    translator.wildcards.key.ipv4Src = .max
    translator.flow.key.ipv4Src = address
  }
}

extension SetIPv4Dst: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.isIPv4 else { return }
    translator.examineProtocol()
    translator.wildcards.key.ipv4Dst = .max
    translator.flow.key.ipv4Dst = address
  }
}

extension SetIPTOS: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.isIP else { return }
    translator.examineProtocol()
    translator.wildcards.key.ipTOS |= 0xfc
    translator.flow.key.ipTOS = (translator.flow.key.ipTOS & 0x03) | (tos & 0xfc)
  }
}

extension SetIPECN: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.isIP else { return }
    translator.examineProtocol()
    translator.wildcards.key.ipTOS |= 0x03
    translator.flow.key.ipTOS = (translator.flow.key.ipTOS & 0xfc) | (ecn & 0x03)
  }
}

extension SetIPTTL: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard translator.isIP else { return }
    translator.examineProtocol()
    translator.wildcards.key.ipTTL = .max
    translator.flow.key.ipTTL = ttl
  }
}

extension SetL4SrcPort: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard let proto = translator.transportProtocol(), IPProtocol.hasPorts(proto) else { return }
    translator.wildcards.key.tpSrc = .max
    translator.flow.key.tpSrc = port
  }
}

extension SetL4DstPort: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard let proto = translator.transportProtocol(), IPProtocol.hasPorts(proto) else { return }
    translator.wildcards.key.tpDst = .max
    translator.flow.key.tpDst = port
  }
}
