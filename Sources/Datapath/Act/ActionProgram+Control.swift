/// Operations that decide what happens with the packet.
extension ActionProgram {
  mutating func appendControl(_ action: DatapathAction, nesting: Int) {
    switch action {
    case .userspace(let value):
      head(.userspace)
      number(value)
    case .meter(let index):
      head(.meter)
      number(index)
    case .recirculate(let id):
      head(.recirculate)
      number(id)
    case .truncate(let length): head(.truncate, min(length, 0xff_ffff))
    case .hash(let algorithm, let basis):
      head(.hash, UInt32(algorithm))
      number(basis)
    case .clone(let list):
      head(.clone)
      appendNested([list], nesting)
    case .sample(let probability, let list):
      head(.sample)
      number(probability)
      appendNested([list], nesting)
    case .checkPacketLength(let length, let greater, let lessOrEqual):
      head(.checkLength, UInt32(length))
      appendNested([greater, lessOrEqual], nesting)
    default: break  // marks that only other hosts' kernels would see
    }
  }

  /// The lists' lengths, and the lists.
  private mutating func appendNested(_ lists: [[DatapathAction]], _ nesting: Int) {
    let lengths = words.count
    for _ in lists { number(0) }
    for (index, list) in lists.enumerated() {
      fill(lengths + index, append(list, nesting: nesting + 1))
    }
  }
}
