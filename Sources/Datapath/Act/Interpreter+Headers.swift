import CDPDKShim
import Fields
import Glibc

/// Operations on headers that few packets have (worker's thread).
extension Worker {
  /// False when the operation cannot be done.
  @inline(never)
  mutating func changeHeader(
    _ step: inout Step, _ op: Opcode, _ argument: UInt32, _ operands: UnsafePointer<UInt32>
  ) -> Bool {
    let packet = step.packet
    let type = UInt16(truncatingIfNeeded: argument)
    switch op {
    case .setICMP: rewriter(step)?.setICMP(isIPv6: argument == 1, operands[0])
    case .setND: rewriter(step)?.setND(operands)
    case .pushMPLS: return pushMPLS(step, type, operands[0])
    case .addMPLS:
      guard let start = pb_mbuf_prepend(packet, 4) else { return false }
      UnsafeMutableRawPointer(start).storeBytes(of: operands[0], as: UInt32.self)
      step.bareType = type
    case .popMPLS: return popMPLS(&step, type)
    case .setMPLS: rewriter(step)?.setMPLS(operands)
    case .pushEthernet: return pushEthernet(&step, type, operands)
    case .popEthernet: return popEthernet(&step)
    case .pushNSH: return pushNSH(&step, Int(argument), operands)
    case .popNSH: return popNSH(&step)
    case .setNSH: rewriter(step)?.setNSH(operands)
    default: break
    }
    return true
  }

  // MARK: MPLS

  /// Puts an entry before the network header or the entries that are there: behind all tags.
  private mutating func pushMPLS(_ step: Step, _ type: UInt16, _ entry: UInt32) -> Bool {
    guard step.bareType == 0, let offset = rewriter(step)?.payload,
      let start = pb_mbuf_prepend(step.packet, 4)
    else { return false }
    let frame = UnsafeMutableRawPointer(start)
    memmove(frame, frame + 4, offset)
    frame.storeBytes(of: type.bigEndian, toByteOffset: offset &- 2, as: UInt16.self)
    frame.storeBytes(of: entry, toByteOffset: offset, as: UInt32.self)
    return true
  }

  /// Removes the outermost entry, if there is one.
  private mutating func popMPLS(_ step: inout Step, _ type: UInt16) -> Bool {
    guard let rewriter = rewriter(step), let offset = rewriter.labelStack
    else { return true }
    let frame = rewriter.base
    if step.bareType != 0 {
      step.bareType = type == EtherType.transparentEthernet ? 0 : type
    } else {
      frame.storeBytes(of: type.bigEndian, toByteOffset: offset &- 2, as: UInt16.self)
      memmove(frame + 4, frame, offset)
    }
    return pb_mbuf_remove_head(step.packet, 4) != nil
  }

  // MARK: Ethernet

  private mutating func pushEthernet(
    _ step: inout Step, _ type: UInt16, _ operands: UnsafePointer<UInt32>
  ) -> Bool {
    guard let start = pb_mbuf_prepend(step.packet, 14) else { return false }
    let frame = UnsafeMutableRawPointer(start)
    frame.copyMemory(from: operands, byteCount: 12)
    frame.storeBytes(of: type.bigEndian, toByteOffset: 12, as: UInt16.self)
    step.bareType = 0
    return true
  }

  /// Removes the Ethernet header and all tags.
  private mutating func popEthernet(_ step: inout Step) -> Bool {
    guard step.bareType == 0, let rewriter = rewriter(step), let offset = rewriter.payload
    else { return step.bareType != 0 }
    let type = UInt16(bigEndian: rewriter.load(offset &- 2, UInt16.self))
    guard pb_mbuf_remove_head(step.packet, UInt16(truncatingIfNeeded: offset)) != nil else {
      return false
    }
    step.bareType = type
    return true
  }

  // MARK: NSH

  private mutating func pushNSH(
    _ step: inout Step, _ length: Int, _ operands: UnsafePointer<UInt32>
  ) -> Bool {
    guard let start = pb_mbuf_prepend(step.packet, UInt16(truncatingIfNeeded: length)) else {
      return false
    }
    UnsafeMutableRawPointer(start).copyMemory(from: operands, byteCount: length)
    step.bareType = EtherType.nsh
    return true
  }

  /// Removes the header that the packet begins with; what is behind it says what the packet is now.
  private mutating func popNSH(_ step: inout Step) -> Bool {
    guard step.bareType == EtherType.nsh, let rewriter = rewriter(step),
      rewriter.length >= 8
    else { return false }
    let length = UInt16(rewriter.load(1, UInt8.self) & 0x3f) &* 4
    let type: UInt16
    switch rewriter.load(3, UInt8.self) {
    case 1: type = EtherType.ipv4
    case 2: type = EtherType.ipv6
    case 3: type = 0
    case 4: type = EtherType.nsh
    case 5: type = EtherType.mpls
    default: return false
    }
    guard length >= 8, pb_mbuf_remove_head(step.packet, length) != nil else { return false }
    step.bareType = type
    return true
  }
}
