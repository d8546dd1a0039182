/// A tap interface of the kernel.
public struct TapDevice {
  /// The file descriptor, non-blocking.
  public let pollDescriptor: Int32

  public init(pollDescriptor: Int32) { self.pollDescriptor = pollDescriptor }

  @inline(never)
  mutating func receive(into packets: PacketList, max: Int, pool: OpaquePointer) -> Int { 0 }

  @inline(never)
  mutating func send(_ packets: PacketList, count: Int) -> Int { 0 }
}
