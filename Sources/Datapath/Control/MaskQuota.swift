import Fields

/// Bounds what one packet may cost: how many different masks the megaflows of an input port may have.
///
/// A packet that the flow cache does not know is looked for in one subtable per mask. Who may send
/// what he likes can make translation look at ever other bits of his packets (tuple space explosion,
/// CVE-2019-25076), and each new mask makes every such packet of the port dearer. So behind the first
/// `limit` masks of a worker's port, megaflows match whole keys, all under one more mask: they
/// are more and smaller, but a search is never longer than `limit + 1` subtables.
///
/// Any control-side thread.
final class MaskQuota: @unchecked Sendable {
  static let limit = 256

  struct Place: Hashable {
    let worker: Int
    let port: PortNumber
  }
  struct Masks: Hashable {
    var plain: FlowMask
    var deep: DeepKey

    func hash(into hasher: inout Hasher) {
      hasher.combine(plain)
      if !deep.isZero { hasher.combine(deep) }
    }

    /// Every bit; of the deep key only if the flow has one at all.
    var exact: Masks { Masks(plain: FlowMask.allOnes, deep: deep.isZero ? deep : .allOnes) }
  }

  /// Masks that flows of a place have. Their number is under the quota's lock.
  final class Use: @unchecked Sendable {
    let masks: Masks
    fileprivate let place: Place
    fileprivate var flows = 0

    fileprivate init(_ masks: Masks, _ place: Place) {
      self.masks = masks
      self.place = place
    }
  }

  private let lock = Lock()
  private var uses: [Place: [Masks: Use]] = [:]
  /// The one that was asked for last: mostly the next flow has the same masks.
  private var last: Use?

  /// The masks that a new flow is to have. Give them back by `release`.
  func reserve(_ masks: Masks, at place: Place) -> Use {
    lock.withLock {
      if let last, last.masks == masks, last.place == place {
        last.flows += 1
        return last
      }
      let used = uses[place]?.count ?? 0
      let fits = used < Self.limit || uses[place]?[masks] != nil
      let use = use(fits ? masks : masks.exact, place)
      use.flows += 1
      last = use
      return use
    }
  }

  private func use(_ masks: Masks, _ place: Place) -> Use {
    if let known = uses[place]?[masks] { return known }
    let new = Use(masks, place)
    uses[place, default: [:]][masks] = new
    return new
  }

  func release(_ use: Use) {
    lock.withLock {
      use.flows -= 1
      guard use.flows == 0 else { return }
      if last === use { last = nil }
      uses[use.place]?[use.masks] = nil
      if uses[use.place]?.isEmpty == true { uses[use.place] = nil }
    }
  }
}

extension DeepKey {
  /// Every bit.
  static let allOnes: DeepKey = {
    var mask = DeepKey()
    withUnsafeMutableBytes(of: &mask) { bytes in
      for index in bytes.indices { bytes[index] = 0xff }
    }
    return mask
  }()
}
