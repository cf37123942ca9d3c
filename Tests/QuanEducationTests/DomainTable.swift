/// The records of home visits and student support as the domain describes them, kind by kind and field by field.
///
/// `# KIND LEVEL [only-added]: natural keys`, and below it `field type [container] [{codes}] [->kind] [belongs] LEVEL [rule]`.
/// Written down from the domain's table of kinds, and from what follows it about states, rules and merging; where a field
/// of words has one of codes or a reference beside it, both stand here. A merge decision is S because it quotes values.
enum DomainTable {
  static let text = """
    # student S: id_no; student_no; name+birth?
      name text P
      name_aliases text set P
      sex choice {0,1,2,9} P
      birth date S
      id_type choice {1,6,7,8,9,A,Z} P
      id_no text S
      student_no text S upgrade(L<G)
      student_no_history text set S
      ethnicity text P
      ethnic_group choice {01,02,03,04,05,06,07,08,09,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,\
    30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56} P
      registered_address text S keep-all(by:registered_address_checked_on)
      registered_address_checked_on date S max
      home_address text S keep-all(by:home_address_checked_on)
      home_address_checked_on date S max
      phone text S keep-all(by:phone_checked_on)
      phone_checked_on date S max
      other_phones text set S
      guardian_name text P
      guardian_phone text S keep-all(by:guardian_phone_checked_on)
      guardian_phone_checked_on date S max
      contacts text map S
      school text P
      school_ref reference ->school P
      stage choice {preschool,primary,junior,senior,vocational,tertiary,special} P
      grade text P latest(by:enrolled_since)
      class text P latest(by:enrolled_since)
      boarding choice {day,boarding} P latest(by:boarding_since)
      boarding_since date P max
      enrolled_since date P max
      enrol_status choice {enrolled,enrolled_absent,unregistered,suspended,left,graduated} S
      poverty_file tri-state S known-beats-unknown(by:statuses_proved_on)
      low_income tri-state S known-beats-unknown(by:statuses_proved_on)
      destitute tri-state S known-beats-unknown(by:statuses_proved_on)
      orphan tri-state S known-beats-unknown(by:statuses_proved_on)
      de_facto_orphan tri-state S known-beats-unknown(by:statuses_proved_on)
      disabled tri-state S known-beats-unknown(by:statuses_proved_on)
      left_behind choice {0,1,2,unknown} S known-beats-unknown(by:statuses_proved_on)
      migrant tri-state S known-beats-unknown(by:statuses_proved_on)
      single_parent tri-state S known-beats-unknown(by:statuses_proved_on)
      martyr_family tri-state S known-beats-unknown(by:statuses_proved_on)
      front_line_child tri-state S known-beats-unknown(by:statuses_proved_on)
      statuses_proved_on date S max
      disability text S
      disability_type choice {1,2,3,4,5,6,7} S
      disability_level choice {1,2,3,4} S
      remark text S keep-all
    # guardian S: student+relation+name?
      student reference ->student belongs P
      name text P
      relation choice {father,mother,grandparent,other,institution} P
      phone text S keep-all(by:phone_checked_on)
      phone_checked_on date S max
      other_phones text set S
      home_address text S keep-all(by:home_address_checked_on)
      home_address_checked_on date S max
      id_no text S
      is_main tri-state P known-beats-unknown
      away_for_work tri-state S known-beats-unknown
    # consent P: subject+scope?
      subject reference ->student belongs P
      guardian reference ->guardian P
      scope text P
      state choice {given,withdrawn,refused} P ladder(withdrawn<refused<given)
      date date P
      evidence reference ->evidence P
    # visit S: student+date+lead_visitor+channel?
      student reference ->student belongs P
      siblings reference set ->student P
      date date P
      start text P
      end text P
      channel choice {home,phone,video,at_school,community,message} P
      visitor_line choice {class_teacher,teacher,leader,social_worker,aid_officer,counsellor,supervisor} P
      lead_visitor text P
      lead_visitor_ref reference ->staff P
      visitors text set P
      visitors_ref reference set ->staff P
      met text set S
      met_relations choice set {self,father,mother,grandparent,other,institution} S
      met_names text map S
      purpose choice set {routine,priority,study,mental_health,aid_check,return_to_school,family_education,\
    home_teaching} S
      outcome choice {done,no_one_home,refused,wrong_address,rescheduled} S
      family_type text S
      family_structure choice {nuclear,extended,single_parent,blended,grandparents,left_behind,relatives,\
    institution,other} S
      environment text set S
      findings text collaborative-text S
      advice text collaborative-text S
      guardian_feedback text collaborative-text S
      follow_up_due date P earliest
      follow_up_owner text P
      follow_up_owner_ref reference ->staff P
      follow_up_done_on date P
      guardian_signed tri-state P known-beats-unknown
      visitor_signed tri-state P known-beats-unknown
      minutes integer P
      evidence reference set ->evidence P
      remark text S keep-all
    # visit_plan S: student+school_year+term+channel?
      student reference ->student belongs P
      school_year text P
      term choice {1,2} P
      channel choice {home,phone,video,at_school,community,message} P
      purpose choice set {routine,priority,study,mental_health,aid_check,return_to_school,family_education,\
    home_teaching} S
      steps text list P
      due date P earliest
      owner text P
      owner_ref reference ->staff P
      visit reference ->visit P
      state choice {planned,done,dropped} P
      remark text S keep-all
    # family_activity N: title+date?
      title text N
      date date N
      programme text N
      form choice {lecture,class,salon,online,parent_child,counselling} N
      place text N
      speakers text set P
      topic text N
      families integer N
      people integer N
      students reference set ->student P
      summary text collaborative-text N
      evidence reference set ->evidence N
    # hotline_call C only-added: call_no
      call_no text P
      date date P
      start text P
      channel choice {phone,online,in_person} P
      caller choice {self,father,mother,grandparent,other,institution,teacher} C
      anonymous tri-state P known-beats-unknown
      topic text C
      risk choice {0,1,2,3,4} C max
      action text collaborative-text C
      referral text C
      operator text P
      care_case reference ->care_case C
      mandatory_report tri-state C max
    # ledger S: type+student+episode?
      type choice {poverty_file,unregistered,school_age,suspected_dropout,dropout,disability} S
      student reference ->student belongs P
      episode integer P
      reason choice {1,2,3,4,5,6,7,8,weary,struggling,work,marriage,family,moved,unplaced,untraceable,case} S
      state choice {reported,open,placed,closure_requested,school_ok,closed,transfer_offered,transfer_accepted,\
    void} S ladder(reported<open<placed<closure_requested<school_ok<transfer_offered<transfer_accepted<closed<void)
      opened_on date P
      responsible text P
      responsible_ref reference ->staff P
      due date P earliest
      ground choice {returned,inclusive,special_school,home_teaching,elsewhere,deferred,graduated,gone,void} S
      until date P earliest
      closed_on date P
      requested_by text P
      requested_by_ref reference ->staff P
      approved_by text P
      approved_by_ref reference ->staff P
      placement reference ->placement P
      visit reference ->visit P
      survivor reference ->ledger P
      evidence reference set ->evidence P
      remark text S keep-all
    # ledger_event S only-added: ledger+kind+date?
      ledger reference ->ledger belongs P
      seq integer P
      kind choice {registered,checked,persuaded,placed,closure_requested,school_reviewed,county_reviewed,returned,\
    relapsed,transferred,transfer_accepted,void} S
      date date P
      by text P
      by_ref reference ->staff P
      note text S keep-all
      evidence reference set ->evidence P
    # placement S: student+kind+from?
      student reference ->student belongs P
      kind choice {regular,inclusive,special_class,special_school,home_teaching,institution,remote,elsewhere,\
    deferred,suspended,vocational} S
      school text S
      school_ref reference ->school S
      from date P
      to date P
      approval_no text S
      approved_on date P
      acknowledged tri-state P known-beats-unknown
      evidence reference set ->evidence P
    # imported_list S: list+id_no; list+student_no
      list choice {hukou,registered,attending,poverty,dropout,other} S
      batch text P
      as_of date P
      name text P
      birth date S
      id_no text S
      student_no text S
      school text P
      school_ref reference ->school P
      address text S
      label text S
      student reference ->student P
    # determination S: student+school_year
      student reference ->student belongs P
      school_year text P
      level choice {severe,moderate,mild,none} S
      grounds text set S
      reviewed_by text P
      reviewed_by_ref reference ->staff P
      notice_from date P
      notice_to date P
      objection text collaborative-text S
      status choice {applied,reviewed,on_notice,approved,rejected} S
      visit reference ->visit P
    # aid_programme N: code+version
      code text N
      version text N
      stage choice {preschool,primary,junior,senior,vocational,tertiary,special} N
      name text N
      issuer text N
      doc_no text N
      pay_per choice {term,year} N
      needs_based tri-state N known-beats-unknown
      excludes reference set ->aid_programme N
      valid_from date N
      valid_to date N
    # aid_tier N: programme+code
      programme reference ->aid_programme N
      code text N
      name text N
      amount decimal(2) N
    # aid_award S: student+programme+school_year+term
      student reference ->student belongs P
      programme reference ->aid_programme S
      school_year text P
      term choice {1,2} P
      tier text S
      tier_ref reference ->aid_tier S
      determination reference ->determination P
      amount decimal(2) S
      status choice {applied,reviewed,on_notice,approved,allocated,paid,returned,void} S
      override_reason text S
      override_approver text P
      override_approver_ref reference ->staff P
      remark text S keep-all
    # payment S: batch+award
      award reference ->aid_award belongs P
      amount decimal(2) S
      paid_on date P
      batch text P
      payee choice {self,guardian} S
      card_last4 text S
      card_hash text S
      receipt reference ->evidence P
      reversal_of reference ->payment P
    # care_case C: case_no
      case_no text C
      subject text C
      opened date C
      source choice {hotline,visit,screening,teacher,parent,self} C
      risk choice {0,1,2,3,4} C max
      state choice {open,monitoring,referred,closed} C ladder(open<monitoring<referred<closed)
      owner text C
      owner_ref reference ->staff C
      next_due date C earliest
      student reference ->student C
    # care_note C only-added: care_case+date+kind?
      care_case reference ->care_case C
      date date C
      start text C
      kind choice {call,meeting,parents,conference,referral,crisis} C
      risk_after choice {0,1,2,3,4} C max
      text text collaborative-text C
      mandatory_report tri-state C max
      reported_to text C
    # tutoring P: student+tutor+from?
      student reference ->student belongs P
      tutor text P
      tutor_ref reference ->staff P
      subjects text set P
      from date P
      to date P
      remark text P keep-all
    # session P: tutoring+date+start?
      tutoring reference ->tutoring belongs P
      date date P
      start text P
      minutes integer P
      strand choice {study,emotional} P
      topic text P
      feedback text collaborative-text P
    # support_loan P: serial+lent_on?; serial+returned_on!?
      student reference ->student P
      need choice {device,network,television,guidance,away} P
      item choice {computer,tablet,phone,sim,data,television,print} P
      serial text P
      lent_on date P
      due date P earliest
      returned_on date P
      provider text P
      remark text P keep-all
    # checklist_run N: school+template+version+date+inspector; school+template+date+inspector+version!
      school text N
      school_ref reference ->school N
      template text N
      version text N
      date date N
      inspector text P
      inspector_ref reference ->staff P
      rectify_due date N earliest
      remark text N keep-all
    # checklist_item N: run+number
      run reference ->checklist_run N
      number integer N
      title text N
      result choice {pass,fail,na,unseen} N ladder(fail<unseen<na<pass)
      note text N keep-all
      mended_on date N
    # school N: school_code; name?
      school_code text N
      name text N
      stages choice set {preschool,primary,junior,senior,vocational,tertiary,special} N
      division text N
      status choice {open,merged,closed} N
      supervisor text P
      supervisor_ref reference ->staff P
    # staff P: staff_no
      name text P
      staff_no text P
      role choice set {class_teacher,teacher,leader,social_worker,aid_officer,counsellor,supervisor,admin} P
      schools reference set ->school P
      phone text P keep-all(by:phone_checked_on)
      phone_checked_on date P max
      active tri-state P known-beats-unknown
    # evidence S: file
      about reference belongs P
      kind choice {photo,signature,certificate,screenshot,receipt,recording} P
      file attachment S
      bytes integer P
      taken_on date P
      caption text S
      redacted tri-state P known-beats-unknown
    # merge_decision S only-added
      who text P
      who_ref reference ->staff P
      at instant P
      laptop text P
      about reference P
      field text P
      decision text S
      reason text P
    # access_event P only-added
      who text P
      who_ref reference ->staff P
      at instant P
      laptop text P
      about reference P
      act choice {open,reveal,print} P
      reason text P
    # export_event P only-added
      who text P
      who_ref reference ->staff P
      at instant P
      laptop text P
      about reference P
      what text P
      fields text set P
      records integer P
      recipient text P
      reason text P
    # erasure P only-added
      who text P
      who_ref reference ->staff P
      at instant P
      laptop text P
      about reference P
      subject text P
      ordered_by text P
      ordered_by_ref reference ->staff P
      reason text P
    """
}
