/// The kinds and fields that every workspace has, with their fixed numbers.
///
/// They describe the rest: a kind, a field, a scope and a replica are each a record in scope `shared`, with
/// history, sides and conflicts like any other. Verdicts and edges are in the scope of the records that they are about.
public enum BuiltIn {
  /// A kind of record.
  public static let kindKind = Dot.builtIn(1)
  /// A field of a kind.
  public static let fieldKind = Dot.builtIn(2)
  /// A scope.
  public static let scopeKind = Dot.builtIn(3)
  /// A replica: the laptop's label and the person it belongs to.
  public static let replicaKind = Dot.builtIn(4)
  /// What an admin said about a member; see ``MemberStatement``.
  public static let memberKind = Dot.builtIn(5)

  /// The key of a scope, sealed to one member.
  public static let grantKind = Dot.builtIn(6)

  /// A file that was attached to a record: its name and size, beside its content's hash.
  public static let fileKind = Dot.builtIn(8)

  /// The hash of an attached file's content.
  public static let fileContent = Dot.builtIn(48)
  /// The name of an attached file.
  public static let fileName = Dot.builtIn(49)
  /// The size of an attached file in bytes.
  public static let fileSize = Dot.builtIn(50)
  /// The size in bytes up to which a scope's attachments travel.
  public static let scopeAttachmentLimit = Dot.builtIn(51)

  /// That somebody looked at a problem and says that it is right as it is.
  public static let verdictKind = Dot.builtIn(10)
  /// That two records are the same thing: an edge, undirected.
  public static let sameKind = Dot.builtIn(11)
  /// That a record, with what belongs to it, is handed over to another scope; in the scope that it leaves.
  public static let transferKind = Dot.builtIn(12)
  /// That a record continues one of another scope; in the scope that it came to.
  public static let arrivalKind = Dot.builtIn(13)
  /// What the other scope says to a transfer; in ``ScopeID/shared``, and so without anything about a person.
  public static let answerKind = Dot.builtIn(14)
  /// What a transfer brings, until it is accepted or declined; in the scope that it goes to.
  public static let parcelKind = Dot.builtIn(15)

  /// The code of a kind or field.
  public static let code = Dot.builtIn(16)
  /// The Chinese label of a kind or field.
  public static let labelChinese = Dot.builtIn(17)
  /// The English label of a kind or field.
  public static let labelEnglish = Dot.builtIn(18)
  /// The place of a kind or field among its like.
  public static let order = Dot.builtIn(19)
  /// The kind that a field belongs to.
  public static let fieldOf = Dot.builtIn(20)
  /// The type of a field: a name of ``FieldText/types``, for decimals with the scale, `decimal(2)`.
  public static let fieldType = Dot.builtIn(21)
  /// The container of a field: a name of ``FieldText/containers``.
  public static let fieldContainer = Dot.builtIn(22)
  /// The merge rule of a field, as ``MergeRule/text`` writes it.
  public static let fieldRule = Dot.builtIn(23)
  /// The sensitivity of a field: N, P, S or C.
  public static let fieldSensitivity = Dot.builtIn(24)
  /// The codes of a choice field with labels: lines of code, tab, Chinese, tab, English.
  public static let fieldChoices = Dot.builtIn(25)
  /// The code of the kind that a reference field refers to.
  public static let fieldTarget = Dot.builtIn(26)
  /// The label of a scope or replica.
  public static let label = Dot.builtIn(27)
  /// The ID that a replica writes under, in base 32.
  public static let replicaIdentity = Dot.builtIn(28)
  /// The person a replica belongs to.
  public static let replicaPerson = Dot.builtIn(29)
  /// The ID that a replica wrote under before it found itself copied or restored.
  public static let replicaPredecessor = Dot.builtIn(30)
  /// The ID that an outside system gave a record; a field of every kind.
  public static let externalID = Dot.builtIn(31)
  /// The natural keys of a kind, as ``NaturalKey/list(_:)`` reads them.
  public static let kindNaturalKeys = Dot.builtIn(32)

  /// The invariants of a kind, as ``Invariant/list(_:)`` reads them.
  public static let kindInvariants = Dot.builtIn(33)
  /// Whether records of a kind are only added.
  public static let kindAppendOnly = Dot.builtIn(81)

