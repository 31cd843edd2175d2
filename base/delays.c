/* Asks the taskstats family of generic netlink (linux/taskstats.h, linux/genetlink.h). */
#include "base/delays.h"

#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/taskstats.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

/* Version 15 (Linux 6.14 and 6.15) moved the fields of all others; version 16 moved them back. */
#define BROKEN_VERSION 15

/* The kernel's macros do this in int. */
#define ATTRIBUTE_HEAD sizeof(struct nlattr)
_Static_assert(ATTRIBUTE_HEAD % NLA_ALIGNTO == 0, "the value of an attribute follows its head");

static size_t aligned(size_t size)
{
    return (size + NLA_ALIGNTO - 1) & ~(size_t)(NLA_ALIGNTO - 1);
}

struct message {
    struct nlmsghdr head;
    struct genlmsghdr command;
    char attributes[2048];
};

static const void *attribute_find(const char *attributes, size_t size, unsigned type, size_t *ret_size)
{
    struct nlattr attribute;
    for (size_t at = 0; at + sizeof attribute <= size; at += aligned(attribute.nla_len)) {
        memcpy(&attribute, attributes + at, sizeof attribute);
        if (attribute.nla_len < sizeof attribute || at + attribute.nla_len > size)
            return NULL;
        if ((attribute.nla_type & NLA_TYPE_MASK) != type)
            continue;
        *ret_size = attribute.nla_len - sizeof attribute;
        return attributes + at + sizeof attribute;
    }
    return NULL;
}

struct question {
    uint16_t family, command, attribute;
    const void *value;
    size_t value_size;
};

/* Returns the size of the answer's attributes; 0: there is no answer. */
static size_t ask(int fd, const struct question *question, struct message *message)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct nlattr attribute = {
        .nla_len = (uint16_t)(ATTRIBUTE_HEAD + question->value_size), .nla_type = question->attribute};
    *message = (struct message){
        .head = {.nlmsg_len = (uint32_t)(offsetof(struct message, attributes) + aligned(attribute.nla_len)),
            .nlmsg_type = question->family,
            .nlmsg_flags = NLM_F_REQUEST},
        .command = {.cmd = (uint8_t)question->command, .version = 1},
    };
    memcpy(message->attributes, &attribute, sizeof attribute);
    memcpy(message->attributes + ATTRIBUTE_HEAD, question->value, question->value_size);
    if (sendto(fd, message, message->head.nlmsg_len, 0, (const struct sockaddr *)&kernel, sizeof kernel) < 0)
        return 0;
    ssize_t size = recv(fd, message, sizeof *message, 0);
    const size_t heads = offsetof(struct message, attributes);
    return size > (ssize_t)heads && message->head.nlmsg_type == question->family ? (size_t)size - heads : 0;
}

static bool stats_read(int fd, pid_t process, struct taskstats *ret_stats)
{
    static const char name[] = TASKSTATS_GENL_NAME;
    struct message message;
    size_t size = ask(fd,
        &(struct question){GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, name, sizeof name},
        &message);
    const void *value = attribute_find(message.attributes, size, CTRL_ATTR_FAMILY_ID, &size);
    uint16_t family;
    if (!value || size < sizeof family)
        return false;
    memcpy(&family, value, sizeof family);
    const uint32_t pid = (uint32_t)process;
    size = ask(fd, &(struct question){family, TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_TGID, &pid, sizeof pid},
        &message);
    value = attribute_find(message.attributes, size, TASKSTATS_TYPE_AGGR_TGID, &size);
    value = value ? attribute_find(value, size, TASKSTATS_TYPE_STATS, &size) : NULL;
    if (!value)
        return false;
    /* An older kernel gives fewer fields; those that it does not know stay 0. */
    memset(ret_stats, 0, sizeof *ret_stats);
    memcpy(ret_stats, value, size < sizeof *ret_stats ? size : sizeof *ret_stats);
    return ret_stats->version != BROKEN_VERSION;
}

bool mlm_delays_are_counted(void)
{
    uint64_t counted;
    return mlm_file_read_number(AT_FDCWD, "/proc/sys/kernel/task_delayacct", &counted, NULL) == 0 && counted;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

bool mlm_delays_read(pid_t process, struct mlm_delays *ret_delays)
{
    struct taskstats stats;
    if (!mlm_delays_are_counted())
        return false;
    /* The kernel answers at once; the limit only makes sure that nothing waits for ever. */
    const struct timeval patience = {.tv_sec = 1};
    mlm_auto_close int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 ||
        !stats_read(fd, process, &stats))
        return false;
    *ret_delays = (struct mlm_delays){
        /* Some kernels count a page that is read back from swap as thrashing, too. */
        .memory_ns = larger(stats.swapin_delay_total, stats.thrashing_delay_total) +
                     stats.freepages_delay_total + stats.compact_delay_total,
        .storage_ns = stats.blkio_delay_total,
    };
    return true;
}
