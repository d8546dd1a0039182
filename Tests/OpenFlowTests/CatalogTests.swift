import Glibc
import Testing

@testable import OpenFlow

/// Walks the source folders: what a file declares must stand in its catalog.
@Suite struct CatalogTests {
  @Test func everyMessageIsInTheCatalog() throws {
    let names = Set(MessageCatalog.all.map { "\($0)" })
    let declared = try types(
      in: "Messages", conformingTo: ["Message", "EmptyMessage", "EntryReply"])
    #expect(declared.count > 20)
    #expect(declared.subtracting(names) == [])
  }

  @Test func everyActionIsInTheCatalog() throws {
    let names = Set(ActionCatalog.all.map { "\($0)" })
    let declared = try types(in: "Actions", conformingTo: ["Action"])
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
  private func types(in folder: String, conformingTo protocols: [String]) throws -> Set<String> {
    var names = Set<String>()
    for line in try sourceLines("Sources/OpenFlow/" + folder) {
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

/// All lines of the Swift files of a folder of the repository.
func sourceLines(_ folder: String) throws -> [Substring] {
  let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  let path = "/" + root + "/" + folder
  let directory = try #require(opendir(path))
  defer { closedir(directory) }
  var lines: [Substring] = []
  while let entry = readdir(directory) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard name.hasSuffix(".swift") else { continue }
    lines += String(decoding: readFile(path + "/" + name), as: UTF8.self).split(separator: "\n")
  }
  return lines
}

func readFile(_ path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}
