import OpenFlow

extension OutputAction: TranslatableAction {
  public func translate(_ translator: Translator) {
    translator.output(to: port, maxLength: maxLength, asksController: true)
  }
  public func outputs(to port: UInt16) -> Bool { port == self.port }
}

extension OutputReg: TranslatableAction {
  public func translate(_ translator: Translator) {
    guard let value = translator.read(source) else { return }
    guard value <= 0xffff else { return translator.warn("output port \(value) is out of range") }
    let port = UInt16(value)
    translator.note("output port is \(port)")
    translator.output(to: port, maxLength: maxLength)
  }
}
