/// The plain struct behind a `DummyPort`. (Completed with the worker.)
struct DummyDevice {
  var pollDescriptor: Int32 = -1
  static func create(capturing: Bool, ringSize: Int) throws -> UnsafeMutablePointer<DummyDevice> {
    let device = UnsafeMutablePointer<DummyDevice>.allocate(capacity: 1)
    device.initialize(to: DummyDevice())
    return device
  }
  static func destroy(_ device: UnsafeMutablePointer<DummyDevice>) { device.deallocate() }
  func inject(_ frame: UnsafeRawBufferPointer) -> Bool { false }
  func takeTransmitted() -> [[UInt8]] { [] }
}
