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
}
