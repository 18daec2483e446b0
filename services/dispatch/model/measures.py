"""What the law asks for in a warning period, and what every evacuation asks for: data, from which tasks are made.

突发事件应对法 (2024) art. 66: levels III and IV; art. 67: besides those, levels I and II.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: clause, what is done (Chinese, the law's words shortened; English beside it), kind of task, capability, whether lives depend on it."""

    clause: str
    title: str
    title_en: str
    kind: str = "law_measure"
    need: str = ""
    life_saving: bool = False


ARTICLE_66 = (
    Measure("应对法66(1)", "启动应急预案", "Start the plan"),
    Measure("应对法66(2)", "收集报告信息，公布信息渠道，加强监测预报预警", "Collect and report, tell the public where to report, watch more closely"),
    Measure("应对法66(3)", "组织会商研判：可能性、范围、强度、级别", "Consult: how likely, how far, how strong, which level"),
    Measure("应对法66(4)", "定时向社会发布预测信息和分析评估结果", "Publish forecasts and assessments regularly"),
    Measure("应对法66(5)", "发布警告，宣传避险常识，公布咨询求助电话", "Warn the public, tell how to stay safe and whom to call"),
)
ARTICLE_67 = (
    Measure("应对法67(1)", "救援队伍和负有特定职责的人员进入待命状态", "Put rescue teams and those with special duties on standby"),
    Measure("应对法67(2)", "调集物资设备，准备避难、隔离、救治场所", "Bring up materials, make shelters and treatment places ready"),
    Measure("应对法67(3)", "加强重点单位、重要部位、基础设施安全保卫", "Guard key sites and infrastructure"),
    Measure("应对法67(4)", "保障交通、通信、供水、供电、供气等公共设施运行", "Keep transport, communications, water, power and gas running"),
    Measure("应对法67(5)", "发布避免、减轻危害的建议、劝告", "Publish advice on avoiding harm"),
    Measure("应对法67(6)", "转移、疏散、撤离易受危害人员并妥善安置", "Move those in danger and shelter them", need="evacuation", life_saving=True),
    Measure("应对法67(7)", "关闭或限制易受危害场所和公共活动", "Close or restrict places and gatherings in danger"),
    Measure("应对法67(8)", "其他必要的防范性、保护性措施", "Other measures that protect"),
)
EVACUATION_STEPS = (
    Measure("", "叫应、入户通知：{place}，应转移{people}人", "Rouse and tell every household", "public_warning", life_saving=True),
    Measure("", "组织转移：{place}，{people}人，至{to}", "Move the people", "evacuation", need="evacuation", life_saving=True),
    Measure("", "接收登记：{to}接收{place}{people}人", "Receive and register", "relief", life_saving=True),
)


def warning_measures(alert_level: int) -> tuple[Measure, ...]:
    """Measures of a warning period at an alert level, 1 (red) to 4 (blue)."""
    return (*ARTICLE_66, *ARTICLE_67) if alert_level in (1, 2) else ARTICLE_66
