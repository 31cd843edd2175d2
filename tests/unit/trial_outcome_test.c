/* Tests the outcome of a trial for every way in which it can end. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trial/outcome.h"

/* Status values as waitpid() encodes them. */
#define EXITED(code) ((code) << 8)
#define SIGNALED(signal) (signal)

struct ending_case {
    struct mlm_ending ending;
    enum mlm_verdict verdict;
    const char *message;
    enum mlm_outcome outcome;
    const char *reason; /* a part of the reason; NULL: no reason */
};

static void check(const struct ending_case *c)
{
    struct mlm_scoreboard sb = {0};
    sb.verdict = c->verdict;
    sb.phase = MLM_PHASE_RUN;
    sb.progress_done = 1;
    sb.progress_total = 4;
    if (c->message)
        strcpy(sb.message, c->message);
    struct mlm_ending ending = c->ending;
    ending.scoreboard = &sb;
    if (!ending.last_words)
        ending.last_words = "";
    ending.timeout_ns = UINT64_C(20000000000);
    struct mlm_record record;
    mlm_record_init(&record);
    assert_int_equal(mlm_outcome_judge(&ending, &record), 0);
    assert_int_equal(record.outcome, c->outcome);
    if (c->reason)
        assert_non_null(strstr(record.reason, c->reason));
    else
        assert_null(record.reason);
    assert_string_equal(record.phase, "run");
    assert_true(record.progress == 0.25);
    mlm_record_release(&record);
}

static void every_ending_has_its_outcome(void **state)
{
    (void)state;
    const struct ending_case cases[] = {
        {{.status = EXITED(0)}, MLM_VERDICT_OK, NULL, MLM_OUTCOME_OK, NULL},
        {{.status = EXITED(1)}, MLM_VERDICT_WRONG, "off by one", MLM_OUTCOME_WRONG, "off by one"},
        {{.status = EXITED(1)}, MLM_VERDICT_SKIPPED, "install it", MLM_OUTCOME_SKIPPED, "install it"},
        {{.status = EXITED(1)}, MLM_VERDICT_NO_MEMORY, "refused", MLM_OUTCOME_OOM, "refused"},
        {{.status = EXITED(1)}, MLM_VERDICT_FAILED, "no space", MLM_OUTCOME_CRASH, "no space"},
        {{.status = EXITED(7), .last_words = "bye"}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_CRASH, "7: bye"},
        /* The worker reported success and then failed. */
        {{.status = EXITED(23)}, MLM_VERDICT_OK, NULL, MLM_OUTCOME_CRASH, "23"},
        {{.status = SIGNALED(SIGSEGV)}, MLM_VERDICT_OK, NULL, MLM_OUTCOME_CRASH, "SIGSEGV"},
        {{.status = SIGNALED(SIGSEGV)}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_CRASH, "SIGSEGV"},
        {{.status = SIGNALED(SIGABRT), .last_words = "free(): invalid"}, MLM_VERDICT_NONE, NULL,
            MLM_OUTCOME_CRASH, "invalid"},
        {{.status = SIGNALED(SIGKILL)}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_KILLED, "SIGKILL from outside"},
        {{.status = SIGNALED(SIGTERM)}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_KILLED, "SIGTERM from outside"},
        /* Any oom_kill in the cage makes the trial an oom, whichever process was killed and however the
         * worker ended. */
        {{.status = SIGNALED(SIGKILL), .oom_kills = 1}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_OOM, NULL},
        {{.status = EXITED(0), .oom_kills = 1, .worker_spared = true}, MLM_VERDICT_OK, NULL, MLM_OUTCOME_OOM,
            "another process"},
        {{.status = SIGNALED(SIGKILL), .oom_kills = 1, .timed_out = true}, MLM_VERDICT_NONE, NULL,
            MLM_OUTCOME_OOM, NULL},
        {{.status = SIGNALED(SIGKILL), .timed_out = true}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_TIMEOUT,
            "20.0 s"},
        /* The kernel killed for another limit than the cap's. */
        {{.status = SIGNALED(SIGKILL), .oom_kills = 1, .limit_met = "killed at the limit of x"},
            MLM_VERDICT_NONE, NULL, MLM_OUTCOME_OOM, "killed at the limit of x"},
        {{.status = EXITED(1),
             .oom_kills = 1,
             .worker_spared = true,
             .victim = "cat (pid 1)",
             .limit_met = "killed at x"},
            MLM_VERDICT_NONE, NULL, MLM_OUTCOME_OOM, "the kernel killed cat (pid 1); killed at x"},
        /* A job that is slowed down may not die at once. */
        {{.status = SIGNALED(SIGKILL), .timed_out = true, .elapsed_ns = UINT64_C(20500000000)},
            MLM_VERDICT_NONE, NULL, MLM_OUTCOME_TIMEOUT, "stopped after 20.0 s"},
        {{.status = SIGNALED(SIGKILL), .timed_out = true, .elapsed_ns = UINT64_C(217000000000)},
            MLM_VERDICT_NONE, NULL, MLM_OUTCOME_TIMEOUT, "limit was 20.0 s, but it took 3 min 37 s"},
        /* A shell, or Python, gives the end of its child as its own exit status. */
        {{.status = EXITED(143), .tree = true}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_KILLED, "SIGTERM"},
        {{.status = EXITED(137), .tree = true}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_KILLED, "SIGKILL"},
        {{.status = EXITED(256 - 15), .tree = true}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_KILLED, "SIGTERM"},
        {{.status = EXITED(139), .tree = true}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_CRASH, "139"},
        {{.status = EXITED(143)}, MLM_VERDICT_NONE, NULL, MLM_OUTCOME_CRASH, "143"},
        /* A worker that writes garbage into its page. */
        {{.status = EXITED(0)}, (enum mlm_verdict)77, NULL, MLM_OUTCOME_CRASH, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

static void progress_is_never_made_up(void **state)
{
    (void)state;
    static const struct {
        uint32_t phase;
        uint64_t done, total;
        double progress;
        const char *name;
    } cases[] = {{MLM_PHASE_START, 0, 0, 0, "start"}, {MLM_PHASE_PREPARE, 3, 0, NAN, "prepare"},
        {MLM_PHASE_PREPARE, 3, 4, 0.75, "prepare"}, {MLM_PHASE_RUN, 9, 4, 1, "run"},
        {MLM_PHASE_DONE, 0, 0, 1, "done"}, {99, 0, 0, 0, "start"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mlm_scoreboard sb = {0};
        sb.phase = cases[i].phase;
        sb.progress_done = cases[i].done;
        sb.progress_total = cases[i].total;
        struct mlm_ending ending = {.status = SIGKILL, .scoreboard = &sb, .last_words = ""};
        struct mlm_record record;
        mlm_record_init(&record);
        assert_int_equal(mlm_outcome_judge(&ending, &record), 0);
        assert_string_equal(record.phase, cases[i].name);
        if (isnan(cases[i].progress))
            assert_true(isnan(record.progress));
        else
            assert_true(record.progress == cases[i].progress);
        mlm_record_release(&record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ending_has_its_outcome),
        cmocka_unit_test(progress_is_never_made_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
