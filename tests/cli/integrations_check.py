"""integrations_check.py FOLDER ROWS: checks integrations/reframe, the FOLDER, without ReFrame. ROWS is a file that
`mlmembench export --format json` has written. Prints the words after `mlmembench` of both tests, a line each."""

import importlib
import pathlib
import sys
import types


class Names(dict):
    """The words that ReFrame puts into the body of a test. A parameter becomes its last value."""

    def __init__(self):
        decorator = lambda *stage: lambda function: function
        super().__init__(parameter=lambda values: values[-1], variable=lambda kind, value: value,
            run_after=decorator, run_before=decorator, sanity_function=lambda function: function)


class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases):
        return Names()


class Test(metaclass=Meta):
    stdout, stderr, stagedir = "rfm_job.out", "rfm_job.err", "."


def stub(name, **content):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)


def assert_false(value, message):
    assert not value, message


stub("reframe", RunOnlyRegressionTest=Test, simple_test=lambda cls: cls)
stub("reframe.core")
stub("reframe.core.exceptions", SanityError=AssertionError)
stub("reframe.utility")
stub("reframe.utility.sanity", assert_false=assert_false, evaluate=lambda value: value,
    make_performance_function=lambda function, unit, *values: (function(*values), unit))
sys.modules["reframe"].utility = sys.modules["reframe.utility"]
sys.modules["reframe.utility"].sanity = sys.modules["reframe.utility.sanity"]

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
checks = importlib.import_module("checks")

test = checks.RunTest()
rows = checks.mlm_rows.read(sys.argv[2])
test.rows = lambda: [row for row in rows if row["outcome"] != "wrong"]
test.all_outcomes_are_results()
test.take_figures()
fitting = [row for row in rows if row["outcomes"]["ok"] == row["trials"]]
assert any(row["outcome"] == "ok" and row not in fitting for row in rows), "the file has a row that is ok only at times"
assert len(test.perf_variables) == 1 + 2 * len(fitting), "two figures of each row that fits, and no other"
assert test.perf_variables["rows_ok"] == (len(fitting), "rows")
name = "batch_mlp_batch_256_optimizer_sgd_data_2560M"
assert test.perf_variables[f"{name}_needs"] == (199.5, "MiB"), "the name is stable, because references name it"
value, unit = test.perf_variables[f"{name}_time"]
assert 7e3 < value < 8e3 and unit == "ms", (value, unit)

test.rows = lambda: rows
try:
    test.all_outcomes_are_results()
except AssertionError as error:
    assert "pooling/refcount" in str(error) and "wrong 3 of 3" in str(error), error
else:
    raise AssertionError("a wrong row must fail the test")
assert checks.mlm_rows.complaints([]) == ["no trial was run"]

for cls, speak in (checks.RunTest, "say_run"), (checks.CommandTest, "say_exec"):
    test = cls()
    test.ask_for_memory()
    assert test.extra_resources == {"memory": {"mib": "2560"}}, test.extra_resources
    getattr(test, speak)()
    print(*test.executable_opts)
assert pathlib.Path(checks.CommandTest.sourcesdir, "train.py").exists()
