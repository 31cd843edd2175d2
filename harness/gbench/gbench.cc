/* Registers the plan's trials with Google Benchmark and adapts its reporters, because times, CPU time and
 * failures come from the worker and not from the library. */
#include "gbench/gbench.h"

#include <benchmark/benchmark.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

extern "C" {
#include "base/cleanup.h"
#include "base/whole.h"
}

namespace
{

struct Runner {
    const mlm_gbench_order *order;
    mlm_gbench_result result; /* result of the last instance: each is reported before the next one runs */
};

[[maybe_unused]] void run_instance(benchmark::State &state, Runner *runner, size_t index)
{
    mlm_gbench_result &result = runner->result;
    result = {};
    runner->order->function(runner->order->context, index, &result);
    if (result.ran && !result.error[0]) {
        while (state.KeepRunning())
            state.SetIterationTime(result.real_seconds);
    } else {
        state.SkipWithError(result.ran ? result.error : "not run");
    }
    for (size_t i = 0; i < result.counter_count; i++)
        state.counters[result.counters[i].name] = result.counters[i].value;
}

/* Wraps one of Google Benchmark's own reporters. It inserts the worker's CPU time (the library knows only
 * ours), leaves out instances that did not run, and suppresses the library's remarks on its own build. */
class WorkerReporter : public benchmark::BenchmarkReporter
{
  public:
    WorkerReporter(std::unique_ptr<benchmark::BenchmarkReporter> inner, const Runner *runner)
        : inner_(std::move(inner)), runner_(runner),
          csv_(!dynamic_cast<benchmark::JSONReporter *>(inner_.get()) &&
               !dynamic_cast<benchmark::ConsoleReporter *>(inner_.get()))
    {
    }

    bool ReportContext(const Context &context) override
    {
        inner_->SetOutputStream(&GetOutputStream());
        inner_->SetErrorStream(&silence_);
        return inner_->ReportContext(context);
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        if (!runner_->result.ran)
            return;
        std::vector<Run> mended = runs;
        for (Run &run : mended) {
            run.cpu_accumulated_time = runner_->result.cpu_seconds;
            /* Lines of CSV need the same columns, so a missing value stays nan there, and a trial that failed
             * has them, too: the library leaves out its counters, takes the columns from the first trial, and
             * ends the program where a later one has more. */
            for (size_t i = 0; csv_ && i < runner_->result.counter_count; i++)
                run.counters[runner_->result.counters[i].name] = runner_->result.counters[i].value;
            for (auto it = run.counters.begin(); !csv_ && it != run.counters.end();)
                it = std::isnan(it->second.value) ? run.counters.erase(it) : std::next(it);
        }
        inner_->ReportRuns(mended);
    }

    void Finalize() override { inner_->Finalize(); }

  private:
    std::unique_ptr<benchmark::BenchmarkReporter> inner_;
    const Runner *runner_;
    bool csv_;
    std::ostringstream silence_;
};

/* The library prints nothing where we print our own table. */
class SilentReporter : public benchmark::BenchmarkReporter
{
  public:
    bool ReportContext(const Context &) override { return true; }
    void ReportRuns(const std::vector<Run> &) override {}
};

const char *flag_value(const mlm_gbench_order *order, const char *name)
{
    size_t length = std::strlen(name);
    const char *value = nullptr;
    for (size_t i = 0; i < order->flag_count; i++)
        if (std::strncmp(order->flags[i], name, length) == 0 && order->flags[i][length] == '=')
            value = order->flags[i] + length + 1;
    return value;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* CSVReporter, still a documented format */
std::unique_ptr<benchmark::BenchmarkReporter> make_reporter(const std::string &format)
{
    if (format == "csv")
        return std::make_unique<benchmark::CSVReporter>();
    if (format == "console")
        return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None);
    return std::make_unique<benchmark::JSONReporter>();
}
#pragma GCC diagnostic pop

bool format_known(const char *format)
{
    return !std::strcmp(format, "json") || !std::strcmp(format, "csv") || !std::strcmp(format, "console");
}

int run(const mlm_gbench_order *order, mlm_error *error)
{
    Runner runner{order, {}};
    const char *out = flag_value(order, "--benchmark_out");
    const char *out_format = flag_value(order, "--benchmark_out_format");
    const char *format = flag_value(order, "--benchmark_format");
    /* The library would exit if it cannot open a file, and would follow anybody's link; therefore it gets a
     * file that we opened. */
    mlm_cleanup(mlm_whole_drop) mlm_whole whole = {};
    if (out) {
        int r = mlm_whole_open(out, &whole, error);
        if (r < 0)
            return mlm_error_wrap(error, r, "--benchmark_out");
    }

    std::vector<std::string> words{order->program};
    words.insert(words.end(), order->flags, order->flags + order->flag_count);
    if (out)
        words.push_back("--benchmark_out=/proc/self/fd/" + std::to_string(fileno(whole.file)));
    std::vector<char *> argv;
    argv.reserve(words.size() + 1);
    for (std::string &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    int argc = static_cast<int>(words.size());
    benchmark::Initialize(&argc, argv.data());
    if (argc > 1)
        return mlm_error_set(error, -EINVAL, "Google Benchmark does not know %s", argv[1]);

#ifndef __clang_analyzer__ /* the analyzer takes memory that the library keeps for a leak */
    for (size_t i = 0; i < order->count; i++)
        benchmark::RegisterBenchmark(
            order->names[i], [&runner, i](benchmark::State &state) { run_instance(state, &runner, i); })
            ->Iterations(1)
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond);
#endif

    SilentReporter silent;
    std::unique_ptr<WorkerReporter> display, file;
    if (format)
        display = std::make_unique<WorkerReporter>(make_reporter(format), &runner);
    if (out)
        file = std::make_unique<WorkerReporter>(make_reporter(out_format ? out_format : "json"), &runner);
    benchmark::BenchmarkReporter *shown = &silent;
    if (display)
        shown = display.get();
    /* Pass a filter that matches everything: with its own one, the library reallocates for each instance,
     * which takes seconds for thousands of them. */
    benchmark::RunSpecifiedBenchmarks(shown, file.get(), ".*");
    benchmark::ClearRegisteredBenchmarks();
    return out ? mlm_whole_keep(&whole, error) : 0;
}

} // namespace

