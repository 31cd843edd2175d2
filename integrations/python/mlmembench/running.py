"""Runs commands by `mlmembench exec --out -`, and returns what was measured as typed objects."""

from __future__ import annotations

import codecs
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from . import program, records

Sink = Callable[[bytes], object]
Word = str | os.PathLike[str]


@dataclass(frozen=True)
class Texts:
    """Where the text goes that a command writes, as it comes: its standard output, and its standard error."""

    output: Callable[[str], object]
    messages: Callable[[str], object]


def write_output(text: str) -> None:
    """Shows it as our own: also in a notebook, where sys.stdout is no file."""
    print(text, end="", flush=True)


def write_messages(text: str) -> None:
    print(text, end="", flush=True, file=sys.stderr)


def _decoded(write: Callable[[str], object]) -> Sink:
    """A character may be cut in two by the end of a block."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return lambda block: write(decoder.decode(block))


def _pump(sinks: Mapping[IO[bytes], Sink]) -> None:
    """Hands each stream's blocks to its sink, until all streams have ended. This thread does it all, because the
    output of other threads is lost in some notebooks."""
    with selectors.DefaultSelector() as selector:
        for stream, sink in sinks.items():
            selector.register(stream, selectors.EVENT_READ, sink)
        while selector.get_map():
            for key, _ in selector.select():
                block = os.read(key.fd, 1 << 16)
                if block:
                    key.data(block)
                else:
                    selector.unregister(key.fileobj)


def _start(options: Sequence[str], command: Sequence[Word]) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
    """Starts exec; its standard output is for records, so the command's has a pipe of its own."""
    output, theirs = os.pipe()
    words = [program.find(), "exec", *options, "--quiet", "--out", "-", "--output", f"/dev/fd/{theirs}", "--"]
    try:
        process = subprocess.Popen(
            [*words, *(os.fspath(word) for word in command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[theirs],
        )
    except OSError:
        os.close(output)
        raise
    finally:
        os.close(theirs)
    return process, os.fdopen(output, "rb")


def execute(options: Sequence[str], command: Sequence[Word], texts: Texts) -> list[records.Trial]:
    """Runs the command with the options of `mlmembench exec`: as many trials as they ask for. No input is read."""
    lines: list[bytes] = []
    messages: list[str] = []

    def keep_and_show(text: str) -> None:
        messages.append(text)
        texts.messages(text)

    process, output = _start(options, command)
    sinks = (lines.append, _decoded(keep_and_show), _decoded(texts.output))
    pairs = zip((process.stdout, process.stderr, output), sinks, strict=True)
    streams = {stream: sink for stream, sink in pairs if stream}
    try:
        _pump(streams)
    except BaseException:  # Ctrl-C, too: exec then ends its trial, and removes what it made
        process.terminate()
        raise
    finally:
        for stream in streams:
            stream.close()
        status = process.wait()
    trials = records.read(b"".join(lines).decode().splitlines())
    if not trials:
        raise program.NotMeasuredError(f"{program.message_of(''.join(messages))} (exit status {status})")
    return trials


def run(
    command: Sequence[Word],
    *,
    cap: str | int | None = None,
    swap: str | int | None = None,
    timeout: str | None = None,
    name: str | None = None,
    options: Sequence[str] = (),
    out: Word | None = None,
    capture: bool = False,
) -> records.Trial:
    """Runs a command once under a memory cap, as `mlmembench exec` does, and returns what was measured.

    `cap` and `swap` are sizes ("2G", or bytes) or "none"; without a cap the command has all the memory there is.
    `options` are further options of exec ("--laptop", "4G"). `out` is a file of records to append to. What the command
    writes is shown as it comes; with `capture` it is in the trial instead. An outcome such as oom is a result;
    NotMeasuredError is raised if nothing could be run."""
    if isinstance(command, str):
        raise TypeError("command is a list of words: ['python3', 'train.py']")
    given = {"--cap": cap, "--swap": swap, "--timeout": timeout, "--name": name}
    words = [word for option, value in given.items() if value is not None for word in (option, str(value))]
    output: list[str] = []
    messages: list[str] = []
    texts = Texts(output.append, messages.append) if capture else Texts(write_output, write_messages)
    trials = execute([*words, *options], command, texts)
    if len(trials) != 1:
        raise ValueError(f"run() returns one trial, and these options make {len(trials)}")
    trial = replace(trials[0], output="".join(output), messages="".join(messages))
    if out is not None:
        append(out, trials)
    return trial


def append(path: Word, trials: Sequence[records.Trial]) -> None:
    """Appends trials to a file of records, which is made if it is missing; in one write, as mlmembench does."""
    text = "".join(trial.to_jsonl() for trial in trials).encode()
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "ab", buffering=0) as stream:
        stream.write(text)
        os.fsync(stream.fileno())
