import CDPDKShim

/// A network device of the kernel, reached through AF_PACKET sockets: ports of type `system`.
///
/// Receiving: a ring of slots shared with the kernel (TPACKET_V2), no system call per frame. Frames
/// that do not fit a slot, which are mostly the unsegmented packets of a local stack behind a veth,
/// wait on the socket instead and take one call each. What the kernel left to do for a frame becomes a
/// request of the packet (`VirtioHeader`); VLAN tags that it moved to metadata are put back. The few
/// frames that no buffer can hold are cut here. Version 3 of the ring, with slots of any length, would
/// add its block timeout (a millisecond or more) to every ping.
///
/// Sending: one `sendmmsg` per burst on a second socket. A transmit ring would save the copy only
/// for real NICs (a veth copies ring pages anyway), and its slots come back in order, when the
/// receiver lets go of the frame: one slow reader would block the port.
///
/// A device that disappears makes the receive socket fail once (ENETDOWN); that error is taken, so
/// that no worker spins on it. Threads: see `PacketSource`; `receive` and `send` touch different
/// fields, control reads counters.
public struct PacketSocketDevice {
  /// The receive socket, non-blocking.
  public let pollDescriptor: Int32
  /// Frames that were lost: cut off or too long for a buffer; not understandable as what the kernel
  /// says they are; no buffer. Written by the polling worker.
  public internal(set) var rxTooLong: UInt64 = 0
  public internal(set) var rxMalformed: UInt64 = 0
  public internal(set) var rxNoBuffer: UInt64 = 0
  /// Frames too long for any buffer that were cut into segments.
  public internal(set) var rxSegmented: UInt64 = 0
  /// Errors that the receive socket reported: the device went down or away.
  public internal(set) var rxErrors: UInt64 = 0
  /// Frames that the kernel refused. Written under the send lock.
  public private(set) var txRefused: UInt64 = 0

  var socket: pb_packet_socket
  /// Slot that is looked at next.
  var head = 0
  /// A long frame that is being cut, and whether it lies in slot `head`.
  var segmenter = FrameSegmenter()
  var segmentsSlot = false
  /// The long buffer that the next frame from the socket's queue goes to.
  var spare: OpaquePointer?
  /// Where such a frame is put together that no buffer can hold.
  let longFrame: UnsafeMutableRawPointer

  /// Slots of a ring, 2 KiB each.
  static let slots: UInt32 = 1024
  /// Longest frame that the kernel makes without jumbo payloads (RFC 2675), and some.
  static let longFrameSize = 65_536 + 256
  /// Frames up to this length from the socket's queue are copied to a buffer of their size.
  static let copiedAgain = 16_384

  private init(socket: pb_packet_socket) {
    self.socket = socket
    pollDescriptor = socket.rx
    longFrame = .allocate(byteCount: PacketSocketDevice.longFrameSize, alignment: 64)
  }

  /// Opens the kernel's device with this index. Throws errno's value.
  public static func open(
    interfaceIndex: Int32
  ) throws(KernelDeviceError) -> UnsafeMutablePointer<PacketSocketDevice> {
    var socket = pb_packet_socket()
    let error = pb_packet_socket_open(interfaceIndex, slots, &socket)
    guard error == 0 else { throw KernelDeviceError(code: error) }
    let device = UnsafeMutablePointer<PacketSocketDevice>.allocate(capacity: 1)
    device.initialize(to: PacketSocketDevice(socket: socket))
    return device
  }

  /// Only after the port was detached.
  public static func destroy(_ device: UnsafeMutablePointer<PacketSocketDevice>) {
    pb_packet_socket_close(&device.pointee.socket)
    device.pointee.longFrame.deallocate()
    if let spare = device.pointee.spare { pb_mbuf_free(spare) }
    device.deallocate()
  }

  /// Frames lost since the last call because the ring was full. Control thread.
  public func takeKernelDrops() -> UInt64 { UInt64(pb_packet_socket_drops(pollDescriptor)) }

  @inline(never)
  mutating func send(_ packets: PacketList, count: Int) -> Int {
    var sent = 0
    var done = 0
    while done < count {
      let n = min(count &- done, 64)
      sent &+= Int(pb_packet_socket_send(socket.tx, packets + done, UInt32(truncatingIfNeeded: n)))
      done &+= n
    }
    txRefused &+= UInt64(truncatingIfNeeded: count &- sent)
    pb_mbuf_free_bulk(packets, UInt32(truncatingIfNeeded: count))
    return sent
  }
}
