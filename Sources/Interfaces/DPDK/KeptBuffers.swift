import Glibc

/// How many packet buffers a device keeps for itself, beside those in its rings: none, but for
/// net_pcap with `infinite_rx=1`, which holds its files in memory, a buffer per frame, and does not
/// start when the pool is too small for them. So the frames are counted before the pool is made.
public enum KeptBuffers {
  public static func count(_ deviceArguments: String) -> Int {
    let words = deviceArguments.split(separator: ",")
    guard let device = words.first, device.hasPrefix("net_pcap") || device.hasPrefix("eth_pcap"),
      words.contains(where: { value($0, "infinite_rx").flatMap { Int($0) } ?? 0 > 0 })
    else { return 0 }
    return words.compactMap { value($0, "rx_pcap") }.reduce(0) { $0 + frames(inFile: $1) }
  }

  private static func value(_ word: Substring, _ key: String) -> String? {
    word.hasPrefix(key + "=") ? String(word.dropFirst(key.utf8.count + 1)) : nil
  }

  /// Frames of a capture file; 0 when it cannot be read.
  static func frames(inFile path: String) -> Int {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    var about = stat()
    guard fstat(file, &about) == 0, about.st_mode & S_IFMT == S_IFREG, about.st_size > 0,
      let base = mmap(nil, about.st_size, PROT_READ, MAP_PRIVATE, file, 0), base != MAP_FAILED
    else { return 0 }
    defer { munmap(base, about.st_size) }
    return frames(UnsafeRawBufferPointer(start: base, count: about.st_size))
  }

  /// Frames in the bytes of a pcap file of either byte order. Of another format (pcapng) no frame
  /// takes less than 32 bytes: an upper bound.
  static func frames(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count >= 24 else { return 0 }
    let magic = bytes.loadUnaligned(as: UInt32.self)
    let magics: [UInt32] = [0xa1b2_c3d4, 0xa1b2_3c4d]
    let swapped = magics.contains(magic.byteSwapped)
    guard swapped || magics.contains(magic) else { return bytes.count / 32 }
    var count = 0
    var next = 24
    while next <= bytes.count - 16 {
      let captured = bytes.loadUnaligned(fromByteOffset: next + 8, as: UInt32.self)
      next += 16 + Int(swapped ? captured.byteSwapped : captured)
      if next <= bytes.count { count += 1 }
    }
    return count
  }
}
