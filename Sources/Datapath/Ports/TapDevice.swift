import CDPDKShim
import Glibc

/// A tap interface of the kernel: bridge ports of type `internal` and `tap`.
///
/// One `readv` or `writev` per frame, which has a header before it: the kernel says what it left to do
/// for the frame, and is told what we did (`pb_offload`). So a local TCP gives and takes frames of up to
/// 64 KiB. A frame is read into a usual buffer and, as far as it is longer, into a spare long one; it is
/// written from as many buffers as it has.
///
/// A tap that somebody deletes (or whose network namespace goes away) makes its descriptor readable for
/// ever; the device then replaces it by a silent one, so that no worker spins on it, and says `isGone`.
///
/// `receive` runs on the worker that polls the port, `send` on any worker under the port's send lock;
/// the two touch different fields. Counters are read by control.
public struct TapDevice {
  /// The file descriptor, non-blocking.
  public let pollDescriptor: Int32
  /// The interface does not exist any more. Set once, by the polling worker.
  public private(set) var isGone = false
  /// Frames that no buffer can hold, that found no buffer, and that are not what the kernel says.
  public private(set) var rxTooLong: UInt64 = 0
  public private(set) var rxNoBuffer: UInt64 = 0
  public private(set) var rxMalformed: UInt64 = 0
  /// Frames that the kernel refused: the interface is down, or the frame is too long for it.
  public private(set) var txRefused: UInt64 = 0
  public private(set) var txRefusedBytes: UInt64 = 0

  /// What the kernel takes unfinished.
  let offloads: Offloads
  /// A long buffer; the first bytes are copied to it when it is needed.
  private var spare: OpaquePointer?

  private init(descriptor: Int32, offloads: Offloads) {
    pollDescriptor = descriptor
    self.offloads = offloads
  }

  /// Opens the tap of this name, or makes one. It stays when the process ends (addresses and routes
  /// survive a restart of the switch) unless it is destroyed with `removing`. Without `offloads` the
  /// kernel finishes all frames itself. Throws errno's value.
  public static func open(
    name: String, offloads: Bool = true
  ) throws(KernelDeviceError) -> UnsafeMutablePointer<TapDevice> {
    let descriptor = pb_tap_open(name)
    guard descriptor >= 0 else { throw KernelDeviceError(code: -descriptor) }
    let device = UnsafeMutablePointer<TapDevice>.allocate(capacity: 1)
    // An earlier owner may have left it in any state.
    let hasOffloads = pb_tap_set_offload(descriptor, offloads ? 1 : 0) == 0 && offloads
    device.initialize(to: TapDevice(descriptor: descriptor, offloads: hasOffloads ? .tap : []))
    return device
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
    // Whoever has it next may not know what an unfinished frame is.
    _ = pb_tap_set_offload(device.pointee.pollDescriptor, 0)
    if removing {
      _ = pb_tap_set_persistent(device.pointee.pollDescriptor, 0)
      TapRemoval.close(device.pointee.pollDescriptor)
    } else {
      _ = close(device.pointee.pollDescriptor)
    }
    if let spare = device.pointee.spare { pb_mbuf_free(spare) }
    device.deallocate()
  }

  @inline(never)
  mutating func receive(into packets: PacketList, max: Int, pool: OpaquePointer) -> Int {
    var count = 0
    while count < max {
      if spare == nil { spare = pb_mbuf_alloc_long(pool, UInt32(PB_LONGEST_FRAME)) }
      guard let spare, let packet = pb_mbuf_alloc(pool) else {
        rxNoBuffer &+= 1
        break
      }
      let room = Int(pb_mbuf_tailroom(packet))
      let most = Int(pb_mbuf_tailroom(spare))
      var offload = pb_offload()
      // The rest goes to where it belongs in the long buffer.
      let length = Int(
        pb_tap_read(
          pollDescriptor, &offload, pb_mbuf_data(packet), UInt64(room),
          pb_mbuf_data(spare)?.advanced(by: room), UInt64(most &- room)))
      guard length > 0 else {
        pb_mbuf_free(packet)
        if length < 0 { noteFailure(Int32(truncatingIfNeeded: -length)) }
        break
      }
      let whole = length <= room ? packet : moveToSpare(packet, room)
      pb_mbuf_set_length(whole, UInt32(truncatingIfNeeded: length))
      // A frame that fills the buffer was probably cut off there.
      guard length < most, offload.leave(in: whole) else {
        if length < most { rxMalformed &+= 1 } else { rxTooLong &+= 1 }
        pb_mbuf_free(whole)
        continue
      }
      packets[count] = whole
      count &+= 1
    }
    return count
  }

  /// Puts the two parts of a frame together, of which `packet`, which is freed, has the first.
  private mutating func moveToSpare(_ packet: OpaquePointer, _ room: Int) -> OpaquePointer {
    guard let long = spare, let to = pb_mbuf_data(long), let from = pb_mbuf_data(packet) else {
      return packet
    }
    to.update(from: from, count: room)
    pb_mbuf_free(packet)
    spare = nil
    return long
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
      if pb_tap_write(pollDescriptor, packet) >= 0 {
        sent &+= 1
      } else {
        txRefused &+= 1
        txRefusedBytes &+= UInt64(pb_mbuf_packet_length(packet))
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
