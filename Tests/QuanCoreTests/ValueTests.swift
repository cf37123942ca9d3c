import QuanCore
import Testing

@Suite("Values, dates and IDs are written and read exactly")
struct ValueTests {
  @Test(
    "dates before 1970 and at the ends of years come back",
    arguments: ["0001-01-01", "1899-12-31", "1969-12-31", "2000-02-29", "2099-12-31"])
  func dates(text: String) throws {
    let date = try #require(CivilDate(text))
    #expect(date.description == text)
    #expect(CivilDate(daysSince1970: date.daysSince1970) == date)
  }

  @Test(
    "what is no date is refused", arguments: ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "", "2026-01-01T"])
  func badDates(text: String) { #expect(CivilDate(text) == nil) }

  @Test("moments come back to the millisecond, also before 1970")
  func instants() throws {
    for milliseconds: Int64 in [0, -1, -86_400_001, 1_780_272_000_123] {
      let instant = Instant(milliseconds: milliseconds)
      #expect(Instant(instant.description) == instant)
    }
    #expect(Instant("2026-06-01T08:00:00+08:00") == Instant("2026-06-01T00:00:00Z"))
  }

  @Test("IDs are read back, in either case, and look-alikes are read as what they look like")
  func ids() throws {
    for value: UInt64 in [0, 1, 77, .max] {
      let dot = Dot(ReplicaID(rawValue: value), 17)
      #expect(Dot(dot.description) == dot)
      #expect(Dot(dot.description.lowercased()) == dot)
    }
    #expect(ReplicaID("O000000000001") == ReplicaID("0000000000001"))
    for text in ["", "-1", "W3F9K2MTQX7HA", "W3F9K2MTQX7HA-", "W3F9K2MTQX7HA-x", "ZZZZZZZZZZZZZZ-1"] {
      #expect(Dot(text) == nil, "\(text)")
    }
  }

  @Test("values are equal when their bits are: NaN is itself, zero is not minus zero, NFC is not NFD")
  func equality() {
    #expect(Value.real(.nan) == Value.real(.nan))
    #expect(Value.real(0) != Value.real(-0.0))
    #expect(Value.text("\u{e9}") != Value.text("e\u{301}"))
  }
}
