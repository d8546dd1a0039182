import Glibc
import Testing

@testable import Interfaces

/// Cards in a picture of /sys/bus/pci/devices.
struct CardsTests {
  private let place = "/tmp/patchbay-cards-\(getpid())-\(UInt32.random(in: 0 ... .max))"
  private let card = "0000:02:00.0"

  init() throws {
    try #require(mkdir(place, 0o700) == 0 && mkdir("\(place)/\(card)", 0o700) == 0)
  }

  /// /sys gives every new link an inode of its own; a file system in /tmp takes those of removed links
  /// again. So links are put aside, not removed.
  private func unbind() {
    _ = rename("\(place)/\(card)/driver", "\(place)/\(card)/old-\(UInt64.random(in: 0 ... .max))")
  }
  private func bind(_ driver: String) {
    unbind()
    #expect(symlink("../../bus/pci/drivers/\(driver)", "\(place)/\(card)/driver") == 0)
  }

  @Test func aTakenCardWaitsForTheNextBinding() {
    bind("vfio-pci")
    let cards = Cards(devices: place)
    cards.taken("nic2", card)
    cards.failed("nic2", card)
    #expect(cards.isTaken(card) && cards.isTaken("02:00.0,queues=2"))
    #expect(!cards.isTaken("0000:01:00.0") && !cards.isTaken("net_null0"))
    #expect(cards.comeBack() == [])
    unbind()
    #expect(cards.isTaken(card) && cards.comeBack() == [])
    bind("e1000e")
    #expect(cards.isTaken(card) && cards.comeBack() == [])
    bind("vfio-pci")
    #expect(!cards.isTaken(card))
    #expect(cards.comeBack() == ["nic2"])
    #expect(cards.comeBack() == [])
  }

  @Test func aCardThatFailedIsTriedWhenItIsBound() {
    let cards = Cards(devices: place)
    cards.failed("nic1", card)
    cards.failed("null", "net_null0")
    cards.failed("nic3", "0000:03:00.0")
    #expect(!cards.isTaken(card) && cards.comeBack() == [])
    bind("uio_pci_generic")
    #expect(cards.comeBack() == ["nic1"])
    // It was no use: the same binding is not tried again, the next is.
    cards.failed("nic1", card)
    #expect(cards.comeBack() == [])
    bind("vfio-pci")
    cards.attached("nic1")
    #expect(cards.comeBack() == [])
  }

  @Test func addresses() {
    for text in ["0000:02:00.0", "02:00.0", "pci:0000:02:00.0,a=b", "02:00.0,x"] {
      #expect(Cards.address(text) == card)
    }
    #expect(Cards.address("0000:0A:00.1") == "0000:0a:00.1")
    for text in [
      "", ",", "net_null0", "02:00", "2:0.0", "0000:02:00.0/..", "../:..:..", "class=eth,mac=00:11",
    ] {
      #expect(Cards.address(text) == nil)
    }
  }
}
