"""ReFrame tests of memory: mlmembench's own workloads, and a command of your own, each under several caps (README.md)."""

import json
import math
import os
import shlex
import sys

import reframe as rfm
import reframe.utility.sanity as sn
from reframe.core.exceptions import SanityError

sys.path.append(os.path.dirname(os.path.abspath(__file__)))
import mlm_rows

CAPS = os.environ.get("MLM_CAPS", "512M,1G,2G").split(",")


class MemoryTest(rfm.RunOnlyRegressionTest):
    """What both tests share: the cap, the files that a job leaves, and the figures."""

    cap = parameter(CAPS)

    # Options of mlmembench, as a shell reads them.
    mlm_options = variable(str, value="")
    repetitions = variable(int, value=5)

    # mlmembench and the files that the job reads are in the same step, outside the cap.
    beside_mib = variable(int, value=512)

    valid_systems = ["+mlmembench"]
    valid_prog_environs = ["*"]
    executable = "mlmembench"
    time_limit = "1h"
    keep_files = ["records.jsonl", "rows.json", "status"]

    # ReFrame's ssh scheduler fetches no file of a job that fails. So the job always ends with 0, and its real status is in
    # a file.
    postrun_cmds = [
        "echo $? >status",
        "touch records.jsonl",
        "mlmembench export records.jsonl --format json --out rows.json || echo '[]' >rows.json",
    ]

    @run_after("init")
    def ask_for_memory(self):
        if self.cap != "none":
            mib = math.ceil(mlm_rows.size_mib(self.cap)) + self.beside_mib
            self.extra_resources = {"memory": {"mib": str(mib)}}

    def say(self, verb, *rest):
        self.executable_opts = [
            verb,
            f"--cap={self.cap}",
            f"--repetitions={self.repetitions}",
            "--out=records.jsonl",
            self.mlm_options,
            *rest,
        ]

    def rows(self):
        try:
            return mlm_rows.read(os.path.join(self.stagedir, "rows.json"))
        except (OSError, json.JSONDecodeError) as error:
            raise SanityError(f"the job left no rows: {error}") from error

    @sanity_function
    def all_outcomes_are_results(self):
        found = mlm_rows.complaints(self.rows())
        return sn.assert_false(found, f"{'; '.join(found)}; see {sn.evaluate(self.stderr)} in {self.stagedir}")

    @run_before("performance")
    def take_figures(self):
        self.perf_variables = {
            name: sn.make_performance_function(lambda value: value, unit, value)
            for name, value, unit in mlm_rows.figures(self.rows())
        }


@rfm.simple_test
class RunTest(MemoryTest):
    """mlmembench's own workloads."""

    suite = variable(str, value="storage")

    @run_before("run")
    def say_run(self):
        self.say("run", "--quiet", f"--suite={self.suite}")


@rfm.simple_test
class CommandTest(MemoryTest):
    """A command of your own. It starts in a copy of the folder `sourcesdir`."""

    job_command = variable(str, value="python3 train.py")
    job_name = variable(str, value="train")
    sourcesdir = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../examples")

    @run_before("run")
    def say_exec(self):
        self.say("exec", f"--name={shlex.quote(self.job_name)}", shlex.quote(self.job_command))
