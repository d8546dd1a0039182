import Fields

/// Builds a frame that parses to `key`, as far as keys of the tests go.
func frame(_ key: FlowKey) -> [UInt8] {
  var bytes = big(key.ethDst.value, 6) + big(key.ethSrc.value, 6)
  if key.vlanTCI != 0 { bytes += [0x81, 0x00] + big(UInt64(key.vlanTCI & ~vlanPresent), 2) }
  bytes += big(UInt64(key.ethType), 2)
  switch key.ethType {
  case 0x0800: bytes += ipv4(key)
  case 0x86dd: bytes += ipv6(key)
  case 0x0806:
    bytes += [0, 1, 8, 0, 6, 4, 0, key.ipProto] + big(key.arpSHA.value, 6)
    bytes += big(UInt64(key.ipv4Src), 4) + big(key.arpTHA.value, 6) + big(UInt64(key.ipv4Dst), 4)
  default: bytes += [UInt8](repeating: 0, count: 46)
  }
  return bytes + [UInt8](repeating: 0, count: max(0, 60 - bytes.count))
}

private func ipv4(_ key: FlowKey) -> [UInt8] {
  let payload = transport(key)
  let fragment: UInt64 = key.ipFrag & 2 != 0 ? 0x0010 : key.ipFrag & 1 != 0 ? 0x2000 : 0
  return [0x45, key.ipTOS] + big(UInt64(20 + payload.count), 2) + [0, 0] + big(fragment, 2)
    + [key.ipTTL, key.ipProto, 0, 0] + big(UInt64(key.ipv4Src), 4) + big(UInt64(key.ipv4Dst), 4)
    + payload
}

private func ipv6(_ key: FlowKey) -> [UInt8] {
  let payload = transport(key)
  func address(_ value: UInt128) -> [UInt8] {
    big(UInt64(truncatingIfNeeded: value >> 64), 8) + big(UInt64(truncatingIfNeeded: value), 8)
  }
  return [0x60 | key.ipTOS >> 4, key.ipTOS << 4, 0, 0] + big(UInt64(payload.count), 2)
    + [key.ipProto, key.ipTTL] + address(key.ipv6Src) + address(key.ipv6Dst) + payload
}

private func transport(_ key: FlowKey) -> [UInt8] {
  if key.ipFrag & 2 != 0 { return [UInt8](repeating: 0, count: 24) }
  let ports = big(UInt64(key.tpSrc), 2) + big(UInt64(key.tpDst), 2)
  switch key.ipProto {
  case 6:
    return ports + [0, 0, 0, 0, 0, 0, 0, 0, 0x50, UInt8(key.tcpFlags & 0xff), 0, 0, 0, 0, 0, 0]
  case 17: return ports + [0, 12, 0, 0, 0, 0, 0, 0]
  default: return [UInt8](repeating: 0, count: 16)
  }
}

private func big(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
}
