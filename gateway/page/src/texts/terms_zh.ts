/** Chinese names of commands, of facts on the live stream, and of enum values whose comment in the contract has none. */

export const verbsZh: Record<string, string> = {
  create: "新建", edit: "修改", abandon: "放弃", abort: "中止", accept: "接受", acceptHandover: "接班", acknowledge: "签收", activate: "启动", activateUrgent: "紧急启动",
  adopt: "采纳", allocate: "分配", answer: "应答", approve: "批准", approveChange: "批准换班", archive: "归档", assess: "评估", assign: "交办", beginReview: "开始审核",
  bounce: "未送达", calm: "解除警示", cancel: "取消", changeLevel: "调整响应级别", check: "审核", checkIn: "签到", checkOut: "离开登记", close: "办结", commission: "启用",
  compensate: "补偿", complete: "完成", conclude: "形成结论", confirm: "确认", consult: "征求意见", control: "宣布已控制", count: "盘点", countersign: "补签", damage: "登记损毁",
  decide: "决定", declareStable: "宣布稳定", decline: "拒绝", declineLevelChange: "不调级", deliver: "交付", deliverInject: "下达注入", discard: "作废", dismiss: "判为误报",
  dispatch: "发运", dissent: "保留意见", dissolve: "解散", distribute: "发放", draft: "起草", endResponse: "结束响应", engage: "进入工作", evaluate: "开始评估", extend: "延长",
  fail: "报告未成", file: "备案", filePaperwork: "补办手续", finish: "结束", finishMaintenance: "维护完成", flareUp: "复燃（反弹）", grade: "定级", inspect: "查验", invite: "发出邀请",
  issue: "下达", joint: "会签", judgePotential: "研判趋势", lift: "解除", link: "关联事件", maintain: "转入维护", match: "匹配", merge: "并案", monitor: "转入监控",
  oneKey: "一键调度", open: "开启", openCorrections: "立整改项", pick: "备货", planOnward: "登记去向", post: "过账", prepare: "准备开放", promote: "升级", publish: "发布", rate: "评价",
  ready: "准备就绪", reassign: "改派", recall: "召回", receive: "收货", recipientReturn: "上级退回", record: "记录", rectify: "整改", refuse: "拒绝", register: "登记",
  regrade: "人工定级", reissue: "重新下达", reject: "驳回", rejectChange: "不准换班", release: "放行", remove: "出库（除名）", reopen: "重启", repair: "修复", report: "报告状态",
  reportPositions: "上报位置", requestChange: "申请换班", requireInspection: "要求查验", restore: "恢复待命", resume: "恢复", retire: "停用", retry: "重发", return: "退回", reverse: "冲销",
  review: "复核", rework: "返工", send: "报出", sendUrgent: "紧急报出", serve: "送达", setStatus: "设置状态", settle: "结清", share: "共享", ship: "发运", shortlist: "生成候选名单",
  sign: "签发", standDown: "撤销指挥部", start: "开始", startHandover: "开始交班", startPreparation: "开始筹备", submit: "提交", supervise: "挂牌督办", suspend: "暂停", takeOver: "接管",
  terminate: "终止响应", track: "跟踪整改", transfer: "移送", transferCommand: "移交指挥权", triggerReview: "触发修订", update: "更新", updateFacts: "更新情况", use: "投入使用",
  verify: "核实", waive: "豁免", warn: "警示", withdraw: "撤回", forwardToUpper: "报请上级发布", publishUrgent: "紧急发布", supersede: "更新发布", arrive: "到场", depart: "出发", work: "作业",
  startResponse: "开始响应", joinResponse: "加入", meet: "履行", expire: "到期", setOwnAvailability: "设置可用时间", recordReceipt: "登记回执",
  import: "接入", answerOpinion: "答复意见", recordFeasibility: "记录可行性评审", recordDelivery: "记录送达", recordDiscipline: "记录违纪", linkIncident: "关联事件", approveUrgent: "紧急批准", recordOpinion: "记录意见", revise: "修改", submitReview: "送审", recordAnswer: "记录应答", postReview: "补审", recordDeliberation: "记录集体讨论",
};