  /// The class of the problem that a verdict is about.
  public static let verdictClass = Dot.builtIn(42)
  /// What tells the problem from others of its class over the same records.
  public static let verdictRule = Dot.builtIn(43)
  /// The records that the problem is about.
  public static let verdictRecords = Dot.builtIn(44)
  /// Why somebody decided so.
  public static let reason = Dot.builtIn(45)
  /// One end of an edge.
  public static let sameOne = Dot.builtIn(46)
  /// The other end of an edge.
  public static let sameOther = Dot.builtIn(47)
  /// The key that a member signs with, in hexadecimal digits.
  public static let memberSigningKey = Dot.builtIn(56)
  /// The key that is sealed to, in hexadecimal digits.
  public static let memberAgreementKey = Dot.builtIn(57)
  /// A member's role: a name of ``Role``, or `none` when it is revoked.
  public static let memberRole = Dot.builtIn(58)
  /// The scopes that a member is admitted to, each by the ID of the record that describes it.
  public static let memberScopes = Dot.builtIn(59)
  /// The last changes of a member that keep the right it had before, each as `REPLICA SCOPE NUMBER CHECK`.
  public static let memberCuts = Dot.builtIn(60)

  /// Whether a record goes along with what a reference field leads to.
  public static let fieldBelongs = Dot.builtIn(61)
  /// The record that a transfer is about.
  public static let transferRecord = Dot.builtIn(62)
  /// All records that go, the one that the transfer is about among them.
  public static let transferRecords = Dot.builtIn(63)
  /// The scope that a transfer goes to.
  public static let transferTo = Dot.builtIn(64)
  /// The last operation of each replica in the scope that the author of a transfer had seen; each is named as a record
  /// would be, so that it follows when an identity is found forked.
  public static let transferSeen = Dot.builtIn(65)
  /// The record that has arrived.
  public static let arrivalRecord = Dot.builtIn(66)
  /// The record that it continues.
  public static let arrivalContinues = Dot.builtIn(67)
  /// As ``transferSeen``: up to where the record's past has arrived.
  public static let arrivalSeen = Dot.builtIn(68)
  /// Of an arrival, who wrote its values and when; of a parcel, the records.
  public static let transferContent = Dot.builtIn(69)
  /// The transfer that an arrival or parcel comes of.
  public static let transferSource = Dot.builtIn(70)
  /// The transfer that is answered.
  public static let answerTransfer = Dot.builtIn(71)
  /// The record that the transfer is about.
  public static let answerRecord = Dot.builtIn(72)
  /// The answer: a name of ``TransferAnswer``.
  public static let answerWord = Dot.builtIn(73)
  /// The record that continues it.
  public static let answerResult = Dot.builtIn(74)
  /// The answers that this one takes back.
  public static let answerOverrides = Dot.builtIn(75)
  /// The member that a key is sealed to, by its ID.
  public static let grantMember = Dot.builtIn(76)
  /// The scope whose key it is, by the ID of the record that describes it.
  public static let grantScope = Dot.builtIn(77)
  /// Which epoch of the scope, from 1.
  public static let grantEpoch = Dot.builtIn(78)
  /// What names the key in the clear, in hexadecimal digits.
  public static let grantKey = Dot.builtIn(79)
  /// The sealed key, in hexadecimal digits.
  public static let grantSealed = Dot.builtIn(80)

  /// The name of the field that keeps an outside system's ID.
  public static let externalIDName = "external_id"

  /// The built-in kinds, without their fields.
  public static let kinds: [KindDefinition] = [
    KindDefinition(id: transferKind, code: "quan_transfer", labels: Labels("转出", "transfer"), order: -10),
    KindDefinition(id: arrivalKind, code: "quan_arrival", labels: Labels("转入", "arrival"), order: -9),
    KindDefinition(id: answerKind, code: "quan_answer", labels: Labels("转出答复", "answer"), order: -8),
    KindDefinition(id: parcelKind, code: "quan_parcel", labels: Labels("待接收", "parcel"), order: -7),
    KindDefinition(id: verdictKind, code: "quan_verdict", labels: Labels("核实结论", "verdict"), order: -6),
    KindDefinition(id: sameKind, code: "quan_same", labels: Labels("同一记录", "same record"), order: -5),
    KindDefinition(id: kindKind, code: "quan_kind", labels: Labels("类型", "kind"), order: -4),
    KindDefinition(id: fieldKind, code: "quan_field", labels: Labels("字段", "field"), order: -3),
    KindDefinition(id: scopeKind, code: "quan_scope", labels: Labels("范围", "scope"), order: -2),
    KindDefinition(id: replicaKind, code: "quan_replica", labels: Labels("副本", "replica"), order: -1),
    KindDefinition(id: fileKind, code: "quan_file", labels: Labels("附件", "attached file"), order: -5),
    KindDefinition(id: memberKind, code: "quan_member", labels: Labels("成员", "member"), order: 0),
    KindDefinition(id: grantKind, code: "quan_grant", labels: Labels("密钥", "sealed key"), order: 0),
  ]

