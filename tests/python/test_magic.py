"""%%membench: in an IPython of its own, as a notebook would use it."""

import os

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "mlmembench")
    return shell


def membench(shell, line, cell):
    with capture_output() as captured:
        shell.run_cell_magic("membench", line, cell)
    return captured


def test_a_cell_runs_in_an_interpreter_of_its_own(shell, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beside.py").write_text("value = 42\n")
    shell.user_ns["mine"] = 1
    captured = membench(
        shell, "--result found --out kept.jsonl", "import beside, os; print(beside.value, os.getpid(), 'mine' in dir())"
    )
    value, process, has_mine = captured.stdout.split()
    assert (value, has_mine) == ("42", "False")
    assert int(process) != os.getpid()
    assert [trial.outcome for trial in shell.user_ns["found"]] == ["ok"]
    assert (tmp_path / "kept.jsonl").read_text().startswith('{"kind":"trial"')


def test_table_and_picture_are_shown(shell):
    captured = membench(shell, "--cap 256M", "import time; data = bytearray(50 << 20); time.sleep(0.3)")
    kinds = {kind for output in captured.outputs for kind in output.data}
    assert kinds == {"text/plain", "text/markdown", "image/svg+xml"}
    assert "cell-" in captured.outputs[0].data["text/plain"]


def test_an_oom_leaves_the_notebook_alone(shell):
    shell.user_ns["kept"] = "still here"
    captured = membench(shell, "--cap 200M --swap none --result large", "data = bytearray(400 << 20)")
    assert shell.user_ns["large"][0].outcome == "oom"
    assert "oom" in captured.outputs[0].data["text/plain"]
    assert shell.run_cell("kept").result == "still here"


def test_the_same_cell_is_the_same_row(shell):
    for result, cell in (("first", "pass"), ("second", "pass"), ("other", "pass  # changed")):
        membench(shell, f"--result {result}", cell)
    first, second, other = (shell.user_ns[name][0].workload for name in ("first", "second", "other"))
    assert first == second != other
    membench(shell, "--name chosen --result named", "pass")
    assert shell.user_ns["named"][0].workload == "exec/chosen"


def test_several_caps_are_several_trials(shell):
    membench(shell, "--cap 128M,none --result both", "pass")
    assert [trial.cap_bytes for trial in shell.user_ns["both"]] == [128 << 20, None]


def test_an_error_of_the_code_is_shown(shell):
    captured = membench(shell, "--result failed", "1 / 0")
    assert "ZeroDivisionError" in captured.stderr
    assert shell.user_ns["failed"][0].outcome == "crash"


@pytest.mark.parametrize("line", ["--cap 2Q", "--no-such-option", "--out", "'"])
def test_wrong_options_are_one_line(shell, line):
    with capture_output(), pytest.raises(UsageError) as raised:
        shell.run_cell_magic("membench", line, "pass")
    assert "\n" not in str(raised.value)
