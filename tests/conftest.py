"""Loads the shared fixtures and says where a run runs."""

import gc
import os

pytest_plugins = ["tests.fixtures.postgres", "tests.fixtures.service", "tests.fixtures.platform"]


def pytest_report_header() -> list[str]:
    """Back ends and corpus of this run, so that nothing is left out in silence."""
    corpus = os.environ.get("FENGHUO_CORPUS", "")
    said = corpus or "not set: the project's own hand-written fixtures are used instead of the public corpus"
    return [f"back ends: {os.environ.get('FENGHUO_TEST_BACKENDS', 'embedded')}", f"FENGHUO_CORPUS: {said}"]


def pytest_collection_finish() -> None:
    """What was imported stays for the whole run: without this, each full collection walks all of it."""
    gc.collect()
    gc.freeze()
