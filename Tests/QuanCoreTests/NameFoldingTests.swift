import QuanCore
import Testing

@Suite("Names of people entered twice")
struct NameFoldingTests {
  @Test(
    "Two writings of one name fold to the same",
    arguments: [
      ("张伟", "張偉"), ("阿依古丽·买买提", "阿依古丽•買買提"), ("阿依古丽·买买提", "阿依古丽买买提"), ("王 芳", "王芳"), ("王　芳", "王芳"),
      ("ＷＡＮＧ", "wang"), ("李峯", "李峰"), ("吕娜", "呂娜"), ("G370102", "g３７０１０２"), ("Lǚ Xiǎo", "lu xiao"),
    ])
  func sameName(one: String, other: String) { #expect(NameFolding.fold(one) == NameFolding.fold(other)) }

  @Test("Different names stay different", arguments: [("张伟", "李娜"), ("张伟", "张娜"), ("王小明", "王小红"), ("李明", "李明明")])
  func differentNames(one: String, other: String) {
    #expect(NameFolding.fold(one) != NameFolding.fold(other))
    #expect(!NameFolding.areAlike(NameFolding.fold(one), NameFolding.fold(other)))
  }

  @Test("One character taken for another looks alike, two do not")
  func lookalikes() {
    #expect(NameFolding.areAlike("刘晴", "刘睛"))
    #expect(!NameFolding.areAlike("晴日", "睛曰"))
    #expect(!NameFolding.areAlike("晴", "睛"))
  }
}
