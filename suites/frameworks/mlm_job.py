"""Runs one job of a framework. Has the parts that all drivers share: the scoreboard, the phases, the end.

    python3 mlm_job.py [--scoreboard FD [--pressure MEMORY_FD,STORAGE_FD]] run frameworks/WORKLOAD NAME=VALUE…
    python3 mlm_job.py [--scoreboard FD] build|check frameworks/WORKLOAD NAME=VALUE… dataset=FILE
    python3 mlm_job.py [--scoreboard FD] preload|versions frameworks/WORKLOAD

mlmembench-worker becomes this program when it is told to run one of these workloads; it has checked the values and
filled in those that were not given. sklearn_kmeans is in sklearn_job.py, and so on. Started by hand, without
--scoreboard, it prints the content of the scoreboard at the end."""
import ast
import contextlib
import ctypes
import functools
import glob
import importlib
import importlib.metadata
import importlib.util
import mmap
import os
import platform
import resource
import sys
import time

# These are the fields of suites/scoreboard.h.
START, PREPARE, RUN, VERIFY, DONE = range(5)
PHASES = ("start", "prepare", "run", "verify", "done")
NONE, OK, WRONG, SKIPPED, NO_MEMORY, FAILED = range(6)
MESSAGE_SIZE, ANSWER_MAX = 512, 8
EXIT_USAGE = 2
MADV_POPULATE_READ = 22
DISTRIBUTION_PREFIX = "/usr"
NUMPY = ("numpy", "python3-numpy", "numpy")
WAIT_UNKNOWN = 2**64 - 1
CPU_SLACK_NS, CPU_SLACK_SHARE = 2_000_000, 0.01  # as in suites/phase.c


class Reading(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("begin_ns", "end_ns", "cpu_user_ns", "cpu_system_ns",
                                                     "run_queue_ns", "memory_wait_ns", "storage_wait_ns",
                                                     "peak_rss_bytes", "read_bytes", "written_bytes")]
    _fields_ += [("complete", ctypes.c_uint32), ("io_known", ctypes.c_uint32)]


class Scoreboard(ctypes.Structure):
    _fields_ = [("phase", ctypes.c_uint32), ("verdict", ctypes.c_uint32), ("progress_done", ctypes.c_uint64),
                ("progress_total", ctypes.c_uint64), ("phases", Reading * len(PHASES)), ("items", ctypes.c_uint64),
                ("data_checksum", ctypes.c_uint64), ("answer_count", ctypes.c_uint32),
                ("answer", ctypes.c_double * ANSWER_MAX), ("message", ctypes.c_char * MESSAGE_SIZE)]
    pressure = (-1, -1)  # descriptors of the cage's pressure files of memory and storage


class Missing(Exception):
    """A package is missing."""


class Wrong(Exception):
    """The result of the work is wrong."""


class Job:
    """The settings of a workload as attributes (job.batch), and the functions by which it reports its progress."""

    def __init__(self, board, settings):
        self._board = board
        self.__dict__.update(settings)

    def __getattr__(self, name):
        raise AttributeError(f"{name}=VALUE is missing")

    @staticmethod
    def need(module, package, name):
        """Imports a module that only some settings need."""
        return need(module, package, name)

    def file(self, module, package, name):
        """The path of the file that this script has made; Missing, if the package that it needs for that is missing."""
        if not os.path.exists(self.dataset):
            need(module, package, name)
            raise FileNotFoundError(f"{self.dataset} is missing; `build` makes it")
        return self.dataset

    def checksum(self, value):
        self._board.data_checksum = value

    def items(self, count, total=0):
        """Counts `count` more items of work as done; `total`: all items of the phase."""
        self._board.items += count
        self._board.progress_done, self._board.progress_total = self._board.items, total


class Output:
    """The bytes of a generated file, on their way: they are written to it, or compared with what it holds."""

    def __init__(self, path, compare):
        self.compare, self.done = compare, 0
        self.file = open(path, "rb" if compare else "wb")  # pylint: disable=consider-using-with

    def write(self, data):
        data = memoryview(data).cast("B")
        if not self.compare:
            self.file.write(data)
        elif self.file.read(len(data)) != data:
            raise Wrong(f"the {len(data)} bytes from {self.done} on are not what the seed makes")
        self.done += len(data)

    def pad(self, size):
        """Adds zeros up to a multiple of `size`."""
        self.write(bytes(-self.done % size))

    def end(self):
        if self.compare and self.file.read(1):
            raise Wrong(f"it goes on after byte {self.done}")
        if not self.compare:
            self.file.flush()
            os.fsync(self.file.fileno())
        self.file.close()


def proc_read(path):
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read(4096).decode()
    except OSError:
        return None


def keyed(text, key):
    return int(text.split(key, 1)[1].split(None, 1)[0])


