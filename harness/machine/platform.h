/* Names of the host, distribution, processor and hypervisor. Texts are as found, with any bytes; an empty one
 * is unknown. Private to this folder. */
#pragma once

struct mlm_platform {
    char host[256];
    char machine_id[64];     /* secret: for hashing only */
    char architecture[32];   /* "x86_64" */
    char distribution[128];  /* "Debian GNU/Linux 12 (bookworm)" */
    char cpu[128];           /* model */
    char virtualization[32]; /* "none", "kvm", "vmware", …; "vm" for an unknown hypervisor */
    char container[32];      /* "docker", "podman", … */
};

void mlm_platform_read(int root_fd, struct mlm_platform *ret_platform);