export const factsZh: Record<string, string> = {
  IncidentReported: "接报", IncidentVerifying: "开始核实", IncidentConfirmed: "事件确认", IncidentGraded: "事件定级", IncidentMerged: "并案", IncidentDismissed: "判为误报",
  IncidentTransferred: "移送", ResponseStarted: "开始响应", IncidentControlled: "已控制", IncidentReescalated: "复燃（反弹）", ResponseEnded: "响应结束", IncidentEvaluating: "开始评估",
  IncidentClosed: "办结", IncidentReopened: "重启", IncidentArchived: "归档", IncidentFactsUpdated: "情况更新", PotentialJudged: "研判趋势", IncidentDeclaredStable: "宣布稳定",
  FactsUpdated: "情况更新", IncidentStabilised: "宣布稳定", CommandEstablished: "成立指挥部", CommandTransferred: "移交指挥权", LeadLevelChanged: "领导层级变化",
  CommandStoodDown: "撤销指挥部", ObligationOpened: "新增报送义务", ObligationMet: "报送义务已履行", ObligationOverdue: "报送逾期", ObligationReopened: "未送达，重新负有报送义务", ObligationWaived: "报送义务豁免",
  ObligationCancelled: "报送义务取消", ObligationDueSoon: "报送即将到期", ObligationWarned: "报送即将到期", ReportDrafted: "起草报告", ReportUpdated: "报告修改", ReportSubmitted: "报告送签", ReportSigned: "报告签发",
  ReportReturned: "报告退回", ReportSent: "报告报出", ReportAcknowledged: "报告签收", ReportBounced: "报告未送达", ReportCountersigned: "报告补签", ReportRetried: "报告重发",
  TaskDrafted: "任务拟制", TaskProposed: "任务建议", TaskIssued: "任务下达", TaskStarted: "任务开始", TaskDone: "任务完成", TaskVerified: "任务核验", TaskClosed: "任务办结",
  TaskFailed: "任务未成", TaskCancelled: "任务取消", TaskDiscarded: "任务作废", TaskMoved: "任务随并案转移", TaskOverdue: "任务逾期", AssignmentOffered: "派遣下达", AssignmentAccepted: "力量接受派遣",
  AssignmentDeclined: "力量不能执行", AssignmentExpired: "派遣逾时未确认", AssignmentDeparted: "力量出发", AssignmentArrived: "力量到场", AssignmentWorking: "力量作业",
  AssignmentCompleted: "派遣完成", AssignmentReleased: "力量放行", AssignmentReturned: "力量归建", AssignmentRecalled: "力量召回", AssignmentReassigned: "力量改派",
  UnitStatusChanged: "力量状态变化", UnitLostContact: "力量失联", UnitPositionUpdated: "力量位置更新", UnitRegistered: "力量登记", UnitChanged: "力量信息变更", UnitRetired: "力量停用",
  TeamRegistered: "队伍登记", TeamChanged: "队伍信息变更", TeamRetired: "队伍停用", ConsultationOpened: "会商开始", ConsultationConcluded: "会商结论", SignalReceived: "收到线索",
  SignalReported: "收到线索", SignalLinked: "线索关联", SignalDismissed: "线索排除", ReleaseDrafted: "起草信息发布", ReleaseApproved: "信息发布批准", ReleasePublished: "信息已发布",
  EvacuationOrdered: "下达转移令", EvacuationProgressed: "转移进展", EvacuationCompleted: "转移完成", EvacuationLifted: "转移令解除", ReliefProvided: "救助到位", ReliefCompleted: "救助完成",
  ShiftScheduled: "排班", ShiftStarted: "值班开始", ShiftEnded: "值班结束", ShiftHandedOver: "交接班", ShiftMissed: "脱岗", ShiftLate: "迟到", InstructionRecorded: "记录批示",
  InstructionCompleted: "批示办结", ActivationProposed: "建议启动响应", PlanActivated: "预案启动", ActivationLevelChanged: "响应级别调整", ActivationTerminated: "响应终止",
  ActivationClosed: "响应结案", ActivationRejected: "不予启动", AarOpened: "总结评估开始", AarSubmitted: "总结评估提交", PlanIssued: "预案印发", PlanReviewTriggered: "触发预案修订",
  PrePositionOrdered: "前置部署", StandbyOrdered: "待命指令", TransferRequested: "申请调拨", TransferApproved: "调拨批准", TransferRejected: "调拨驳回", TransferPicked: "调拨备货",
  TransferShipped: "调拨发运", TransferReceived: "调拨收货", TransferClosed: "调拨办结", StockReceived: "物资入库", StockIssued: "物资出库", StockAdjusted: "库存调整",
  StockReserved: "库存预留", StockReleased: "预留释放", StockLow: "库存不足", ShelterOpened: "避难场所开放", ShelterPreparing: "避难场所准备", ShelterFull: "避难场所满员",
  ShelterClosed: "避难场所关闭", ShelterOccupancyChanged: "避难人数变化", RequisitionProposed: "申请征用", RequisitionDecided: "征用决定", RequisitionClosed: "征用办结",
  ThresholdCrossed: "监测超阈值", ExternalAlertReceived: "收到外部预警", AlertDrafted: "预警起草", AlertSubmitted: "预警送审", AlertApproved: "预警审核通过", AlertReturned: "预警退回",
  AlertPublished: "预警发布", AlertSuperseded: "预警被更新", AlertCancelled: "预警解除", AlertExpired: "预警到期", CoverageUpdated: "覆盖率更新", CoverageBelowTarget: "覆盖率不足",
  ExpertCallRequested: "申请调用专家", ExpertInvited: "邀请专家", ExpertAccepted: "专家接受", ExpertDeclined: "专家谢绝", ExpertNoAnswer: "专家未应答", ExpertEngaged: "专家进入工作",
  OpinionSubmitted: "专家意见提交", ExpertReleased: "专家解除调用", ExpertShortlisted: "生成专家候选", TeamUpdated: "队伍信息变更",
};

