import QuanCore
import Testing

@Suite("Natural keys")
struct NaturalKeyTests {
  @Test("keys are read as they are written, and what is no key is passed over")
  func readsAndWrites() {
    let keys = [
      NaturalKey(["id_no"]), NaturalKey(["student_no"]),
      NaturalKey(["name", "birth", "school"], onlyNominates: true),
    ]
    let text = "id_no; student_no; name+birth+school?"
    #expect(NaturalKey.write(keys) == text)
    #expect(NaturalKey.list(text) == keys)
    #expect(NaturalKey.list("") == [])
    #expect(NaturalKey.list("a+; ;+b; a+a; c") == [NaturalKey(["c"])])
  }
}
