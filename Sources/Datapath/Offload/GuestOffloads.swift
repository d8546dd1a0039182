/// What a guest and we leave to each other, by the features that its driver accepted (the virtio
/// specification, 5.1.3).
struct GuestOffloads {
  /// What we may give it unfinished, and what it may give us.
  let toGuest: Offloads
  let fromGuest: Offloads

  /// Bits of features.
  static let csum = 0, guestCsum = 1, guestTSO4 = 7, guestTSO6 = 8, hostTSO4 = 11, hostTSO6 = 12

  init(features: UInt64) {
    func set(_ checksum: Int, _ tcpv4: Int, _ tcpv6: Int) -> Offloads {
      // Nobody may offer segmentation without checksums.
      guard features >> UInt64(checksum) & 1 != 0 else { return [] }
      var set: Offloads = .checksum
      if features >> UInt64(tcpv4) & 1 != 0 { set.insert(.tcpv4) }
      if features >> UInt64(tcpv6) & 1 != 0 { set.insert(.tcpv6) }
      return set
    }
    toGuest = set(GuestOffloads.guestCsum, GuestOffloads.guestTSO4, GuestOffloads.guestTSO6)
    fromGuest = set(GuestOffloads.csum, GuestOffloads.hostTSO4, GuestOffloads.hostTSO6)
  }
}
