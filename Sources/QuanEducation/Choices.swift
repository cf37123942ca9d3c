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
  static let purposes = codes(
    "routine/常规/routine", "priority/重点/priority", "study/学业/study", "mental_health/心理/mental health",
    "aid_check/资助核实/aid check", "return_to_school/劝返/return to school",
    "family_education/家庭教育/family education", "home_teaching/送教/teaching at home")
  static let risks = codes(
    "0/0 无/0 none", "1/1 低/1 low", "2/2 中/2 medium", "3/3 高/3 high", "4/4 危急/4 acute")
}
