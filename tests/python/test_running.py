"""run(): what a command needed comes back as a typed object, and nothing is left when it is interrupted."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlmembench
import pytest

MIB = 1 << 20


def python(code, **how):
    return mlmembench.run([sys.executable, "-c", code], capture=True, **how)


def test_a_command_that_fits():
    trial = python("import sys; x = bytearray(100 << 20); print('grün'); print('aside', file=sys.stderr)", cap="256M")
    assert trial.ok
    assert trial.outcome == "ok"
    assert 100 * MIB < trial.needs_peak_bytes < 140 * MIB
    assert 100 * MIB < trial.peak_rss_bytes < 140 * MIB
    assert trial.cap_bytes == 256 * MIB
    assert trial.run_ns > 0
    assert (trial.output, trial.messages) == ("grün\n", "aside\n")


def test_the_timeline_shows_the_memory():
    trial = python("import time; x = bytearray(100 << 20); time.sleep(0.5)")
    columns = trial.timeline.columns()
    assert set(columns) == {"at_ns", "memory_bytes", "swap_bytes", "stall_full_ns"}
    assert len({len(column) for column in columns.values()}) == 1
    assert max(trial.timeline.memory_bytes) > 100 * MIB
    assert list(trial.timeline.at_ns) == sorted(trial.timeline.at_ns)


def test_an_oom_is_a_result():
    trial = python("bytearray(400 << 20)", cap="200M", swap="none")
    assert not trial.ok
    assert trial.outcome == "oom"
    assert 190 * MIB < trial.needs_peak_bytes <= 200 * MIB
    assert "oom" in str(trial)
    assert "needs more than " in str(trial)


def test_a_failing_command_says_how():
    trial = python("raise SystemExit(3)")
    assert trial.outcome == "crash"
    assert "exit status 3" in trial.reason


@pytest.mark.parametrize(
    ("command", "how", "message"),
    [
        (["no-such-command"], {}, "no-such-command"),
        (["true"], {"cap": "2Q"}, "'2Q' is not a size"),
        (["true"], {"options": ["--no-such-option"]}, "no-such-option"),
    ],
)
def test_what_cannot_be_run_is_an_error_in_mlmembench_own_words(command, how, message):
    with pytest.raises(mlmembench.NotMeasuredError, match=message):
        mlmembench.run(command, capture=True, **how)


def test_a_text_is_no_command():
    with pytest.raises(TypeError, match="list of words"):
        mlmembench.run("true")


def test_several_trials_are_refused():
    with pytest.raises(ValueError, match="make 2"):
        mlmembench.run(["true"], cap="64M,128M")


def test_without_the_program_the_remedy_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("MLMEMBENCH_PROGRAM")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(mlmembench.NotMeasuredError, match="bootstrap install"):
        mlmembench.run(["true"])


def test_records_are_appended_and_mlmembench_reads_them(tmp_path):
    out = tmp_path / "new" / "records.jsonl"
    trials = [python("pass", name="pass", out=out) for _ in range(2)]
    shown = subprocess.run([os.environ["MLMEMBENCH_PROGRAM"], "show", out], capture_output=True, text=True, check=True)
    assert "ok" in shown.stdout
    assert "no record" not in shown.stderr
    assert out.read_text() == "".join(trial.to_jsonl() for trial in trials)


def test_tables_and_pictures_are_those_of_mlmembench():
    trial = python("import time; x = bytearray(50 << 20); time.sleep(0.3)", name="held")
    assert "held" in mlmembench.table([trial])
    assert "| held" in mlmembench.markdown([trial])
    assert mlmembench.pictures([trial])["exec-timeline"].startswith("<svg")


def test_ctrl_c_ends_the_command(tmp_path):
    code = "import mlmembench, sys; mlmembench.run(['sh', '-c', 'echo $$ >begun; exec sleep 600'])"
    caller = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, start_new_session=True)
    begun = tmp_path / "begun"
    wait_for(lambda: begun.exists() and begun.read_text().strip())
    caller.send_signal(signal.SIGINT)
    assert caller.wait(timeout=60) != 0
    wait_for(lambda: not Path(f"/proc/{begun.read_text().strip()}").exists())


def wait_for(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("it did not come")


def test_a_step_takes_the_next_larger_cap_after_an_oom(tmp_path):
    command = [sys.executable, "-c", "bytearray(100 << 20)"]
    caps = ["64M", "256M"]
    how = {"out": tmp_path / "step.jsonl", "swap": "none", "name": "step"}
    with pytest.raises(mlmembench.OutOfMemoryError) as raised:
        mlmembench.step(command, caps, 0, **how)
    assert raised.value.trial.cap_bytes == 64 * MIB
    # A scheduler takes the error to another process.
    assert pickle.loads(pickle.dumps(raised.value)).trial.outcome == "oom"
    assert mlmembench.step(command, caps, 1, **how).ok
    assert mlmembench.step(command, caps, 7, **how).cap_bytes == 256 * MIB
    assert len((tmp_path / "step.jsonl").read_text().splitlines()) >= 3
    with pytest.raises(mlmembench.StepError) as failed:
        mlmembench.step(["false"], caps)
    assert not isinstance(failed.value, mlmembench.OutOfMemoryError)
