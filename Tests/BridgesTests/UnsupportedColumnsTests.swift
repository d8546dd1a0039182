import OVSDB
import Testing

@testable import Bridges

@Suite struct UnsupportedColumnsTests {
  @Test func everyColumnIsMonitored() {
    for (table, columns) in UnsupportedColumns.columns {
      let known = Interest.openVSwitch.tables[table]?.columns ?? []
      #expect(Set(columns).isSubset(of: known), "\(table)")
    }
  }

  @Test func keysAreToldOnceAndOnlyInUse() {
    var columns = UnsupportedColumns()
    for (table, maps) in UnsupportedColumns.keys {
      let known = Interest.openVSwitch.tables[table]?.columns ?? []
      #expect(Set(maps.keys).isSubset(of: known), "\(table)")
    }
    var rows = Rows()
    _ = rows.add(
      "Interface",
      [
        "name": .string("p1"),
        "options": .strings(["rx-steering": "rss", "dpdk-lsc-interrupt": "true"]),
      ])
    rows.setRoot(["other_config": .strings(["hw-offload": "true", "dpdk-init": "true"])])
    let effect = "is not supported yet and has no effect"
    #expect(
      columns.news(in: rows.database) == [
        "Interface p1: options:rx-steering \(effect)",
        "Open_vSwitch: other_config:hw-offload \(effect)",
      ])
    #expect(columns.news(in: rows.database) == [])
  }
}
