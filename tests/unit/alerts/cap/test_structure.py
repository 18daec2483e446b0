"""Rule C03 against the published schemas where the corpus is set: our table accepts and refuses exactly what they do."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from services.alerts.cap.lint import check_bytes
from services.alerts.cap.message import NAMESPACES, CapVersion
from services.alerts.cap.safe_xml import read_xml
from services.alerts.cap.structure import GROUPS, check_structure
from tests.unit.alerts.cap.documents import FIXTURES, JUDGED, SCHEMAS, fixture

SCHEMA_OF = {CapVersion.V1_0: "cap10", CapVersion.V1_1: "cap11", CapVersion.V1_2: "cap12"}
LOADED = {name: etree.XMLSchema(etree.parse(str(path))) for name, path in SCHEMAS.items()}
BASES = [
    read_xml((FIXTURES / name).read_bytes())
    for name in ("flood_2_update.xml", "signed_1_2.xml", "resource_relative.xml", "ceiling_without_altitude.xml", "version_1_0.xml", "version_1_1_allclear.xml")
]
TEXTS = st.sampled_from(
    ["", " ", "Actual", "actual", " Actual", "Draft", "Public", "Met", "CBRNE", "Avoid", "Shelter", "Observed", "Very Likely", "zh-CN", "zh_CN", "1",
     "-1.5", "1.", ".5", "x1", "+7", "1e3", "2026-07-29T13:20:00+08:00", "2026-07-29T13:20:00Z", "2026-07-29T13:20:00",
     " 2026-07-29T13:20:00+08:00\n", "2026-07-29T13:20:00,08:00",
     "2026-07-29T13:20:00.5+08:00", "2026-02-30T13:20:00+08:00", "2026-07-29T24:00:00+08:00", "2026-07-29T13:20:00+14:00", "2026-07-29T13:20:00+14:01",
     "http://x/图 a", "http://h:80x/", "http://[::1]/", "[x]", "a#b#c", "%zz", "%20", "mailto:a@b", "1:2", "?a:b", "//a@b:1/", "a/b:c", "http://x?[]", "#[]"]
)  # fmt: skip


def version_of(root: Any) -> CapVersion:
    return NAMESPACES[etree.QName(root).namespace]


@pytest.mark.parametrize("judged", JUDGED, ids=lambda judged: judged.path.name)
def test_the_table_agrees_with_the_schemas_on_every_judged_document(judged: Any) -> None:
    if judged.errors & {"C01", "C02"}:
        return
    root = read_xml(judged.path.read_bytes())
    refused = any(finding.rule == "C03" for finding in check_structure(root, version_of(root)))
    assert refused == ("C03" in judged.errors)
    schema = LOADED.get(SCHEMA_OF[version_of(root)])
    assert schema is None or schema.validate(root) != refused


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_the_table_agrees_with_the_schemas_on_damaged_documents(data: st.DataObject) -> None:
    root = read_xml(etree.tostring(damaged(data)))
    findings = check_structure(root, version_of(root))
    schema = LOADED.get(SCHEMA_OF[version_of(root)])
    if schema is not None:
        assert schema.validate(root) == (not findings), (etree.tostring(root).decode(), findings, schema.error_log)


def damaged(data: st.DataObject) -> Any:
    """A document with one to three children moved, doubled, dropped, renamed or filled with another text."""
    root = copy.deepcopy(data.draw(st.sampled_from(BASES)))
    names = sorted({slot.name for group in GROUPS[version_of(root)].values() for slot in group} | {"unheard"})
    for _ in range(data.draw(st.integers(1, 3))):
        elements = [element for element in root.iter() if element is not root and etree.QName(element).namespace == etree.QName(root).namespace]
        if not elements:
            return root
        element = data.draw(st.sampled_from(elements))
        parent = element.getparent()
        match data.draw(st.sampled_from(["drop", "double", "move", "rename", "text", "attribute", "insert"])):
            case "drop":
                parent.remove(element)
            case "double":
                element.addnext(copy.deepcopy(element))
            case "move":
                parent.insert(data.draw(st.integers(0, len(parent))), element)
            case "rename":
                element.tag = f"{{{etree.QName(root).namespace}}}{data.draw(st.sampled_from(names))}"
            case "text":
                element.text = data.draw(TEXTS)
            case "attribute":
                element.set("lang", "zh")
            case _:
                child = etree.Element(f"{{{etree.QName(root).namespace}}}{data.draw(st.sampled_from(names))}")
                child.text = data.draw(TEXTS)
                parent.insert(data.draw(st.integers(0, len(parent))), child)
    return root


def test_what_the_extended_schema_refuses_is_an_error_here_too() -> None:
    extended = LOADED.get("cap12_extended")
    for judged in JUDGED:
        if judged.errors & {"C01", "C02"}:
            continue
        data = judged.path.read_bytes()
        root = read_xml(data)
        if extended is not None and version_of(root) is CapVersion.V1_2 and not extended.validate(root):
            assert check_bytes(data).findings, judged.path.name


def test_the_first_fault_of_each_sequence_is_named_with_its_place() -> None:
    findings = check_structure(read_xml(fixture("scope_missing.xml")), CapVersion.V1_2)
    assert [(finding.path, finding.key, finding.details) for finding in findings] == [("alert", "CAP_C03_EXPECTED", {"expected": "scope", "found": "info"})]
    wrong = check_structure(read_xml(fixture("urgency_wrong_case.xml")), CapVersion.V1_2)
    assert [(finding.rule, finding.path, finding.details.get("expected")) for finding in wrong] == [
        ("C03", "info[1]/urgency", None),
        ("C18", "info[1]/urgency", "Expected"),
    ]
