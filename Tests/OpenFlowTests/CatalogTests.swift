import TestSupport
import Testing

@testable import OpenFlow

/// Walks the source folders: what a file declares must stand in its catalog.
@Suite struct CatalogTests {
  @Test func everyMessageIsInTheCatalog() {
    let names = Set(MessageCatalog.all.map { "\($0)" })
    let declared = types(
      in: "Messages", conformingTo: ["Message", "EmptyMessage", "EntryReply"])
    #expect(declared.count > 20)
    #expect(declared.subtracting(names) == [])
  }

  @Test func everyActionIsInTheCatalog() {
    let names = Set(ActionCatalog.all.map { "\($0)" })
    let declared = types(in: "Actions", conformingTo: ["Action", "PlainAction"])
    #expect(declared.count > 10)
    #expect(declared == names)
  }

  @Test func noPlaceIsTakenTwice() {
    var messages = Set<String>()
    for type in MessageCatalog.all {
      for place in type.places {
        for version in OpenFlowVersion.allCases where place.versions.contains(version) {
          #expect(messages.insert("\(version) \(place.identity)").inserted)
        }
      }
    }
    var actions = Set<String>()
    for type in ActionCatalog.all {
      for place in type.places {
        for version in OpenFlowVersion.allCases where place.versions.contains(version) {
          #expect(actions.insert("\(version) \(place.identity)").inserted)
        }
      }
    }
    let keywords = ActionCatalog.all.flatMap { $0.keywords }
    #expect(Set(keywords).count == keywords.count)
  }

  /// Names of the types that files of a folder declare with one of `protocols` first.
  private func types(in folder: String, conformingTo protocols: [String]) -> Set<String> {
    var names = Set<String>()
    for line in SourceTree.files(below: "Sources/OpenFlow/" + folder).flatMap({
      SourceTree.text($0).split(separator: "\n")
    }) {
      for head in ["public struct ", "extension "] where line.hasPrefix(head) {
        let parts = line.dropFirst(head.count).split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { continue }
        let first = parts[1].split { $0 == "," || $0 == " " || $0 == "{" }.first ?? ""
        if protocols.contains(String(first)) { names.insert(String(parts[0])) }
      }
    }
    return names
  }
}
