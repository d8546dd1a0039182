import Datapath

extension FrameTemplate {
  /// Writes a packet. `frame` has room for `length` bytes rounded up to a multiple of 64.
  @inline(__always)
  func write(
    to frame: UnsafeMutableRawPointer, _ fields: FlowFields, stream: UInt32, sequence: UInt32,
    time: UInt32
  ) {
    copy(to: frame)
    frame.storeBytes(of: fields.source, toByteOffset: source, as: UInt32.self)
    frame.storeBytes(of: fields.destination, toByteOffset: destination, as: UInt32.self)
    frame.storeBytes(of: fields.ports, toByteOffset: ports, as: UInt32.self)
    let tail = frame + signature
    tail.storeBytes(of: stream, toByteOffset: 2, as: UInt32.self)
    tail.storeBytes(of: sequence, toByteOffset: 6, as: UInt32.self)
    tail.storeBytes(of: time, toByteOffset: 10, as: UInt32.self)

    var sum = transportSum
    sum.add(stored: fields.source)
    sum.add(stored: fields.destination)
    sum.add(stored: fields.ports)
    sum.add(stored: stream)
    sum.add(stored: sequence)
    sum.add(stored: time)
    frame.storeBytes(of: sum.nonZeroChecksum, toByteOffset: checksum, as: UInt16.self)
    if isIPv6 { return }
    var header = networkSum
    header.add(stored: fields.source)
    header.add(stored: fields.destination)
    frame.storeBytes(of: header.checksum, toByteOffset: network &+ 10, as: UInt16.self)
  }

  @inline(__always)
  private func copy(to frame: UnsafeMutableRawPointer) {
    var offset = 0
    while offset < length {
      let block = bytes.load(fromByteOffset: offset, as: SIMD64<UInt8>.self)
      frame.storeBytes(of: block, toByteOffset: offset, as: SIMD64<UInt8>.self)
      offset &+= 64
    }
  }
}
