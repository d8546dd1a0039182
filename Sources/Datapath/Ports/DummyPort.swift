/// A port without a device: control code injects packets and collects what was sent. The device of
/// simulation and tests.
public final class DummyPort {
  let device: UnsafeMutablePointer<DummyDevice>

  /// `capturing` false drops what is sent, after counting it.
  public init(capturing: Bool = true, ringSize: Int = 1024) throws {
    device = try DummyDevice.create(capturing: capturing, ringSize: ringSize)
  }

  deinit { DummyDevice.destroy(device) }

  /// Injects a frame as if it had been received; false when the ring or the pool is full. Any
  /// thread, one at a time.
  public func receive(_ frame: UnsafeRawBufferPointer) -> Bool { device.pointee.inject(frame) }
  public func receive(_ frame: [UInt8]) -> Bool { frame.withUnsafeBytes { receive($0) } }

  /// The frames sent since the last call, in order. Any thread, one at a time.
  public func takeTransmitted() -> [[UInt8]] { device.pointee.takeTransmitted() }
}
