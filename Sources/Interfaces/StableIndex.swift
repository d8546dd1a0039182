/// A device that the kernel does not know has no index there: as in OVS, a hash of the name stands for
/// it, so that collectors can tell ports apart (FNV-1a, 24 bits).
enum StableIndex {
  static func of(_ name: String) -> Int {
    let hash = name.utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return Int(hash >> 8)
  }
}
