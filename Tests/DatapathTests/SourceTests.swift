import TestSupport
import Testing

/// Patch ports exist only in translation: the packet's path has never heard of them.
@Suite struct SourceTests {
  @Test func theDatapathDoesNotKnowPatchPorts() {
    let files = SourceTree.files(below: "Sources/Datapath")
    #expect(files.count > 30)
    for path in files {
      let text = SourceTree.text(path).lowercased().replacing("patchbay", with: "")
      #expect(!text.contains("patch"), "\(path)")
    }
  }
}
