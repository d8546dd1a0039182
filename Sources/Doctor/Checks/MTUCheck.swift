/// Whether ports that reach each other take packets of the same size, and devices took the MTU that was
/// asked for.
enum MTUCheck {
  static func look(_ machine: Machine, _ state: SwitchState) -> [Finding] {
    refused(state) + groups(state).compactMap(mixed)
  }

  private static func refused(_ state: SwitchState) -> [Finding] {
    state.interfaces.compactMap { interface in
      guard let wanted = interface.mtuRequest, let mtu = interface.mtu, wanted != mtu else {
        return nil
      }
      return Finding(
        .slow, "mtu", "\(interface.name) has an MTU of \(mtu), not \(wanted) as mtu_request says",
        fix: "ovs-vsctl clear interface \(interface.name) mtu_request")
    }
  }

  /// Ports by the bridges that patch ports join. A bridge's own port goes by the others.
  private static func groups(_ state: SwitchState) -> [[SwitchState.Interface]] {
    var root: [String: String] = [:]
    func find(_ bridge: String) -> String {
      var name = bridge
      while let next = root[name] { name = next }
      return name
    }
    let homes = Dictionary(state.interfaces.map { ($0.name, $0.bridge) }) { a, _ in a }
    for patch in state.interfaces where patch.type == "patch" {
      guard let peer = patch.options["peer"], let other = homes[peer] else { continue }
      let (a, b) = (find(patch.bridge), find(other))
      if a != b { root[max(a, b)] = min(a, b) }
    }
    let ports = state.interfaces.filter { $0.mtu != nil && $0.type != "patch" && !$0.isLocal }
    return Dictionary(grouping: ports) { find($0.bridge) }.sorted { $0.key < $1.key }.map(\.value)
  }

  private static func mixed(_ ports: [SwitchState.Interface]) -> Finding? {
    let sizes = ports.compactMap(\.mtu)
    guard let least = sizes.min(), let most = sizes.max(), least < most else { return nil }
    let small = ports.filter { $0.mtu == least }.map(\.name)
    let large = ports.first { $0.mtu == most }?.name ?? ""
    let more = small.count > 1 ? " and \(small.count - 1) more" : ""
    return Finding(
      .slow, "mtu",
      "\(large) sends packets of up to \(most) bytes, of which \(small[0])\(more) takes \(least): "
        + "larger ones are dropped",
      fix: "ovs-vsctl set interface \(small[0]) mtu_request=\(most)")
  }
}
