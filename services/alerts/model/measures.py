"""Measures of a pre-alert period, 预警期措施, after the 突发事件应对法 (2024-06-28) arts. 66 and 67 (R-W4).

Art. 66 holds from level IV up; levels II and I call for art. 67 besides (除采取本法第六十六条规定的措施外，还应当…).
A chain is asked for each measure once: an update that raises III to II adds the eight of art. 67.
"""

from collections.abc import Collection
from dataclasses import dataclass

MOST_SEVERE_BOTH = 2
"""From this level up art. 67 applies besides art. 66."""


@dataclass(frozen=True, slots=True)
class LawMeasure:
    """One item of an article."""

    key: str
    article: int
    item: int
    text_zh: str
    text_en: str


def _article(article: int, *texts: tuple[str, str]) -> tuple[LawMeasure, ...]:
    return tuple(LawMeasure(f"{article}-{item}", article, item, zh, en) for item, (zh, en) in enumerate(texts, 1))


ARTICLE_66 = _article(
    66,
    ("启动应急预案", "Start the contingency plan"),
    (
        "责令有关部门、专业机构、监测网点和负有特定职责的人员及时收集、报告有关信息，向社会公布反映突发事件信息的渠道，加强对突发事件发生、发展情况的监测、预报和预警工作",
        "Have departments, monitoring points and persons with special duties report in time, tell the public how to report, and strengthen monitoring",
    ),
    (
        "组织有关部门和机构、专业技术人员、有关专家学者，随时对突发事件信息进行分析评估，预测发生突发事件可能性的大小、影响范围和强度以及可能发生的突发事件的级别",
        "Have departments, technical staff and experts assess the information at any time: how likely, how far, how strong, and of which grade",
    ),
    (
        "定时向社会发布与公众有关的突发事件预测信息和分析评估结果，并对相关信息的报道工作进行管理",
        "Publish forecasts and assessments that concern the public at set times, and manage the reporting of them",
    ),
    (
        "及时按照有关规定向社会发布可能受到突发事件危害的警告，宣传避免、减轻危害的常识，公布咨询或者求助电话等联络方式和渠道",
        "Warn those who may be harmed, tell how to avoid or lessen harm, and publish telephone numbers for questions and help",
    ),
)
ARTICLE_67 = _article(
    67,
    (
        "责令应急救援队伍、负有特定职责的人员进入待命状态，并动员后备人员做好参加应急救援和处置工作的准备",
        "Put rescue teams and persons with special duties on standby, and have reserves make ready",
    ),
    (
        "调集应急救援所需物资、设备、工具，准备应急设施和应急避难、封闭隔离、紧急医疗救治等场所，并确保其处于良好状态、随时可以投入正常使用",
        "Bring together the goods, equipment and tools needed; make emergency facilities, shelters, isolation and medical sites ready for use at any time",
    ),
    (
        "加强对重点单位、重要部位和重要基础设施的安全保卫，维护社会治安秩序",
        "Strengthen the protection of key units, places and infrastructure, and keep public order",
    ),
    (
        "采取必要措施，确保交通、通信、供水、排水、供电、供气、供热、医疗卫生、广播电视、气象等公共设施的安全和正常运行",
        "Keep transport, communications, water, drainage, power, gas, heat, health, broadcasting and weather facilities safe and working",
    ),
    (
        "及时向社会发布有关采取特定措施避免或者减轻危害的建议、劝告",
        "Publish advice on particular measures that avoid or lessen harm",
    ),
    (
        "转移、疏散或者撤离易受突发事件危害的人员并予以妥善安置，转移重要财产",
        "Move, disperse or evacuate people who are easily harmed and look after them; move important property",
    ),
    (
        "关闭或者限制使用易受突发事件危害的场所，控制或者限制容易导致危害扩大的公共场所的活动",
        "Close or restrict places that are easily harmed, and restrict activities in public places that could make the harm greater",
    ),
    (
        "法律、法规、规章规定的其他必要的防范性、保护性措施",
        "Other preventive and protective measures that laws and regulations provide",
    ),
)


def measures_of(level: int, known: Collection[str] = ()) -> tuple[LawMeasure, ...]:
    """What a message of this level calls for, without the keys the chain was asked for already."""
    every = (*ARTICLE_66, *ARTICLE_67) if level <= MOST_SEVERE_BOTH else ARTICLE_66
    return tuple(measure for measure in every if measure.key not in known)
