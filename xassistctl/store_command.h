/* Commands on a whole store, beyond those of store.c. */

#ifndef CTL_STORE_COMMAND_H
#define CTL_STORE_COMMAND_H

#include <xassistctl/ctl.h>

#pragma GCC visibility push(hidden)

int ctl_store_backup(const ctl_options_t *options, int argc, char **argv);
int ctl_store_restore(const ctl_options_t *options, int argc, char **argv);
int ctl_store_compact(const ctl_options_t *options, int argc, char **argv);
int ctl_store_dump(const ctl_options_t *options, int argc, char **argv);
int ctl_store_load(const ctl_options_t *options, int argc, char **argv);
int ctl_store_trim(const ctl_options_t *options, int argc, char **argv);

int ctl_log_verify(const ctl_options_t *options, int argc, char **argv);
int ctl_log_checkpoint(const ctl_options_t *options, int argc, char **argv);

#pragma GCC visibility pop

#endif /* CTL_STORE_COMMAND_H */