  /// The fields of the built-in kinds.
  public static let fields: [FieldDefinition] = {
    var fields: [FieldDefinition] = []
    func add(
      _ kind: KindID, _ id: FieldID, _ code: String, _ labels: Labels, _ type: ValueType = .text,
      _ container: ContainerType = .register, _ sensitivity: Sensitivity = .normal
    ) {
      fields.append(
        FieldDefinition(
          id: id, kind: kind, code: code, labels: labels, type: type, container: container, sensitivity: sensitivity,
          order: Int64(fields.count)))
    }
    for kind in [kindKind, fieldKind] {
      add(kind, code, "code", Labels("代码", "code"))
      add(kind, labelChinese, "label_zh", Labels("中文名", "Chinese label"))
      add(kind, labelEnglish, "label_en", Labels("英文名", "English label"))
      add(kind, order, "position", Labels("次序", "position"), .integer)
    }
    add(kindKind, kindNaturalKeys, "natural_keys", Labels("自然键", "natural keys"))
    add(kindKind, kindInvariants, "invariants", Labels("规则", "invariants"))
    add(kindKind, kindAppendOnly, "append_only", Labels("只增不改", "only added to"), .triState)
    add(fieldKind, fieldOf, "kind", Labels("类型", "kind"), .reference)
    add(fieldKind, fieldType, "type", Labels("值类型", "type"))
    add(fieldKind, fieldContainer, "container", Labels("容器", "container"))
    add(fieldKind, fieldRule, "rule", Labels("合并规则", "merge rule"))
    add(fieldKind, fieldSensitivity, "sensitivity", Labels("敏感级别", "sensitivity"))
    add(fieldKind, fieldChoices, "choices", Labels("选项", "choices"))
    add(fieldKind, fieldTarget, "target", Labels("引用类型", "refers to"))
    add(fieldKind, fieldBelongs, "belongs", Labels("随之转移", "goes along"), .triState)
    add(scopeKind, label, "label", Labels("名称", "label"))
    add(scopeKind, scopeAttachmentLimit, "attachment_limit", Labels("附件上限", "attachment limit"), .integer)
    add(fileKind, fileContent, "content", Labels("内容", "content"), .attachment)
    add(fileKind, fileName, "name", Labels("文件名", "file name"))
    add(fileKind, fileSize, "size", Labels("大小", "size"), .integer)
    add(replicaKind, label, "label", Labels("名称", "label"))
    add(replicaKind, replicaIdentity, "identity", Labels("副本号", "replica ID"))
    add(replicaKind, replicaPerson, "person", Labels("使用人", "person"))
    add(replicaKind, replicaPredecessor, "predecessor", Labels("前身", "predecessor"))
    for kind in [verdictKind, sameKind] { add(kind, reason, "reason", Labels("理由", "reason")) }
    add(verdictKind, verdictClass, "class", Labels("问题类别", "class of problem"))
    add(verdictKind, verdictRule, "rule", Labels("规则", "rule"))
    add(verdictKind, verdictRecords, "records", Labels("记录", "records"), .reference, .set)
    add(sameKind, sameOne, "one", Labels("一方", "one"), .reference)
    add(sameKind, sameOther, "other", Labels("另一方", "other"), .reference)
    add(transferKind, transferRecord, "record", Labels("记录", "record"), .reference)
    add(transferKind, transferRecords, "records", Labels("随同记录", "records"), .reference, .set)
    add(transferKind, transferTo, "to", Labels("转往", "to"), .reference)
    add(transferKind, transferSeen, "seen", Labels("所见", "seen"), .reference, .set)
    add(transferKind, reason, "reason", Labels("理由", "reason"))
    add(arrivalKind, arrivalRecord, "record", Labels("记录", "record"), .reference)
    add(arrivalKind, arrivalContinues, "continues", Labels("接续", "continues"), .reference)
    add(arrivalKind, arrivalSeen, "seen", Labels("所见", "seen"), .reference, .set)
    add(arrivalKind, transferContent, "content", Labels("出处", "origins"))
    add(arrivalKind, transferSource, "transfer", Labels("转出", "transfer"), .reference)
    add(answerKind, answerTransfer, "transfer", Labels("转出", "transfer"), .reference)
    add(answerKind, answerRecord, "record", Labels("记录", "record"), .reference)
    add(answerKind, transferTo, "to", Labels("转往", "to"), .reference)
    add(answerKind, answerWord, "answer", Labels("答复", "answer"))
    add(answerKind, answerResult, "result", Labels("接续记录", "continued by"), .reference)
    add(answerKind, answerOverrides, "overrides", Labels("取代", "takes back"), .reference, .set)
    add(parcelKind, transferSource, "transfer", Labels("转出", "transfer"), .reference)
    add(parcelKind, transferContent, "content", Labels("内容", "content"), .text, .register, .confidential)
    add(memberKind, label, "label", Labels("名称", "label"))
    add(memberKind, replicaIdentity, "identity", Labels("成员号", "member ID"))
    add(memberKind, replicaPerson, "person", Labels("使用人", "person"))
    add(memberKind, memberSigningKey, "signing_key", Labels("签名公钥", "signing key"))
    add(memberKind, memberAgreementKey, "agreement_key", Labels("加密公钥", "agreement key"))
    add(memberKind, memberRole, "role", Labels("角色", "role"))
    add(memberKind, memberScopes, "scopes", Labels("范围", "scopes"), .text, .set)
    add(memberKind, memberCuts, "cuts", Labels("截止处", "cuts"), .text, .set)
    add(grantKind, grantMember, "member", Labels("成员号", "member ID"))
    add(grantKind, grantScope, "scope", Labels("范围", "scope"))
    add(grantKind, grantEpoch, "epoch", Labels("期", "epoch"), .integer)
    add(grantKind, grantKey, "key", Labels("密钥号", "key ID"))
    add(grantKind, grantSealed, "sealed", Labels("密文", "sealed key"))
    return fields
  }()

