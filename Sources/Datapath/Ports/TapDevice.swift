import CDPDKShim
import Glibc

/// A tap interface of the kernel: bridge ports of type `internal` and `tap`.
///
/// One `read` or `write` per frame. The kernel completes checksums and cuts long segments itself,
/// because the tap was opened without any offload. A tap that somebody deletes (or whose network
/// namespace goes away) makes its descriptor readable for ever; the device then replaces it by a
/// silent one, so that no worker spins on it, and says `isGone`.
///
/// `receive` runs on the worker that polls the port, `send` on any worker under the port's send lock;
/// the two touch different fields. Counters are read by control.
public struct TapDevice {
  /// The file descriptor, non-blocking.
  public let pollDescriptor: Int32
  /// The interface does not exist any more. Set once, by the polling worker.
  public private(set) var isGone = false
  /// Frames that did not fit a buffer, and frames that found none.
  public private(set) var rxTooLong: UInt64 = 0
  public private(set) var rxNoBuffer: UInt64 = 0
  /// Frames that the kernel refused: the interface is down, or the frame is too long for it.
  public private(set) var txRefused: UInt64 = 0
  public private(set) var txRefusedBytes: UInt64 = 0

  private var largeFrames = LargeFrames()
  /// Where the end of a frame goes that is longer than a small buffer.
  private var overflow: UnsafeMutableRawPointer?
  private static let overflowSize = 65_536

  private init(descriptor: Int32) { pollDescriptor = descriptor }

  /// Opens the tap of this name, or makes one. It stays when the process ends (addresses and routes
  /// survive a restart of the switch) unless it is destroyed with `removing`. Throws errno's value.
  public static func open(
    name: String
  ) throws(KernelDeviceError) -> UnsafeMutablePointer<TapDevice> {
    let descriptor = pb_tap_open(name)
    guard descriptor >= 0 else { throw KernelDeviceError(code: -descriptor) }
    let device = UnsafeMutablePointer<TapDevice>.allocate(capacity: 1)
    device.initialize(to: TapDevice(descriptor: descriptor))
    return device
  }

  /// Lets the device receive frames that need a buffer of this pool. Control thread.
  public mutating func lendLargeBuffers(_ pool: OpaquePointer) {
    if overflow == nil { overflow = .allocate(byteCount: TapDevice.overflowSize, alignment: 64) }
    largeFrames.lend(pool)
  }

  /// The interface's Ethernet address in the low 48 bits, wherever it is: somebody may have moved it
  /// to another network namespace, where it works on under any name. Nil when it was deleted.
  /// Control thread.
  public var address: UInt64? {
    var bytes: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0, 0, 0)
    return withUnsafeMutableBytes(of: &bytes) { b -> UInt64? in
      guard pb_tap_address(pollDescriptor, b.assumingMemoryBound(to: UInt8.self).baseAddress) == 0
      else { return nil }
      return b.reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// Only after the port was detached.
  public static func destroy(_ device: UnsafeMutablePointer<TapDevice>, removing: Bool) {
    if removing {
      _ = pb_tap_set_persistent(device.pointee.pollDescriptor, 0)
      TapRemoval.close(device.pointee.pollDescriptor)
    } else {
      _ = close(device.pointee.pollDescriptor)
    }
    device.pointee.overflow?.deallocate()
    device.deallocate()
  }

  @inline(never)
  mutating func receive(into packets: PacketList, max: Int, pool: OpaquePointer) -> Int {
    var count = 0
    while count < max {
      guard let packet = pb_mbuf_alloc(pool) else {
        rxNoBuffer &+= 1
        break
      }
      let room = Int(pb_mbuf_tailroom(packet))
      let length = read(into: packet, room)
      guard length > 0 else {
        pb_mbuf_free(packet)
        if length < 0 { noteFailure(Int32(truncatingIfNeeded: -length)) }
        break
      }
      // A frame that fills the buffer was probably cut off there.
      guard length < room else {
        if let packet = moveToLargeBuffer(packet, room, length) {
          packets[count] = packet
          count &+= 1
        }
        continue
      }
      pb_mbuf_set_length(packet, UInt32(truncatingIfNeeded: length))
      packets[count] = packet
      count &+= 1
    }
    return count
  }

  /// Reads one frame; its length, or a negative errno value.
  @inline(__always)
  private func read(into packet: OpaquePointer, _ room: Int) -> Int {
    if largeFrames.pool == nil {
      return Int(pb_read(pollDescriptor, pb_mbuf_data(packet), UInt64(room)))
    }
    return Int(
      pb_read_two(
        pollDescriptor, pb_mbuf_data(packet), UInt64(room), overflow,
        UInt64(TapDevice.overflowSize)))
  }

  /// Puts the two parts of a frame together, of which `packet`, which is freed, has the first.
  private mutating func moveToLargeBuffer(
    _ packet: OpaquePointer, _ room: Int, _ length: Int
  ) -> OpaquePointer? {
    defer { pb_mbuf_free(packet) }
    switch largeFrames.largeBuffer(length) {
    case .buffer(let large):
      guard let to = pb_mbuf_data(large), let from = pb_mbuf_data(packet), let overflow else {
        pb_mbuf_free(large)
        return nil
      }
      to.update(from: from, count: room)
      (UnsafeMutableRawPointer(to) + room).copyMemory(from: overflow, byteCount: length &- room)
      pb_mbuf_set_length(large, UInt32(truncatingIfNeeded: length))
      return large
    case .none: rxNoBuffer &+= 1
    case .tooLong: rxTooLong &+= 1
    }
    return nil
  }

  private mutating func noteFailure(_ code: Int32) {
    guard code == PB_EBADFD && !isGone else { return }
    isGone = true
    pb_silence(pollDescriptor)
  }

  @inline(never)
  mutating func send(_ packets: PacketList, count: Int) -> Int {
    var sent = 0
    for i in 0..<count {
      guard let packet = packets[i] else { continue }
      let length = UInt64(pb_mbuf_length(packet))
      if pb_write(pollDescriptor, pb_mbuf_data(packet), length) >= 0 {
        sent &+= 1
      } else {
        txRefused &+= 1
        txRefusedBytes &+= length
      }
    }
    pb_mbuf_free_bulk(packets, UInt32(truncatingIfNeeded: count))
    return sent
  }
}

/// Why a device of the kernel could not be opened.
public struct KernelDeviceError: Error, Equatable {
  /// errno's value.
  public let code: Int32
}
