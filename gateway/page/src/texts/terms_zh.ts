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
  reportPositions: "上报位置", reportStatuses: "上报状态", requestChange: "申请换班", requireInspection: "要求查验", restore: "恢复待命", resume: "恢复", retire: "停用", retry: "重发", return: "退回", reverse: "冲销",
  review: "复核", rework: "返工", send: "报出", sendUrgent: "紧急报出", serve: "送达", setStatus: "设置状态", setDuty: "登记交班时间", settle: "结清", share: "共享", ship: "发运", shortlist: "生成候选名单",
  sign: "签发", standDown: "撤销指挥部", start: "开始", startHandover: "开始交班", startPreparation: "开始筹备", submit: "提交", supervise: "挂牌督办", suspend: "暂停", takeOver: "接管",
  terminate: "终止响应", track: "跟踪整改", transfer: "移送", transferCommand: "移交指挥权", triggerReview: "触发修订", update: "更新", updateFacts: "更新情况", use: "投入使用",
  verify: "核实", waive: "豁免", warn: "警示", withdraw: "撤回", forwardToUpper: "报请上级发布", publishUrgent: "紧急发布", supersede: "更新发布", arrive: "到场", depart: "出发", work: "作业",
  startResponse: "开始响应", joinResponse: "加入", meet: "履行", expire: "到期", setOwnAvailability: "设置可用时间", recordReceipt: "登记回执",
  import: "接入", answerOpinion: "答复意见", recordFeasibility: "记录可行性评审", recordDelivery: "记录送达", recordDiscipline: "记录违纪", linkIncident: "关联事件", approveUrgent: "紧急批准", recordOpinion: "记录意见", revise: "修改", submitReview: "送审", recordAnswer: "记录应答", postReview: "补审", recordDeliberation: "记录集体讨论",
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
  FROM_OLD_POSITION: "从较早的位置", AVAILABLE: "待命", ALERTED: "已预警", NEED_MET: "已由他人补上", ALLOCATION_WAY_CLOSED: "已无路可达", ALLOCATION_WHOLE_NOT_MET: "凑不齐全数", ALLOCATION_WAY_LONGER: "路上时间大增", UNIT_BUSY: "已被派出", TASK_NOT_OPEN: "任务已不在进行", INCIDENT_NOT_OPEN: "事件已不在处置",
  UNIT_NOT_AVAILABLE: "力量不可用", NOT_FOUND: "已不存在", CAPABILITY: "缺少所需能力",
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
  psychology: "心理", urban_fire: "城市火灾", mine: "矿山", road_traffic: "道路交通", utilities: "公用设施", mining: "矿山", traffic: "交通", environment: "环境", toxicology: "毒理", logistics: "物流", drought: "干旱", power: "电力", information: "信息", veterinary: "兽医",
};