export const enumsZh: Record<string, string> = {
  DELIVERY_STATE_WAITING: "待发送", DELIVERY_STATE_SENT: "已发送", DELIVERY_STATE_ACKNOWLEDGED: "已签收", DELIVERY_STATE_BOUNCED: "未送达", DELIVERY_STATE_RETURNED: "被退回",
  OBLIGATION_STATE_CANCELLED: "已取消", POSITION_SOURCE_APP: "移动端", POSITION_SOURCE_RADIO: "电台", POSITION_SOURCE_SATELLITE: "卫星终端", POSITION_SOURCE_VEHICLE: "车载终端",
  POSITION_SOURCE_MANUAL: "人工录入", RELIEF_VERDICT_MET: "10 小时内", REPORT_CHANNEL_ANY: "任一方式", TASK_KIND_GENERAL: "其他", TIME_PRECISION_EXACT: "准确",
  TIME_PRECISION_ESTIMATED: "估计", ACTION_STATE_OPEN: "进行中", ACTION_STATE_DONE: "已完成", ACTION_STATE_FAILED: "未成", ACTION_STATE_CANCELLED: "已取消", COMPARISON_AT_LEAST: "不小于",
  COMPARISON_ABOVE: "大于", COMPARISON_AT_MOST: "不大于", COMPARISON_BELOW: "小于", INJECT_STATE_WAITING: "未下达", INJECT_STATE_DELIVERED: "已下达", INJECT_STATE_STOPPED: "已中止",
  NOTICE_STATE_PENDING: "待发送", NOTICE_STATE_SENT: "已发送", NOTICE_STATE_FAILED: "未送达", NOTICE_STATE_ACKNOWLEDGED: "已确认", RESERVATION_KIND_SOFT: "软预留",
  RESERVATION_KIND_HARD: "硬预留", RESERVATION_STATE_ACTIVE: "有效", RESERVATION_STATE_RELEASED: "已释放", RESERVATION_STATE_USED: "已使用", RESERVATION_STATE_EXPIRED: "已失效",
  RESERVATION_STATE_DISPLACED: "被挤占",
};

/** Why a unit is recommended. */
export const reasonsZh: Record<string, string> = {
  ALL_CAPABILITIES: "具备全部所需能力", SOME_CAPABILITIES: "具备部分能力", BY_ROAD: "按路网", BY_ESTIMATE: "按直线距离估算", TRAVEL_UNKNOWN: "时间不详", FROM_POSITION: "从当前位置", FROM_HOME: "从驻地",
  FROM_OLD_POSITION: "从较早的位置", AVAILABLE: "待命", ALERTED: "已预警", NEED_MET: "已由他人补上", UNIT_BUSY: "已被派出", TASK_NOT_OPEN: "任务已不在进行", INCIDENT_NOT_OPEN: "事件已不在处置",
  UNIT_NOT_AVAILABLE: "力量不可用", NOT_FOUND: "已不存在",
};

/** Capabilities of units and teams. */
export const capabilitiesZh: Record<string, string> = {
  medical: "医疗急救", mountain_rescue: "山地救援", search: "搜索", water_rescue: "水域救援", evacuation: "转移安置", flood_control: "抗洪抢险", communication: "通信保障", engineering: "工程抢险",
  environment_monitoring: "环境监测", monitoring: "监测", fire_suppression: "灭火", heavy_rescue: "重型救援", hazmat: "危化处置", power: "电力抢修", transport: "运输", traffic: "交通管控", security: "治安",
  drone: "无人机", relief: "救助", forest_fire: "森林灭火", mine_rescue: "矿山救援", psychological: "心理援助", logistics: "后勤保障", structural_assessment: "建筑安全鉴定", foam: "泡沫灭火",
  earthquake: "地震救援", collapse_rescue: "坍塌救援", traffic_control: "交通管控", public_order: "治安维护", power_repair: "电力抢修", road_repair: "道路抢通", epidemic_prevention: "防疫消杀", decontamination: "洗消", diving: "潜水", drainage: "排涝",
};

/** Hazards and disciplines of experts. */
export const specialitiesZh: Record<string, string> = {
  earthquake: "地震", seismology: "地震学", geological: "地质灾害", geology: "地质", flood: "洪涝", hydrology: "水文", meteorology: "气象", communications: "通信", chemical: "化工", hazmat: "危化品",
  medicine: "医学", structures: "结构工程", law: "法律", social_security: "社会安全", negotiation: "谈判", fire: "火灾", forest_fire: "森林火灾", public_health: "公共卫生", epidemiology: "流行病学",
  psychology: "心理", mining: "矿山", traffic: "交通", environment: "环境", toxicology: "毒理", logistics: "物流", drought: "干旱", power: "电力", information: "信息", veterinary: "兽医",
};