def run_queue():
    """CPU time of the living threads, and time in which they were ready to run and had no processor."""
    stats = [proc_read(f"/proc/self/task/{thread}/schedstat") for thread in os.listdir("/proc/self/task")]
    return [sum(int(stat.split()[field]) for stat in stats if stat) for field in (0, 1)] if any(stats) else None


def pressure_ns(descriptor):
    """Time in which something waited, as the pressure file says; None: there is no such file."""
    words = os.pread(descriptor, 256, 0).decode().split() if descriptor >= 0 else []
    return next((int(word[6:]) * 1000 for word in words if word.startswith("total=")), None)


def usage(pressure):
    """CPU time of this process and of children that it reaped, waits, and bytes read from and written to storage."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    io = proc_read("/proc/self/io")
    return {"cpu_user_ns": int(sum(r.ru_utime for r in both) * 1e9),
            "cpu_system_ns": int(sum(r.ru_stime for r in both) * 1e9),
            "read_bytes": keyed(io, "\nread_bytes:") if io else 0,
            "written_bytes": keyed(io, "\nwrite_bytes:") if io else 0,
            "threads": run_queue(), "waits": [pressure_ns(descriptor) for descriptor in pressure], "io": bool(io)}


def run_queue_between(before, after):
    """A thread or a child that ended takes its part along: then the threads show less CPU time than was used."""
    if not before["threads"] or not after["threads"]:
        return WAIT_UNKNOWN
    used = sum(after[key] - before[key] for key in ("cpu_user_ns", "cpu_system_ns"))
    seen, queue = (b - a for a, b in zip(before["threads"], after["threads"]))
    return queue if queue >= 0 and seen + CPU_SLACK_NS + CPU_SLACK_SHARE * used >= used else WAIT_UNKNOWN


@contextlib.contextmanager
def phase(board, which):
    board.progress_done = board.progress_total = 0
    board.phase = which
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "wb", buffering=0) as file:
        file.write(b"5")  # VmHWM starts again at the resident memory of now
    before = usage(board.pressure)
    reading = board.phases[which]
    reading.begin_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    try:
        yield
    finally:
        reading.end_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        after = usage(board.pressure)
        for key in ("cpu_user_ns", "cpu_system_ns", "read_bytes", "written_bytes"):
            setattr(reading, key, max(0, after[key] - before[key]))
        reading.run_queue_ns = run_queue_between(before, after)
        reading.memory_wait_ns, reading.storage_wait_ns = (
            WAIT_UNKNOWN if a is None or b is None else b - a for a, b in zip(before["waits"], after["waits"]))
        reading.io_known = before["io"] and after["io"]
        status = proc_read("/proc/self/status")
        if status and "\nVmHWM:" in status:
            reading.peak_rss_bytes = keyed(status, "\nVmHWM:") * 1024
    reading.complete = 1


def source(package, name):
    """Says where the module comes from: the distribution's package, or the name on PyPI for any other Python."""
    if sys.prefix != DISTRIBUTION_PREFIX:
        return f"{name}, with {os.path.join(sys.prefix, 'bin', 'pip')}"
    return package or f"{name} into a virtual environment (./bootstrap frameworks --pip {name})"


def need(module, package, name):
    """Imports the module, or raises Missing with the name of the package."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        if (error.name or "").split(".")[0] == module.split(".")[0]:
            raise Missing(f"{module} is not installed; install the package {source(package, name)}") from None
        raise Missing(f"{module} cannot be imported: {error}; is the package {package or name} whole?") from None


def version_of(module, _package, name):
    """The version of an installed framework, found without importing it; None: it is not installed."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(name)
    module = module.split(".")[0]
    if not importlib.util.find_spec(module):
        return None
    # Another package may have the module: xgboost-cpu has xgboost.
    packages = getattr(importlib.metadata, "packages_distributions", dict)().get(module)
    return importlib.metadata.version(packages[0]) if packages else "of unknown version"


def needs_of_all():
    """The NEEDS of all drivers, read from their source: importing them would import the frameworks."""
    folder = os.path.dirname(os.path.abspath(__file__))
    for path in sorted(glob.glob(os.path.join(folder, "*_job.py"))):
        with open(path, encoding="utf-8") as file:
            body = ast.parse(file.read(), path).body
        for statement in body:
            if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") in ("NEEDS", "MAY_USE"):
                yield from ast.literal_eval(statement.value)


def value_of(text):
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def fail(board, verdict, message):
    board.message = message.encode()[:MESSAGE_SIZE - 1]
    board.verdict = verdict
    return 1


def no_memory(error):
    """Returns True for an error that means: out of memory. Libraries in C++ have their own words for it."""
    return isinstance(error, MemoryError) or any(
        words in str(error) for words in ("bad_alloc", "can't allocate memory", "Cannot allocate memory"))


