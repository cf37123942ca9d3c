import Quan

/// Lists of codes that several kinds share.
enum Choices {
  static let sexes = codes("0/未知/unknown", "1/男/male", "2/女/female", "9/未说明/unstated")
  static let idTypes = codes(
    "1/居民身份证/resident ID card", "6/香港证件/Hong Kong ID", "7/澳门证件/Macau ID", "8/台湾通行证/Taiwan travel permit",
    "9/境外永居证/permanent residence permit", "A/护照/passport", "Z/其他/other")
  static let stages = codes(
    "preschool/学前/preschool", "primary/小学/primary", "junior/初中/junior secondary", "senior/高中/senior secondary",
    "vocational/中职/vocational", "tertiary/高校/tertiary", "special/特教/special education")
  static let terms = codes("1/秋季学期/autumn", "2/春季学期/spring")
  static let channels = codes(
    "home/入户/at home", "phone/电话/by phone", "video/视频/by video", "at_school/到校访/at school",
    "community/校外或社区/in the community", "message/线上文字/by message")
  static let visitorLines = codes(
    "class_teacher/班主任/class teacher", "teacher/任课教师/teacher", "leader/学校领导/school leader",
    "social_worker/社工/social worker", "aid_officer/资助专干/aid officer", "counsellor/心理教师/counsellor",
    "supervisor/督导/supervisor")
  static let roles = visitorLines + codes("admin/管理员/administrator")
  static let relations = codes(
    "father/父/father", "mother/母/mother", "grandparent/祖辈/grandparent", "other/其他/other", "institution/机构/institution")
  static let metRelations = codes("self/本人/self") + relations
  static let purposes = codes(
    "routine/常规/routine", "priority/重点/priority", "study/学业/study", "mental_health/心理/mental health",
    "aid_check/资助核实/aid check", "return_to_school/劝返/return to school",
    "family_education/家庭教育/family education", "home_teaching/送教/teaching at home")
  /// GB/T 26341; the certificate of a disabled person gives both by these digits.
  static let disabilities = codes(
    "1/视力残疾/visual", "2/听力残疾/hearing", "3/言语残疾/speech", "4/肢体残疾/physical", "5/智力残疾/intellectual",
    "6/精神残疾/mental", "7/多重残疾/multiple")
  static let disabilityLevels = codes("1/一级/first", "2/二级/second", "3/三级/third", "4/四级/fourth")
  static let families = codes(
    "nuclear/核心家庭/nuclear", "extended/几代同住/extended", "single_parent/单亲家庭/single parent",
    "blended/重组家庭/blended", "grandparents/隔代抚养/with grandparents", "left_behind/留守家庭/left behind",
    "relatives/亲属抚养/with relatives", "institution/机构抚养/in an institution", "other/其他/other")
  /// Why a family is poor, and why a pupil is not at school.
  static let reasons = codes(
    "1/因灾/disaster", "2/因病/illness", "3/因残/disability", "4/因学/schooling", "5/缺技术/lack of skill",
    "6/缺劳动力/lack of labour", "7/缺资金/lack of money", "8/其它/other", "weary/厌学/weary of school",
    "struggling/学习困难/struggling at school", "work/外出务工/gone to work", "marriage/早婚早育/married early",
    "family/家庭变故/family crisis", "moved/随迁未入学/moved and not enrolled",
    "unplaced/残疾未安置/disabled and not placed", "untraceable/失联/cannot be found", "case/涉案/involved in a case")
  static let risks = codes(
    "0/0 无/0 none", "1/1 低/1 low", "2/2 中/2 medium", "3/3 高/3 high", "4/4 危急/4 acute")
}
