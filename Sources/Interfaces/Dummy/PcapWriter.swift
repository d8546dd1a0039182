import Glibc
import Runtime

/// A capture file in the classic pcap format (libpcap's, microseconds, little-endian), which
/// tcpdump, Wireshark and ovs-pcap read. Every frame is flushed at once: who injects a packet and
/// waits for it may read the file.
final class PcapWriter {
  private let file: UnsafeMutablePointer<FILE>

  /// Appends to the file, or makes it. Nil, and a warning, when that fails: as in OVS, the device
  /// works without.
  init?(path: String) {
    guard let file = fopen(path, "ab") else {
      Log("pcap").warn("\(path): failed to open pcap file for appending (\(errorText()))")
      return nil
    }
    self.file = file
    fseek(file, 0, SEEK_END)
    guard ftell(file) == 0 else { return }
    var header: [UInt8] = []
    header.append(little: UInt32(0xa1b2_c3d4))
    header.append(little: UInt16(2))
    header.append(little: UInt16(4))
    header.append(little: UInt32(0))  // time zone
    header.append(little: UInt32(0))  // accuracy
    header.append(little: UInt32(1518))  // longest frame kept, as OVS writes
    header.append(little: UInt32(1))  // Ethernet
    write(header)
  }

  deinit { fclose(file) }

  /// Appends a frame that passed at `milliseconds` of wall time.
  func append(_ frame: [UInt8], milliseconds: Int64) {
    var record: [UInt8] = []
    record.reserveCapacity(16 + frame.count)
    record.append(little: UInt32(truncatingIfNeeded: milliseconds / 1000))
    record.append(little: UInt32(truncatingIfNeeded: milliseconds % 1000 * 1000))
    record.append(little: UInt32(truncatingIfNeeded: frame.count))
    record.append(little: UInt32(truncatingIfNeeded: frame.count))
    write(record + frame)
  }

  private func write(_ bytes: [UInt8]) {
    fwrite(bytes, 1, bytes.count, file)
    fflush(file)
  }
}

extension [UInt8] {
  fileprivate mutating func append(little value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
