#!/usr/bin/env python3
"""Checks that include_rule.py finds violations. Each case is a small tree with one, and the expected message."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKER = pathlib.Path(__file__).with_name("include_rule.py")

# A correct tree; each case adds one file.
SOUND = {
    "base/error.h": "",
    "harness/cage/cage.h": '#include "base/error.h"\n',
    "harness/record/record.h": '#include "base/error.h"\n',
    "harness/machine/machine.c": '#include "version.h"\n#include <stdio.h>\n',
    "harness/meter/meter.h": '#include "cage/cage.h"\n#include "scoreboard.h"\n',
    "harness/report/table.c": '#include "record/record.h"\n',
    "harness/trial/trial.h": '#include "meter/meter.h"\n#include "workload.h"\n',
    "harness/main.c": '#include "trial/trial.h"\n',
    "suites/workload.h": '#include "scoreboard.h"\n',
    "suites/scoreboard.h": '#include "base/error.h"\n',
    "suites/data/random.h": "",
    "suites/batch/trace.h": "",
    "suites/batch/batch.c": '#include "batch/trace.h"\n#include "data/random.h"\n#include "workload.h"\n',
}


def check(files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True, check=False)


class IncludeRule(unittest.TestCase):
    def assert_breach(self, name, text, expected):
        done = check(SOUND | {name: text})
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(expected, done.stdout)
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stdout)

    def test_sound_tree_passes(self):
        done = check(SOUND)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, ""))

    def test_nothing_to_check_fails(self):
        self.assertEqual(check({}).returncode, 1)

    def test_upward(self):
        self.assert_breach("base/file.c", '\n#include "cage/cage.h"\n', "file.c:2: includes cage/cage.h")

    def test_sideways(self):
        self.assert_breach("harness/cage/v1.c", '#include "record/record.h"\n', "cage is not above record")

    def test_report_sees_no_trial(self):
        self.assert_breach("harness/report/html.c", '#include "trial/trial.h"\n', "report is not above trial")

    def test_advise_knows_no_suites(self):
        self.assert_breach("harness/advise/fit.c", '#include "workload.h"\n', "not suites")

    def test_estimate_reads_no_records(self):
        self.assert_breach("harness/estimate/sum.c", '#include "record/record.h"\n', "estimate is not above record")

    def test_suite_includes_harness(self):
        self.assert_breach("suites/batch/adam.c", '#include "cage/cage.h"\n', "nothing of the harness")

    def test_angle_brackets_do_not_hide_it(self):
        self.assert_breach("suites/batch/adam.c", "#  include <cage/cage.h>\n", "nothing of the harness")

    def test_harness_includes_a_suite(self):
        self.assert_breach("harness/trial/plan.c", '#include "batch/trace.h"\n', "scoreboard.h, suites.h, workload.h")

    def test_data_is_below_suites(self):
        self.assert_breach("suites/data/rows.c", '#include "batch/trace.h"\n', "data is below")

    def test_path_is_not_from_the_root(self):
        self.assert_breach("harness/cage/v2.c", '#include "../base/error.h"\n', "is not a path from")

    def test_path_of_a_neighbour(self):
        self.assert_breach("harness/cage/v2.c", '#include "cage.h"\n', "is not a path from")

    def test_unknown_layer(self):
        self.assert_breach("harness/extra/thing.c", "", "not a layer")

    def test_ring(self):
        ring = {"base/a.h": '#include "base/b.h"\n', "base/b.h": '#include "base/a.h"\n'}
        done = check(SOUND | ring)
        self.assertEqual(done.returncode, 1)
        self.assertIn("includes itself", done.stdout)

    def test_ring_of_calls(self):
        ring = {"base/a.c": "int mlm_a(int x)\n{\n    return x;\n}\n\nint mlm_aa(void)\n{\n    return mlm_b();\n}\n",
                "base/b.c": "int mlm_b(void)\n{\n    return mlm_a(1);\n}\n"}
        done = check(SOUND | ring)
        self.assertEqual(done.returncode, 1)
        self.assertIn("base/a.c:1: calls itself: base/a.c -> base/b.c -> base/a.c", done.stdout)

    def test_comment_is_no_call(self):
        files = {"base/a.c": "int mlm_a(void)\n{\n    return mlm_b();\n}\n",
                 "base/b.c": "/* See mlm_a(). */\nint mlm_b(void)\n{\n    return 1;\n}\n"}
        self.assertEqual(check(SOUND | files).returncode, 0)


if __name__ == "__main__":
    unittest.main()