/* The library also takes flags from the environment (BENCHMARK_REPETITIONS, BENCHMARK_OUT, …), where they
 * would override the plan, and it reads them before main(). So they are hidden before any library is
 * initialised: their first character is changed until mlm_gbench_show_environment() is called. */
static constexpr char library_variable[] = "BENCHMARK_", hidden = '\1';

/* Calls no function, because no library is initialised yet. */
__attribute__((no_sanitize("address", "undefined"))) static void swap_first(
    char **environment, char from, char to)
{
    for (char **variable = environment; variable && *variable; variable++) {
        const char *mine = library_variable + 1, *theirs = *variable + 1;
        if (**variable != from)
            continue;
        while (*mine && *mine == *theirs)
            mine++, theirs++;
        if (!*mine)
            **variable = to;
    }
}

__attribute__((no_sanitize("address", "undefined"))) static void hide_environment(
    int, char **, char **environment)
{
    swap_first(environment, library_variable[0], hidden);
}

__attribute__((section(".preinit_array"), used)) static void (*const hide_first)(
    int, char **, char **) = hide_environment;

void mlm_gbench_show_environment(void)
{
    swap_first(environ, hidden, library_variable[0]);
}

/* Checked before anything runs; the file is opened only when there is something to write. */
static bool may_be_written(const std::string &path)
{
    struct stat there;
    if (stat(path.c_str(), &there) == 0) {
        if (!S_ISDIR(there.st_mode))
            return access(path.c_str(), W_OK) == 0;
        errno = EISDIR;
        return false;
    }
    const size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    return access(folder.c_str(), W_OK) == 0;
}

/* Opening a pipe would wait for a reader, and no signal would end the wait. */
static bool is_pipe(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && S_ISFIFO(there.st_mode);
}

int mlm_gbench_flag(const char *argument, mlm_error *error)
{
    static const struct {
        const char *flag, *instead;
    } refused[] = {
        {"repetitions", "--repetitions"},
        {"enable_random_interleaving", "--seed: trials are already shuffled"},
        {"min_time", "--repetitions: a trial runs its job once"},
        {"min_warmup_time", "--repetitions: a trial runs its job once"},
        {"report_aggregates_only", "`mlmembench show`: it never averages a failed trial away"},
        {"display_aggregates_only", "`mlmembench show`: it never averages a failed trial away"},
        {"perf_counters", "perf: the counters would be the harness's, not the worker's"},
    };
    static const char *const taken[] = {"filter", "out", "out_format", "format", "list_tests", "color",
        "counters_tabular", "context", "time_unit"};
    static const char prefix[] = "--benchmark_";
    if (std::strncmp(argument, prefix, sizeof prefix - 1) != 0)
        return 0;
    const std::string flag(argument, std::strcspn(argument, "="));
    const char *value = argument[flag.size()] ? argument + flag.size() + 1 : nullptr;
    const std::string name = flag.substr(sizeof prefix - 1);
    for (const auto &r : refused)
        if (name == r.flag)
            return mlm_error_set(error, -EINVAL, "%s has no use here; use %s", flag.c_str(), r.instead);
    if (std::find(std::begin(taken), std::end(taken), name) == std::end(taken))
        return mlm_error_set(error, -EINVAL, "Google Benchmark has no %s that is of use here", flag.c_str());
    if (name == "list_tests")
        return 1;
    if (!value || !*value)
        return mlm_error_set(error, -EINVAL, "%s needs a value: %s=…", flag.c_str(), flag.c_str());
    if (name == "out" && is_pipe(value))
        return mlm_error_set(error, -ENOTSUP, "cannot write %s: it is a pipe; name a file", argument);
    if (name == "out" && !may_be_written(value))
        return mlm_error_errno(error, -errno, "cannot write %s", argument);
    if ((name == "format" || name == "out_format") && !format_known(value))
        return mlm_error_set(error, -EINVAL, "%s is json, csv or console, not '%s'", flag.c_str(), value);
    return 1;
}

bool mlm_gbench_prints(const char *const *flags, size_t flag_count)
{
    for (size_t i = 0; i < flag_count; i++)
        if (std::strncmp(flags[i], "--benchmark_format", 18) == 0)
            return true;
    return false;
}

int mlm_gbench_run(const mlm_gbench_order *order, mlm_error *error)
{
    try {
        return run(order, error);
    } catch (const std::exception &problem) {
        return mlm_error_set(error, -EIO, "Google Benchmark: %s", problem.what());
    }
}
