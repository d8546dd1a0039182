import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// For random bridges, flows and packets: the translation does to the packet what the naive
/// interpreter does, and every packet that the mask covers is translated to the same actions.
@Suite struct SoundnessTests {
  @Test(arguments: 0..<40) func translationsAreRightAndMasksAreSound(seed: Int) {
    var world = RandomWorld(seed: UInt64(seed) + 1)
    for _ in 0..<40 {
      let key = world.randomKey()
      guard let port = world.s.pipeline.port(datapathPort: key.inPort),
        let translation = world.s.translate(key)
      else { continue }
      guard translation.error == nil else { continue }
      var naive = NaiveInterpreter()
      naive.run(key, at: port)
      let got = departures(of: key, translation.actions)
      if got != naive.departures {
        Issue.record(
          """
          seed \(seed): \(DatapathFlowText.format(key, mask: world.exact)): got \
          \(DatapathActionText.format(translation.actions)), want \(naive.departures)
          \(world.description)
          """)
        return
      }
      let mask = translation.installedMask(for: key)
      for _ in 0..<12 {
        let other = world.packet(like: key, under: mask)
        guard let again = world.s.translate(other), again.actions != translation.actions else {
          continue
        }
        Issue.record(
          """
          seed \(seed): \(DatapathFlowText.format(key, mask: mask)) -> \
          \(DatapathActionText.format(translation.actions)), but \
          \(DatapathFlowText.format(other, mask: world.exact)) -> \
          \(DatapathActionText.format(again.actions))\n\(world.description)
          """)
        return
      }
    }
  }
}
