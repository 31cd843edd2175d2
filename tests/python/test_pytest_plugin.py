"""@pytest.mark.max_needs: a pytest is run on small tests, as a project would."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

CONFTEST = """
import pytest

def pytest_addoption(parser):
    parser.addoption("--mib", type=int, default=1)

@pytest.fixture
def mib(request):
    return request.config.getoption("mib")

@pytest.fixture(scope="module")
def parent():
    import os
    return os.getppid()
"""

TESTS = """
import os, subprocess, sys
import pytest

def test_of_the_parent(parent):
    assert True

@pytest.mark.max_needs("300M")
def test_within():
    data = bytearray(50 << 20)

@pytest.mark.max_needs("100M")
def test_above():
    import time
    data = bytearray(200 << 20)
    time.sleep(0.3)

@pytest.mark.max_needs("100M", cap="150M", swap="none")
def test_oom():
    data = bytearray(400 << 20)

@pytest.mark.max_needs("100M")
def test_of_two_processes():
    subprocess.run([sys.executable, "-c", "import time; data = bytearray(200 << 20); time.sleep(0.5)"], check=True)

@pytest.mark.max_needs("300M")
def test_wrong():
    print("a trace")
    assert 1 + 1 == 3

@pytest.mark.max_needs("300M")
@pytest.mark.parametrize("text", ["a b", "ü/[x]"])
def test_parameters(text):
    assert text in ("a b", "ü/[x]")

@pytest.mark.max_needs("300M")
@pytest.mark.skip(reason="not today")
def test_skipped():
    raise SystemExit

@pytest.mark.max_needs("300M")
@pytest.mark.xfail(reason="known")
def test_expected_to_fail():
    assert False

@pytest.mark.max_needs("300M")
def test_option(mib):
    assert mib == 7

@pytest.mark.max_needs("300Q")
def test_no_size():
    pass

@pytest.mark.max_needs()
def test_no_budget():
    pass

@pytest.mark.max_needs("300M")
class TestClass:
    def test_method(self, tmp_path, capsys):
        print("seen")
        assert capsys.readouterr().out == "seen\\n"

def test_last_of_the_parent(parent):
    assert parent == os.getppid()
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_memory.py").write_text(TESTS)
    (folder / "test_other.py").write_text("def test_after():\n    pass\n")
    # The project's own options reach the child once, and its report file is not written by the child.
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --mib 7 --strict-markers --junitxml=junit.xml\n")
    words = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    cases = {case.get("name"): case for case in ElementTree.parse(folder / "junit.xml").iter("testcase")}
    return done.stdout, cases


def failure_of(case):
    failure = case.find("failure")
    return "" if failure is None else failure.text


def test_every_test_is_reported_once(run):
    text, cases = run
    assert len(cases) == 16, text
    assert re.search(r"^=+ 6 failed, 8 passed, 1 skipped, 1 xfailed in ", text, re.MULTILINE), text


def test_what_is_within_its_budget_passes(run):
    _, cases = run
    assert failure_of(cases["test_within"]) == ""
    needs = {item.get("name"): item.get("value") for item in cases["test_within"].iter("property")}
    assert 50 << 20 < int(needs["needs_peak_bytes"]) < 300 << 20


def test_what_is_above_fails_with_figure_budget_and_processes(run):
    text = failure_of(run[1]["test_above"])
    assert re.search(r"^it needed 2\d\d MiB; the budget is 100M\nthe largest processes", text), text
    assert re.search(r"largest processes.*\n  python.*: 2\d\d MiB of its own", text), text


def test_an_oom_fails_with_what_it_had_reached(run):
    text = failure_of(run[1]["test_oom"])
    assert re.search(r"^oom: it needed at least 1[45]\d MiB; the budget is 100M\n", text), text


def test_processes_of_the_test_count(run):
    text = failure_of(run[1]["test_of_two_processes"])
    largest = re.search(r"largest processes.*\n(.*)", text)
    assert largest, text
    assert re.search(r"python.*: 2\d\d MiB of its own", largest[1]), text


def test_a_failing_test_fails_as_it_would_by_itself(run):
    text, cases = run
    assert "assert (1 + 1) == 3" in failure_of(cases["test_wrong"])
    assert "a trace" in text
    assert re.search(r"-+ mlmembench -+\nit needed \d\d\.\d MiB; the budget is 300M\n", text), text


def test_options_of_the_project_reach_the_child(run):
    assert failure_of(run[1]["test_option"]) == ""


def test_a_wrong_marker_is_explained(run):
    _, cases = run
    assert "'300Q' is not a size" in failure_of(cases["test_no_size"])
    assert "max_needs() missing 1 required positional argument: 'size'" in failure_of(cases["test_no_budget"])
