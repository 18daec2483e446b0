"""The generated pages of docs/ say what the code says."""

from tools.gen_docs import pages


def test_the_generated_pages_are_fresh() -> None:
    stale = [path.name for path, text in pages() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert not stale, f"run `make docs`: {stale}"
