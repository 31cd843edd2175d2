/* Counts kills, and tells of them. */
#include "trial/kills.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/size.h"

/* After this time, or some graces if that is shorter, a person wonders. */
#define RECALL_NS UINT64_C(30000000000)
#define RECALL_GRACES 3

void mlm_kills_look(struct mlm_kills *kills, const struct mlm_cage *cage, bool killed)
{
    if (!killed && !mlm_cage_counts_own_kills(cage))
        return;
    const uint64_t count = mlm_cage_oom_kills(cage);
    if (count > kills->count)
        kills->count = count;
}

static const char *victim_of(const struct mlm_kills *kills)
{
    return kills->victim[0] ? kills->victim : "a process";
}

static void first_say(struct mlm_kills *kills, const struct mlm_meters *meters,
    const struct mlm_trial_order *order, const struct mlm_trial_watcher *watcher, uint64_t now_ns)
{
    struct mlm_process_gone gone;
    char text[256], cap[MLM_SIZE_TEXT], grace[MLM_SIZE_TEXT];
    const uint64_t grace_ns = order->oom_grace_ns;
    kills->first_ns = now_ns;
    kills->recall_ns =
        grace_ns && grace_ns < RECALL_NS / RECALL_GRACES ? RECALL_GRACES * grace_ns : RECALL_NS;
    if (mlm_meters_gone(meters, &gone))
        snprintf(kills->victim, sizeof kills->victim, "%s (pid %d)", gone.name, (int)gone.pid);
    if (!watcher->killed)
        return;
    int n = snprintf(text, sizeof text, "the kernel killed %s under %s; the command goes on",
        victim_of(kills), mlm_size_spell(order->limits.cap_bytes, cap));
    if (grace_ns)
        snprintf(text + n, sizeof text - (size_t)n,
            ", and is ended once it does nothing for %s (--oom-grace)",
            mlm_duration_show((double)grace_ns, grace));
    watcher->killed(watcher->context, text);
}

/* A command may wait for the killed process for ever and still do a little, so that it is not seen as idle.
 */
static void again_say(struct mlm_kills *kills, const struct mlm_trial_watcher *watcher, uint64_t now_ns)
{
    char text[256], since[MLM_SIZE_TEXT];
    if (!watcher->killed || now_ns - kills->first_ns < kills->recall_ns)
        return;
    snprintf(text, sizeof text,
        "the kernel killed %s %s ago, and the command still runs; this trial counts as oom in any case. Press "
        "Ctrl-C if the command waits for that process; --timeout bounds such a trial",
        victim_of(kills), mlm_duration_show((double)kills->recall_ns, since));
    watcher->killed(watcher->context, text);
    kills->recall_ns *= 2;
}

void mlm_kills_say(struct mlm_kills *kills, const struct mlm_meters *meters,
    const struct mlm_trial_order *order, const struct mlm_trial_watcher *watcher)
{
    if (!order->tree || !kills->count)
        return;
    const uint64_t now_ns = mlm_now_ns();
    if (kills->first_ns)
        again_say(kills, watcher, now_ns);
    else
        first_say(kills, meters, order, watcher, now_ns);
}

bool mlm_kills_left_idle(struct mlm_kills *kills, const struct mlm_trial_order *order,
    const struct mlm_cage *cage, pid_t background, uint64_t now_ns)
{
    const uint64_t grace_ns = order->oom_grace_ns;
    return order->tree && kills->count && grace_ns &&
           mlm_idle_look(&kills->idle, cage, background, now_ns) >= grace_ns;
}
