import CDPDKShim
import Fields

/// The `hash` operation: a number that is the same for all packets of a connection.
extension Worker {
  /// Algorithm 0 is over the 5-tuple; 1 is the same for both directions of a connection. The numbers
  /// are OVS's (of packets whose hash no NIC computed), so groups choose the same buckets.
  @inline(never)
  mutating func flowHash(_ packet: OpaquePointer, _ algorithm: UInt8, basis: UInt32) -> UInt32 {
    guard let data = pb_mbuf_data(packet) else { return 0 }
    let key = long.key
    PacketParser.parse(
      data, length: Int(pb_mbuf_length(packet)), type: turn.bareType, inPort: 0, into: key)
    let hash =
      algorithm == 1
      ? key.pointee.symmetricHash(basis: basis)
      : IntegerHash.hash(key.pointee.connectionHash, basis: basis)
    // Zero says that there is no hash.
    return max(1, hash)
  }
}