def module_of(name):
    module = name.split("_")[0] + "_job"
    if not os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), module + ".py")):
        raise ValueError(f"there is no workload '{name}'")
    need(*NUMPY)
    return importlib.import_module(module)


def driver(name):
    """Returns the function of the workload, after importing everything that it needs."""
    module = module_of(name)
    for pair in module.NEEDS:
        need(*pair)
    if name not in module.WORKLOADS:
        raise ValueError(f"there is no workload '{name}'; there are {', '.join(module.WORKLOADS)}")
    return module.WORKLOADS[name]


def job_of(board, settings):
    return Job(board, {key: value_of(value) for key, _, value in (pair.partition("=") for pair in settings)})


def make(board, name, settings, compare):
    """Makes the file of a workload, or checks that it is what would be made, by the module's FILES."""
    driver(name)  # a file is of no use without the packages that read it
    job = job_of(board, settings)
    write = getattr(module_of(name), "FILES", {}).get(name)
    if not write:
        raise ValueError(f"{name} reads no file that a script makes")
    output = Output(job.dataset, compare)
    write(job, output)
    output.end()


def run(board, name, settings):
    job = job_of(board, settings)
    with phase(board, PREPARE):
        timed = driver(name)(job)
    with phase(board, RUN):
        answer = timed()
    with phase(board, VERIFY):
        for i, number in enumerate(map(float, answer() if callable(answer) else answer)):
            if number != number:
                raise Wrong("the answer is not a number")
            board.answer[i] = number
            board.answer_count = i + 1
    board.phase = DONE


def preload(_board, name, _settings):
    """Reads the pages of all libraries, so that no trial is charged for them. Trials report missing packages."""
    with contextlib.suppress(Missing):
        driver(name)
    libc = ctypes.CDLL(None)
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for fields in map(str.split, maps):
            if len(fields) > 5 and fields[1][0] == "r" and fields[5].startswith("/"):
                begin, end = (int(address, 16) for address in fields[0].split("-"))
                libc.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), MADV_POPULATE_READ)


def versions(board, _name, _settings):
    """Leaves in the message a line for Python and for each framework that is installed: its name and its version."""
    lines = [f"Python {platform.python_version()}"]
    for pair in dict.fromkeys([NUMPY, *needs_of_all()]):
        version = version_of(*pair)
        if version:
            lines.append(f"{pair[2]} {version}")
    board.message = "\n".join(lines).encode()[:MESSAGE_SIZE - 1]


def obey(board, verb, name, settings):
    """Runs the verb, and writes a verdict into the scoreboard whatever happens."""
    try:
        verb(board, name, settings)
    except Missing as error:
        return fail(board, SKIPPED, str(error))
    except Wrong as error:
        return fail(board, WRONG, str(error))
    except Exception as error:  # pylint: disable=broad-except
        text = " ".join(str(error).split()) or type(error).__name__
        return fail(board, NO_MEMORY if no_memory(error) else FAILED, f"{type(error).__name__}: {text}")
    board.verdict = OK
    return 0


def show(board):
    for name, reading in zip(PHASES, board.phases):
        if reading.complete:
            print(f"{name:8} {(reading.end_ns - reading.begin_ns) / 1e6:9.3f} ms  user {reading.cpu_user_ns / 1e6:9.3f} ms"
                  f"  system {reading.cpu_system_ns / 1e6:9.3f} ms  peak RSS {reading.peak_rss_bytes // 1024} KiB")
    print(f"items {board.items}  data checksum {board.data_checksum:016x}  answer",
          *(f"{x:.17g}" for x in board.answer[:board.answer_count]))
    if board.message:
        print(f"mlm_job.py: {board.message.decode()}", file=sys.stderr)


def main():
    arguments = sys.argv[1:]
    by_hand = arguments[:1] != ["--scoreboard"]
    if by_hand:
        board = Scoreboard()
    else:
        board = Scoreboard.from_buffer(mmap.mmap(int(arguments[1]), ctypes.sizeof(Scoreboard)))
        del arguments[:2]
        if arguments[:1] == ["--pressure"]:
            board.pressure = tuple(map(int, arguments[1].split(",")))
            del arguments[:2]
    verbs = {"run": run, "preload": preload, "versions": versions,
             "build": functools.partial(make, compare=False), "check": functools.partial(make, compare=True)}
    verb = verbs.get(arguments[0] if len(arguments) > 1 else None)
    if not verb:
        print(f"usage: mlm_job.py [--scoreboard FD [--pressure MEMORY_FD,STORAGE_FD]] {'|'.join(verbs)} "
              "frameworks/WORKLOAD NAME=VALUE…", file=sys.stderr)
        return EXIT_USAGE
    status = obey(board, verb, arguments[1].removeprefix("frameworks/"), arguments[2:])
    if by_hand:
        show(board)
    return status


if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.exit(f"it is Python {platform.python_version()}, and 3.9 is the oldest that will do")
    sys.exit(main())
