"""ci_steps.py SERVICE NAME=VALUE…: does what a runner of the service would do for one job of the recipe in docs/CI.md.

The project is the current folder, with this repository as its submodule `mlmembench`. `cache` is the service's store for
what jobs keep. NAME=VALUE: event, branch; and inputs (GitHub) or variables (GitLab) that replace those of the recipe.
Exit status: that of the job. It prints the log; summary.md is GitHub's summary of the job."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

project = pathlib.Path.cwd()
store = project / "cache"
said = dict(argument.split("=", 1) for argument in sys.argv[2:])
event, branch = said.pop("event"), said.pop("branch")
source = pathlib.Path(os.environ["MLM_SOURCE"])
recipes = [yaml.safe_load(text) for text in
           re.findall(r"```yaml\n(.*?)```", (source / "docs/CI.md").read_text(encoding="utf-8"), re.DOTALL)]


def bash(script, environment):
    """Runs a script as the services do; returns its exit status."""
    sys.stdout.flush()
    return subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], env=environment,
                          stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False).returncode


def fetch(key, path):
    shutil.rmtree(project / path, ignore_errors=True)
    if (store / key).exists():
        shutil.copytree(store / key, project / path)


def keep(key, path):
    if (project / path).exists():
        shutil.rmtree(store / key, ignore_errors=True)
        shutil.copytree(project / path, store / key)


def other_machine():
    """The next job runs on another machine."""
    for path in store.glob("*/reference.jsonl"):
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for line in lines:
            if "machine" in line:
                line["machine"]["id"] = "0123456789abcdef"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def github():
    [steps] = [recipe["jobs"]["memory"]["steps"] for recipe in recipes if "jobs" in recipe]
    assert [step["uses"].split("@")[0] for step in steps] == ["actions/checkout", "./mlmembench"], steps
    folder = project / steps[1]["uses"]
    action = yaml.safe_load((folder / "action.yml").read_text(encoding="utf-8"))
    given = {**steps[1]["with"], **said}
    assert not set(given) - set(action["inputs"]), given
    assert all(name in given for name, value in action["inputs"].items() if value.get("required")), given
    inputs = {name: given.get(name, value.get("default", "")) for name, value in action["inputs"].items()}
    ref = f"refs/heads/{branch}"
    if event == "pull_request":
        ref = "refs/pull/1/merge"
    run = len(list(store.iterdir())) + 1
    files = {name: project / f"runner-{name.lower()}" for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
    files["GITHUB_STEP_SUMMARY"] = project / "summary.md"
    for file in files.values():
        file.write_text("", encoding="utf-8")
    base = {**os.environ, **{name: str(file) for name, file in files.items()}, "GITHUB_ACTIONS": "true", "CI": "true",
            "GITHUB_EVENT_NAME": event, "GITHUB_REF": ref, "GITHUB_ACTION_PATH": str(folder),
            "RUNNER_TEMP": str(project / "runner-temp")}
    contexts = {"inputs": inputs, "github": {"run_id": str(run), "run_attempt": "1", "event.repository.default_branch": "main"}}
    outputs, status, kept = {}, 0, []

    def value(name):
        context, name = name.split(".", 1)
        return outputs.get(name, "") if context == "steps" else contexts[context][name]

    def text(template):
        return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: value(found[1]), str(template))

    def is_wanted(condition):
        parts = [part.strip() for part in (condition or "success()").split("&&")]
        holds = status == 0 or "always()" in parts
        for part in parts:
            if part not in ("always()", "success()"):
                name, wanted = re.fullmatch(r"([\w.]+) == '(\w*)'", part).groups()
                holds = holds and value(name) == wanted
        return holds

    for step in action["runs"]["steps"]:
        if not is_wanted(step.get("if")):
            continue
        print("##", step["name"])
        if "run" in step:
            path = files["GITHUB_PATH"].read_text(encoding="utf-8").split()
            environment = {**base, "PATH": ":".join([*reversed(path), base["PATH"]]),
                           **{name: text(value) for name, value in step.get("env", {}).items()}}
            assert step["shell"] == "bash"
            status = status or bash(step["run"], environment)
            for line in files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines():
                name, _, output = line.partition("=")
                outputs[f"{step['id']}.outputs.{name}"] = output
            continue
        options = {name: text(value) for name, value in step["with"].items()}
        what = step["uses"].split("@")[0]
        if what == "actions/cache/restore":
            # The newest entry of this prefix that the main branch has saved.
            entries = sorted((path for path in store.iterdir() if path.name.startswith(options["restore-keys"])),
                             key=lambda path: int(path.name.split("-")[-2]))
            fetch(entries[-1].name if entries else options["key"], options["path"])
        elif what == "actions/cache/save":
            keep(options["key"], options["path"])
        elif what == "actions/upload-artifact":
            kept = os.listdir(project / options["path"])
        else:
            raise SystemExit(f"unknown: {what}")
    print("artifact:", *sorted(kept))
    return status


def gitlab():
    [job] = [recipe["memory"] for recipe in recipes if "memory" in recipe]
    builtin = {"CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": event, "CI_DEFAULT_BRANCH": "main"}
    if event != "merge_request_event":
        builtin["CI_COMMIT_BRANCH"] = branch
    variables = {**job["variables"], **builtin}

    def text(template):
        return re.sub(r"\$(\w+)", lambda found: variables.get(found[1], ""), str(template))

    for rule in job["rules"]:
        left, right = (text(side).strip('"') for side in rule["if"].split(" == "))
        if left == right:
            variables.update(rule.get("variables", {}))
            break
    else:
        raise SystemExit("no rule takes this job")
    variables.update(said)
    cache, [path] = job["cache"], map(text, job["cache"]["paths"])
    policy, key = text(cache["policy"]), text(cache["key"])
    assert policy in ("pull", "pull-push") and cache["when"] == "always"
    fetch(key, path)
    status = bash("\n".join(job["script"]), {**os.environ, **{name: str(value) for name, value in variables.items()}})
    if policy == "pull-push":
        keep(key, path)
    assert job["artifacts"]["when"] == "always"
    print("artifact:", *sorted(os.listdir(project / text(job["artifacts"]["paths"][0]))))
    print("junit:", (project / text(job["artifacts"]["reports"]["junit"])).exists())
    return status


store.mkdir(exist_ok=True)
shutil.rmtree(project / "train", ignore_errors=True)  # a job begins with a new checkout
code = {"github": github, "gitlab": gitlab}[sys.argv[1]]()
other_machine()
sys.exit(code)