  /// Whether records of a kind are definitions of the schema, which only grows.
  public static func isDefinition(_ kind: KindID) -> Bool { kind == kindKind || kind == fieldKind }

  /// The field that keeps an outside system's ID, as a field of a kind.
  public static func externalID(of kind: KindID) -> FieldDefinition {
    FieldDefinition(
      id: externalID, kind: kind, code: externalIDName, labels: Labels("外部编号", "external ID"), type: .text,
      order: .max)
  }
}

/// The written forms of field types and containers, as schema records and schema files hold them.
public enum FieldText {
  /// The names of the value types.
  public static let types: [(name: String, type: ValueType)] = [
    ("text", .text), ("integer", .integer), ("decimal", .decimal), ("date", .date), ("instant", .instant),
    ("tri-state", .triState), ("choice", .choice), ("reference", .reference), ("attachment", .attachment),
    ("real", .real),
  ]
  /// The names of the containers.
  public static let containers: [(name: String, container: ContainerType)] = [
    ("register", .register), ("set", .set), ("counter", .counter), ("map", .map), ("collaborative-text", .text),
    ("list", .list),
  ]

  /// Reads a type, for decimals with its scale (`decimal(2)`; 0 to 9); or returns `nil`.
  public static func type(_ text: String) -> (type: ValueType, scale: Int)? {
    if text.hasPrefix("decimal("), text.hasSuffix(")"), let scale = Int(text.dropFirst(8).dropLast()),
      (0...9).contains(scale)
    {
      return (.decimal, scale)
    }
    return types.first { $0.name == text }.map { ($0.type, 0) }
  }

  /// Writes a type as ``type(_:)`` reads it.
  public static func write(_ type: ValueType, scale: Int) -> String {
    let name = types.first { $0.type == type }?.name ?? ""
    return type == .decimal && scale > 0 ? "\(name)(\(scale))" : name
  }

  /// Reads a container; or returns `nil`.
  public static func container(_ text: String) -> ContainerType? {
    containers.first { $0.name == text }?.container
  }

  /// Writes a container as ``container(_:)`` reads it.
  public static func write(_ container: ContainerType) -> String {
    containers.first { $0.container == container }?.name ?? ""
  }

  /// Reads the lines of a choice field; lines that are not code, tab, label, tab, label are passed over.
  public static func choices(_ text: String) -> [Choice] {
    text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return parts.count == 3 ? Choice(parts[0], Labels(parts[1], parts[2])) : nil
    }
  }

  /// Writes choices as ``choices(_:)`` reads them.
  public static func write(_ choices: [Choice]) -> String {
    choices.map { "\($0.code)\t\($0.labels.chinese)\t\($0.labels.english)" }.joined(separator: "\n")
  }
}
