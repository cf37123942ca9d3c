import Quan

/// Members as people and programs read them.
enum MemberText {
  static func role(_ role: Role?) -> String {
    switch role {
    case .admin: say("管理员", "admin")
    case .editor: say("编辑", "editor")
    case .reader: say("只读", "reader")
    case nil: say("已撤销", "revoked")
    }
  }

  /// The role of a member, or that it was never admitted by somebody who might.
  static func role(_ member: WorkspaceMember) -> String {
    member.isAdmitted ? role(member.standing.role) : say("未被有效接纳", "never admitted by an admin")
  }

  /// The scopes by their labels; for an admin all.
  static func scopes(_ standing: Standing, _ replica: Replica) throws -> String {
    if standing.role == .admin { return say("全部", "all") }
    if standing.scopes.isEmpty && standing.role != nil { return say("无, 只代传", "none, it only carries") }
    let labels = try Dictionary(replica.scopes().map { ($0.id, $0.label) }) { first, _ in first }
    return standing.scopes.sorted().map { labels[$0] ?? $0.description }.joined(separator: ", ")
  }

  /// The member that people mean by a name or the start of an ID.
  static func member(_ text: String, _ replica: Replica) throws -> WorkspaceMember {
    let members = try replica.members()
    var matches = members.filter { $0.label == text }
    if matches.isEmpty { matches = members.filter { $0.id.description.hasPrefix(text.uppercased()) } }
    guard matches.count == 1 else {
      throw CommandFailure(
        .failed,
        matches.isEmpty
          ? say("没有成员 '\(text)'", "there is no member '\(text)'") : say("'\(text)' 不唯一", "'\(text)' fits several"),
        details: members.map { "\($0.id)  \($0.label)" },
        hint: say("查看: quan member list", "see them: quan member list"))
    }
    return matches[0]
  }

  /// A code without what people put between its groups.
  static func digits(_ code: String) -> String { code.uppercased().filter { $0.isLetter || $0.isNumber } }

  static func json(_ request: AdmissionRequest) -> JSON {
    .object(["member": .string(request.member.description), "code": request.code.map { .string($0) } ?? .null])
  }

  static func json(_ member: WorkspaceMember, _ replica: Replica) throws -> JSON {
    .object([
      "member": .string(member.id.description), "name": .string(member.label), "person": .string(member.person),
      "role": .string(member.standing.role?.rawValue ?? "none"),
      "scopes": .array(member.standing.scopes.sorted().map { .string($0.description) }),
      "admitted": .bool(member.isAdmitted), "founder": .bool(member.isFounder), "own": .bool(member.isOwn),
    ])
  }
}
